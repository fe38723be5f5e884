"""The files of the PKDD'99 financial data set ("Berka"), read as they are: semicolons, quotes, dates as yymmdd.

Source: P. Berka, Discovery Challenge PKDD'99. Amounts are Czech crowns with two decimals; they become whole hellers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

CURRENCY = "CZK"
CUSTOMER_TRANSFER = "PREVOD NA UCET"
CREDIT = "PRIJEM"


class BerkaFileError(Exception):
    """A file is missing or a row cannot be read; names the file and the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BerkaAccount:
    number: str
    opened: date
    frequency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BerkaClient:
    number: str
    born: date
    female: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BerkaDisposition:
    number: str
    client: str
    account: str
    owner: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BerkaLoan:
    number: str
    account: str
    granted: date
    amount: int
    months: int
    payment: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BerkaCard:
    number: str
    disposition: str
    kind: str
    issued: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BerkaMovement:
    """``movement`` is signed, ``balance`` is the recorded one after it; ``other_bank`` is empty unless a transfer."""

    number: str
    account: str
    day: date
    movement: int
    balance: int
    operation: str
    symbol: str
    other_bank: str
    other_account: str

    @property
    def started_by_customer(self) -> bool:
        """A transfer to another account: the only kind that a customer ordered through a channel."""
        return self.operation == CUSTOMER_TRANSFER


@dataclass(frozen=True, slots=True, kw_only=True)
class BerkaBank:
    accounts: tuple[BerkaAccount, ...]
    clients: tuple[BerkaClient, ...]
    dispositions: tuple[BerkaDisposition, ...]
    loans: tuple[BerkaLoan, ...]
    cards: tuple[BerkaCard, ...]
    movements: tuple[BerkaMovement, ...]


def read_bank(directory: Path) -> BerkaBank:
    """Read the whole data set; movements keep the order of the file. Raises ``BerkaFileError``."""
    return BerkaBank(
        accounts=tuple(_account(row) for row in _rows(directory / "account.asc")),
        clients=tuple(_client(row) for row in _rows(directory / "client.asc")),
        dispositions=tuple(_disposition(row) for row in _rows(directory / "disp.asc")),
        loans=tuple(_loan(row) for row in _rows(directory / "loan.asc")),
        cards=tuple(_card(row) for row in _rows(directory / "card.asc")),
        movements=tuple(_movement(row) for row in _rows(directory / "trans.asc")),
    )


class _Row:
    def __init__(self, path: Path, line: int, values: dict[str, str]) -> None:
        self._where = f"{path.name}:{line}"
        self._values = values

    def text(self, column: str) -> str:
        value = self._values.get(column)
        if value is None:
            raise BerkaFileError(f"{self._where}: no column {column}")
        return value.strip()

    def day(self, column: str) -> date:
        text = self.text(column)[:6]
        try:
            return date(1900 + int(text[:2]), int(text[2:4]), int(text[4:6]))
        except ValueError as error:
            raise BerkaFileError(f"{self._where}: {column} is not a yymmdd date: {text!r}") from error

    def hellers(self, column: str) -> int:
        text = self.text(column)
        try:
            scaled = Decimal(text) * 100
            if scaled != scaled.to_integral_value():
                raise ValueError
            return int(scaled)
        except (ValueError, ArithmeticError) as error:
            raise BerkaFileError(f"{self._where}: {column} is not an amount: {text!r}") from error

    def number(self, column: str) -> int:
        try:
            return int(self.text(column))
        except ValueError as error:
            raise BerkaFileError(f"{self._where}: {column} is not a whole number") from error


def _rows(path: Path) -> Iterator[_Row]:
    try:
        with path.open(encoding="ascii", newline="") as file:
            for line, values in enumerate(csv.DictReader(file, delimiter=";"), start=2):
                yield _Row(path, line, values)
    except (OSError, UnicodeDecodeError) as error:
        raise BerkaFileError(f"{path.name}: {error}") from error


def _account(row: _Row) -> BerkaAccount:
    return BerkaAccount(number=row.text("account_id"), opened=row.day("date"), frequency=row.text("frequency"))


def _client(row: _Row) -> BerkaClient:
    coded = row.text("birth_number")
    try:
        month = int(coded[2:4])
        born = date(1900 + int(coded[:2]), month - 50 if month > 50 else month, int(coded[4:6]))
    except ValueError as error:
        raise BerkaFileError(f"client.asc: birth number {coded!r} is not one") from error
    return BerkaClient(number=row.text("client_id"), born=born, female=month > 50)


def _disposition(row: _Row) -> BerkaDisposition:
    return BerkaDisposition(
        number=row.text("disp_id"),
        client=row.text("client_id"),
        account=row.text("account_id"),
        owner=row.text("type") == "OWNER",
    )


def _loan(row: _Row) -> BerkaLoan:
    return BerkaLoan(
        number=row.text("loan_id"),
        account=row.text("account_id"),
        granted=row.day("date"),
        amount=row.hellers("amount"),
        months=row.number("duration"),
        payment=row.hellers("payments"),
        status=row.text("status"),
    )


def _card(row: _Row) -> BerkaCard:
    return BerkaCard(
        number=row.text("card_id"), disposition=row.text("disp_id"), kind=row.text("type"), issued=row.day("issued")
    )


def _movement(row: _Row) -> BerkaMovement:
    amount = row.hellers("amount")
    return BerkaMovement(
        number=row.text("trans_id"),
        account=row.text("account_id"),
        day=row.day("date"),
        movement=amount if row.text("type") == CREDIT else -amount,
        balance=row.hellers("balance"),
        operation=row.text("operation"),
        symbol=row.text("k_symbol"),
        other_bank=row.text("bank"),
        other_account=row.text("account"),
    )
