"""``CreditService`` on the small platform."""

from __future__ import annotations

from typing import Any

from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_IN_DOUBT
from tellerline.api.credit.v1 import credit_pb2 as pb
from tellerline.routing.model.codes import Code
from tellerline.routing.model.credit import (
    GetLoan,
    Instalment,
    Instalments,
    ListInstalments,
    Loan,
    LoanRepaid,
    LoanStatus,
    RepayLoan,
    RepaymentMethod,
)
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Unknown

NUMBER, CNY = "6222020200001234567", Money(5000, "CNY")
LOAN = "customers/1001/accounts/1/loans/4959"


async def test_a_loan_is_asked_for_with_its_settlement_account(platform: Any) -> None:
    platform.host.answers[GetLoan] = Done(
        result=Loan(
            loan="4959",
            account=NUMBER,
            borrower_name="王芳",
            principal=CNY,
            outstanding=CNY,
            rate_ppm=43500,
            method=RepaymentMethod.EQUAL_PRINCIPAL,
            granted_on="2024-01-05",
            instalments=24,
            instalments_paid=24,
            next_due_on="",
            next_due=Money(0, "CNY"),
            status=LoanStatus.REPAID,
        )
    )
    reply = await platform.send("GetLoan", pb.GetLoanRequest(context=platform.context(), name=LOAN), pb.Loan)
    assert platform.host.asked[0].command == GetLoan(loan="4959", account=NUMBER)
    assert (reply.name, reply.state, reply.rate_ppm) == (LOAN, pb.Loan.STATE_REPAID, 43500)
    assert not reply.HasField("next_due_date")


async def test_instalments_come_in_pages_of_twenty_at_most(platform: Any) -> None:
    one = Instalment(number=20, due_on="2026-02-01", principal=CNY, interest=CNY, paid=False)
    platform.host.answers[ListInstalments] = Done(result=Instalments(loan="4959", instalments=(one,), more=True))
    request = pb.ListInstalmentsRequest(context=platform.context(), parent=LOAN, page_size=100)
    first = await platform.send("ListInstalments", request, pb.ListInstalmentsResponse)
    request.page_token = first.next_page_token
    await platform.send("ListInstalments", request, pb.ListInstalmentsResponse)
    asked = [(sent.command.after_number, sent.command.limit) for sent in platform.host.asked]
    assert asked == [(0, 20), (20, 20)]
    assert first.instalments[0].name == f"{LOAN}/instalments/20"


async def test_a_repayment_tells_what_is_left(platform: Any) -> None:
    repaid = LoanRepaid(loan="4959", outstanding=CNY, settlement_balance=CNY, booked_at="2026-01-05T09:00:00+08:00")
    platform.host.answers[RepayLoan] = Done(result=repaid, host_serial="C1")
    amount = ProtoMoney(currency_code="CNY", units=50)
    request = pb.RepayLoanRequest(context=platform.context(), name=LOAN, amount=amount)
    reply = await platform.send("RepayLoan", request, pb.RepayLoanResponse)
    assert platform.host.asked[0].command == RepayLoan(loan="4959", account=NUMBER, amount=CNY)
    assert (reply.outstanding_amount.units, reply.transaction.ref.host_serial) == (50, "C1")


async def test_an_unknown_repayment_shows_no_amounts(platform: Any) -> None:
    platform.host.answers[RepayLoan] = Unknown(code=Code.OUTCOME_UNKNOWN, reason="timeout")
    amount = ProtoMoney(currency_code="CNY", units=50)
    request = pb.RepayLoanRequest(context=platform.context(), name=LOAN, amount=amount)
    reply = await platform.send("RepayLoan", request, pb.RepayLoanResponse)
    assert reply.transaction.state == TRANSACTION_STATE_IN_DOUBT
    assert not reply.HasField("outstanding_amount")


async def test_a_repayment_of_nothing_is_refused(platform: Any, refused: Any) -> None:
    request = pb.RepayLoanRequest(context=platform.context(), name=LOAN, amount=ProtoMoney(currency_code="CNY"))
    await refused(Code.INVALID_AMOUNT, platform.send("RepayLoan", request, pb.RepayLoanResponse))
    assert platform.host.asked == []
