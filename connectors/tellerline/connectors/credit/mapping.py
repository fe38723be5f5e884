"""The model's commands and results in the words of the credit host's copybook."""

from __future__ import annotations

from tellerline.connectors.record_connector import Mapped, Values
from tellerline.connectors.record_values import flag, hundredths, iso_date, money
from tellerline.routing.model import credit

_METHODS = {"I": credit.RepaymentMethod.EQUAL_INSTALMENTS, "P": credit.RepaymentMethod.EQUAL_PRINCIPAL}
_STATUSES = {
    "R": credit.LoanStatus.RUNNING,
    "O": credit.LoanStatus.OVERDUE,
    "P": credit.LoanStatus.REPAID,
    "W": credit.LoanStatus.WRITTEN_OFF,
}


def _loan_repaid(values: Values) -> credit.LoanRepaid:
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


OPERATIONS: dict[str, Mapped] = {
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
        _loan_repaid,
        _loan_repaid,
    ),
}
