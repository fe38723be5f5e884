"""The model's commands and results in the words of the credit host's copybook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tellerline.connectors.connector import CannotBuildError
from tellerline.routing.model import credit
from tellerline.routing.model.command import Echo, Inquire, Reverse
from tellerline.routing.model.money import Money, exponent
from tellerline.routing.model.outcome import HostState, Result, Reversal

Values = Mapping[str, Any]

_PLACES = 2
_METHODS = {"I": credit.RepaymentMethod.EQUAL_INSTALMENTS, "P": credit.RepaymentMethod.EQUAL_PRINCIPAL}
_STATUSES = {
    "R": credit.LoanStatus.RUNNING,
    "O": credit.LoanStatus.OVERDUE,
    "P": credit.LoanStatus.REPAID,
    "W": credit.LoanStatus.WRITTEN_OFF,
}
_FLAGS = {"Y": True, "N": False}


@dataclass(frozen=True, slots=True)
class Mapped:
    """One operation: its message type, the name of its records, its fields beside the header, its result."""

    wire: str
    records: str
    request: Callable[[Any], dict[str, Any]]
    result: Callable[[Values], Result]


def flag(letter: str) -> bool:
    """Raises ``KeyError`` for anything but Y and N."""
    return _FLAGS[letter]


def iso_date(digits: int) -> str:
    """ISO 8601 of YYYYMMDD, empty for zero; raises ``ValueError`` for a day that does not exist."""
    return date.fromisoformat(f"{digits:08d}").isoformat() if digits else ""


def money(hundredths: int, currency: str) -> Money:
    """From hundredths of the major unit; raises ``ValueError`` for more places than the currency has."""
    minor, rest = _shift(hundredths, exponent(currency) - _PLACES)
    if rest:
        raise ValueError("amount has more decimal places than its currency")
    return Money(minor, currency)


def hundredths(value: Money) -> int:
    """An amount as the record carries it; raises ``CannotBuildError`` where that would lose a part of it."""
    whole, rest = _shift(value.minor, _PLACES - exponent(value.currency))
    if rest:
        raise CannotBuildError("amount", "more decimal places than the record has")
    return whole


def _shift(amount: int, places: int) -> tuple[int, int]:
    factor: int = 10 ** abs(places)
    return (amount * factor, 0) if places >= 0 else divmod(amount, factor)


def loan_repaid(values: Values) -> credit.LoanRepaid:
    currency = values["currency"]
    return credit.LoanRepaid(
        loan=values["loan"],
        outstanding=money(values["outstanding"], currency),
        settlement_balance=money(values["settlement_balance"], currency),
        booked_at=values["booked_at"],
    )


def _loan(values: Values) -> credit.Loan:
    currency = values["currency"]
    return credit.Loan(
        loan=values["loan"],
        account=values["account"],
        borrower_name=values["borrower_name"],
        principal=money(values["principal"], currency),
        outstanding=money(values["outstanding"], currency),
        rate_ppm=values["rate_ppm"],
        method=_METHODS[values["repayment_method"]],
        granted_on=iso_date(values["granted_on"]),
        instalments=values["instalments"],
        instalments_paid=values["instalments_paid"],
        next_due_on=iso_date(values["next_due_on"]),
        next_due=money(values["next_due"], currency),
        status=_STATUSES[values["loan_status"]],
    )


def _instalments(values: Values) -> credit.Instalments:
    currency, count, rows = values["currency"], values["instalment_count"], values["instalment"]
    if count > len(rows):
        raise ValueError("more instalments than the record has room for")
    return credit.Instalments(
        loan=values["loan"],
        instalments=tuple(_instalment(row, currency) for row in rows[:count]),
        more=flag(values["more"]),
    )


def _instalment(row: Values, currency: str) -> credit.Instalment:
    return credit.Instalment(
        number=row["instalment_number"],
        due_on=iso_date(row["due_on"]),
        principal=money(row["principal"], currency),
        interest=money(row["interest"], currency),
        paid=flag(row["paid"]),
    )


def _original(command: Inquire | Reverse) -> dict[str, Any]:
    return {
        "original_reference": command.original_reference,
        "original_message_type": wire_name(command.original_operation),
        "original_account": command.original_account,
    }


def _reverse(command: Reverse) -> dict[str, Any]:
    amount = command.amount
    return {
        **_original(command),
        "amount_given": "N" if amount is None else "Y",
        "currency": "" if amount is None else amount.currency,
        "amount": 0 if amount is None else hundredths(amount),
    }


OPERATIONS: dict[str, Mapped] = {
    Echo.operation: Mapped(
        "ECHO", "echo", lambda _: {}, lambda r: HostState(accounting_date="", version=r["host_version"])
    ),
    Inquire.operation: Mapped("INQUIRE", "inquire", _original, lambda _: Result()),
    Reverse.operation: Mapped("REVERSE", "reverse", _reverse, lambda r: Reversal(effective=flag(r["effective"]))),
    credit.GetLoan.operation: Mapped("GETLOAN", "get_loan", lambda c: {"loan": c.loan, "account": c.account}, _loan),
    credit.ListInstalments.operation: Mapped(
        "LISTINST",
        "list_instalments",
        lambda c: {"loan": c.loan, "account": c.account, "after_number": c.after_number, "maximum": c.limit},
        _instalments,
    ),
    credit.RepayLoan.operation: Mapped(
        "REPAYLN",
        "repay_loan",
        lambda c: {
            "loan": c.loan,
            "account": c.account,
            "currency": c.amount.currency,
            "amount": hundredths(c.amount),
        },
        loan_repaid,
    ),
}


def wire_name(operation: str) -> str:
    """The host's message type of one of our operations; raises ``CannotBuildError`` for one that it does not have."""
    mapped = OPERATIONS.get(operation)
    if mapped is None:
        raise CannotBuildError("original_operation", f"{operation} is not offered by this host")
    return mapped.wire
