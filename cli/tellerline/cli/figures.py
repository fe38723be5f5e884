"""Figures of the command line as the contract's JSON: amounts, days, rates, points."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import typer

_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d{1,9}))?\s*([A-Z]{3})?", re.ASCII)
_RATE = re.compile(r"\d{1,9}(\.\d{1,12})?", re.ASCII)
_POINT = re.compile(r"(-?\d{1,3}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)", re.ASCII)


def money_json(text: str, currency: str = "CNY") -> dict[str, Any]:
    """``1000.50USD``, or ``1000.50`` in ``currency``; ends the command for anything else."""
    found = _AMOUNT.fullmatch(text.replace(",", "").strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is not an amount such as 1000.50 or 1000.50USD")
    units, places, named = found.groups()
    return {"units": units, "nanos": int((places or "0").ljust(9, "0")), "currency_code": named or currency}


def date_json(text: str) -> dict[str, int]:
    """``2026-01-31``; ends the command for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day such as 2026-01-31") from None
    return {"year": day.year, "month": day.month, "day": day.day}


def rate_json(text: str) -> dict[str, str]:
    """Per cent, with or without its sign; ends the command for anything else."""
    plain = text.removesuffix("%").strip()
    if not _RATE.fullmatch(plain):
        raise typer.BadParameter(f"{text!r} is not a number such as 3.05")
    return {"value": plain}


def point_json(text: str) -> dict[str, float]:
    """``31.2362,121.4905``: latitude and longitude; ends the command for anything else."""
    found = _POINT.fullmatch(text.replace(" ", ""))
    if found is None:
        raise typer.BadParameter(f"{text!r} is not latitude,longitude such as 31.2362,121.4905")
    return {"latitude": float(found[1]), "longitude": float(found[2])}


def percent_text(rate: dict[str, Any]) -> str:
    """``3.05%``."""
    return f"{Decimal(rate['value'])}%"
