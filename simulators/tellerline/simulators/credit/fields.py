"""Loans and repayments in the fields of the copybook."""

from __future__ import annotations

from tellerline.simulators.credit.loans import Loan, LoanState
from tellerline.simulators.credit.repayments import Repaid
from tellerline.simulators.credit.schedule import Instalment
from tellerline.simulators.hosting.copybook import Row
from tellerline.simulators.records.layout import date_digits, flag


def loan_fields(loan: Loan, state: LoanState, status: str) -> Row:
    """``status`` is the copybook's letter for the loan on the host's accounting date."""
    return {
        "LOAN": loan.number,
        "ACCOUNT": loan.account,
        "BORROWER-NAME": loan.borrower_name,
        "CURRENCY": loan.currency,
        "PRINCIPAL": loan.principal,
        "OUTSTANDING": state.outstanding,
        "RATE-PPM": loan.rate_ppm,
        "REPAYMENT-METHOD": loan.method.value,
        "GRANTED-ON": date_digits(loan.granted_on),
        "INSTALMENTS": loan.instalments,
        "INSTALMENTS-PAID": state.instalments_paid,
        "NEXT-DUE-ON": date_digits(state.next_due.due_on) if state.next_due else 0,
        "NEXT-DUE": state.next_due_amount,
        "LOAN-STATUS": status,
    }


def instalment_fields(row: Instalment, paid_up_to: int) -> Row:
    return {
        "INSTALMENT-NUMBER": row.number,
        "DUE-ON": date_digits(row.due_on),
        "PRINCIPAL": row.principal,
        "INTEREST": row.interest,
        "PAID": flag(row.number <= paid_up_to),
    }


def repaid_fields(repaid: Repaid) -> Row:
    return {
        "LOAN": repaid.loan,
        "CURRENCY": repaid.currency,
        "OUTSTANDING": repaid.outstanding,
        "SETTLEMENT-BALANCE": repaid.settlement_balance,
        "BOOKED-AT": repaid.booked_at,
    }
