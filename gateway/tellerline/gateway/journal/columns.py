"""What all tables of the journal are made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Text

metadata = MetaData()


def text_column(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def number_column(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)
