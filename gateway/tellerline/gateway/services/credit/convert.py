"""Credit: messages of the contract ⇄ the model."""

from __future__ import annotations

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.credit.v1 import credit_pb2 as pb
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.values import date_to_proto, iso_instant_to_proto, money_to_proto
from tellerline.routing.model.credit import (
    Instalment,
    Instalments,
    Loan,
    LoanRepaid,
    LoanStatus,
    RepaymentMethod,
)

STATES = EnumPair(pb.Loan.State.DESCRIPTOR, "STATE_", LoanStatus)
METHODS = EnumPair(pb.Loan.RepaymentMethod.DESCRIPTOR, "REPAYMENT_METHOD_", RepaymentMethod)


def loan_to_proto(loan: Loan, name: str) -> pb.Loan:
    return pb.Loan(
        name=name,
        borrower_display_name=loan.borrower_name,
        principal_amount=money_to_proto(loan.principal),
        outstanding_amount=money_to_proto(loan.outstanding),
        rate_ppm=loan.rate_ppm,
        repayment_method=METHODS.to_proto(loan.method),
        grant_date=date_to_proto(loan.granted_on),
        instalment_count=loan.instalments,
        paid_instalment_count=loan.instalments_paid,
        next_due_date=date_to_proto(loan.next_due_on),
        next_due_amount=money_to_proto(loan.next_due),
        state=STATES.to_proto(loan.status),
    )


def instalments_to_proto(instalments: Instalments, parent: str) -> pb.ListInstalmentsResponse:
    """Without the page token."""
    return pb.ListInstalmentsResponse(
        instalments=[_instalment_to_proto(instalment, parent) for instalment in instalments.instalments]
    )


def _instalment_to_proto(instalment: Instalment, parent: str) -> pb.Instalment:
    return pb.Instalment(
        name=f"{parent}/instalments/{instalment.number}",
        number=instalment.number,
        due_date=date_to_proto(instalment.due_on),
        principal_amount=money_to_proto(instalment.principal),
        interest_amount=money_to_proto(instalment.interest),
        paid=instalment.paid,
    )


def repaid_to_proto(repaid: LoanRepaid | None, info: TransactionInfo, name: str) -> pb.RepayLoanResponse:
    return pb.RepayLoanResponse(
        name=name,
        outstanding_amount=money_to_proto(repaid.outstanding) if repaid else None,
        settlement_balance_amount=money_to_proto(repaid.settlement_balance) if repaid else None,
        book_time=iso_instant_to_proto(repaid.booked_at) if repaid else None,
        transaction=info,
    )
