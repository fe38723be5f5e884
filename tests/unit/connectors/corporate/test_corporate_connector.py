"""Company banking through the connector and the simulated front-end: who may do what, and when money moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from corporate_bench import (
    CHECKER,
    COMPANY,
    MAKER,
    PAYEE,
    PAYER,
    STRANGER,
    UNREGISTERED,
    WAGES,
    WHO,
    a_payroll,
    a_remittance,
    an_order,
    corporate_bench,
    put_order,
    yuan,
)
from host_bench import HostBench

from tellerline.routing.model import corporate as model
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Reverse
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Result
from tellerline.simulators.corporate.register import ORDER_VALIDITY, PAYROLL_VALIDITY
from tellerline.simulators.corporate.server import CorporateServer

Front = tuple[HostBench, CorporateServer]
ON: dict[str, Any] = {**WHO, "account": PAYER}
CHECKING: dict[str, Any] = {**ON, "representative": CHECKER}


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    async with corporate_bench() as made:
        yield made


async def result(front: Front, command: Command) -> Result:
    answer = await front[0].ask(command)
    assert isinstance(answer.outcome, Done), answer
    return answer.outcome.result


async def refusal(front: Front, command: Command) -> tuple[Code, str]:
    answer = await front[0].ask(command)
    assert isinstance(answer.outcome, Rejected), answer
    return answer.outcome.code, answer.outcome.host_code


def balance(front: Front, account: str) -> int:
    return front[1].ledger.account(account).balance


async def test_money_moves_at_approval_and_once(front: Front) -> None:
    before = balance(front, PAYER), balance(front, PAYEE)
    order = await result(front, an_order(1_000_00))
    assert isinstance(order, model.TransferOrder)
    assert (order.state, order.maker, order.checker) == (model.OrderState.PENDING, MAKER, "")
    assert (balance(front, PAYER), balance(front, PAYEE)) == before
    approved = await result(front, model.ApproveTransferOrder(**CHECKING, order=order.order))
    assert isinstance(approved, model.TransferOrder)
    assert (approved.state, approved.checker) == (model.OrderState.BOOKED, CHECKER)
    assert approved.balance_after == yuan(before[0] - 1_000_00)
    again = await refusal(front, model.ApproveTransferOrder(**CHECKING, order=order.order))
    assert again == (Code.REJECTED_BY_HOST, "2103")
    assert (balance(front, PAYER), balance(front, PAYEE)) == (before[0] - 1_000_00, before[1] + 1_000_00)


@pytest.mark.parametrize("decide", [model.ApproveTransferOrder, model.RejectTransferOrder])
async def test_nobody_decides_on_the_own_order(
    front: Front, decide: type[model.ApproveTransferOrder] | type[model.RejectTransferOrder]
) -> None:
    assert await refusal(front, decide(**ON, order="A")) == (Code.SECOND_PERSON_REQUIRED, "2102")


async def test_an_order_expires(front: Front) -> None:
    register = front[1].host.register
    put_order(front[1].host, "OLD")
    order = register.orders.get("OLD")
    assert order is not None
    register.orders.put("OLD", replace(order, created_at=order.created_at - ORDER_VALIDITY - timedelta(seconds=1)))
    found = await result(front, model.GetTransferOrder(**ON, order="OLD"))
    assert isinstance(found, model.TransferOrder)
    assert found.state is model.OrderState.EXPIRED
    assert (await refusal(front, model.ApproveTransferOrder(**CHECKING, order="OLD")))[1] == "2104"


async def test_a_reversed_approval_stays_reversed(front: Front) -> None:
    bench, server = front
    before, call = balance(front, PAYER), bench.call()
    approval = model.ApproveTransferOrder(**CHECKING, order="A")
    assert isinstance((await bench.ask(approval, call)).outcome, Done)
    reversal = replace(bench.reversal(call.reference), original_operation=approval.operation)
    assert isinstance((await bench.ask(reversal)).outcome, Done)
    assert balance(front, PAYER) == before
    found = await result(front, model.GetTransferOrder(**ON, order="A"))
    assert isinstance(found, model.TransferOrder)
    assert found.state is model.OrderState.REVERSED
    assert (await refusal(front, approval))[1] == "2103"
    assert set(server.ledger.trial_balance().values()) == {0}


@pytest.mark.parametrize("account", [UNREGISTERED, PAYEE, "1"])
async def test_a_company_sees_only_what_it_registered(front: Front, account: str) -> None:
    asked = model.GetBalances(**WHO, account=account)
    assert await refusal(front, asked) == (Code.ACCOUNT_NOT_FOUND, "2003")
    stranger = replace(an_order(), company=STRANGER)
    assert (await refusal(front, stranger))[0] is Code.ACCOUNT_NOT_FOUND


async def test_balances_come_in_their_currencies(front: Front) -> None:
    found = await result(front, model.GetBalances(**WHO))
    assert isinstance(found, model.CompanyBalances)
    assert {each.ledger.currency for each in found.balances} == {"CNY", "USD"}


async def test_a_pin_is_locked_after_three_failures(front: Front) -> None:
    wrong = model.VerifyRepresentative(company=COMPANY, representative=MAKER, pin="000000")
    codes = [(await refusal(front, wrong))[0] for _ in range(4)]
    assert codes == [Code.PIN_INVALID, Code.PIN_INVALID, Code.PIN_LOCKED, Code.PIN_LOCKED]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (an_order(credit_name="别人"), Code.PAYEE_NAME_MISMATCH),
        (an_order(credit_account="7"), Code.PAYEE_NOT_FOUND),
        (an_order(credit_account=PAYER), Code.INVALID_REQUEST),
        (replace(a_remittance(), amount=Money(100, "USD")), Code.CURRENCY_MISMATCH),
        (model.RepayLoan(**ON, loan="DQ1", amount=yuan(1)), Code.INVALID_AMOUNT),
        (model.RepayLoan(**ON, loan="DQ1", amount=yuan(900_000_00)), Code.REPAYMENT_EXCEEDS_DEBT),
        (model.RepayLoan(**ON, loan="DQ9", amount=yuan(1)), Code.LOAN_NOT_FOUND),
        (replace(a_payroll(), account=PAYER), Code.ACCOUNT_NOT_FOUND),
    ],
)
async def test_what_the_host_refuses_has_a_code(front: Front, command: Command, code: Code) -> None:
    before = balance(front, PAYER)
    assert (await refusal(front, command))[0] is code
    assert balance(front, PAYER) == before


async def test_interest_is_paid_before_principal(front: Front) -> None:
    repaid = await result(front, model.RepayLoan(**ON, loan="DQ1", amount=yuan(100_000_00)))
    assert isinstance(repaid, model.CompanyLoanRepaid)
    assert repaid.interest.minor > 0
    assert repaid.interest.minor + repaid.principal.minor == 100_000_00
    assert repaid.outstanding.minor == 360_000_00 - repaid.principal.minor


async def test_every_line_of_a_payroll_has_its_own_outcome(front: Front) -> None:
    payroll = a_payroll(600)
    lines = list(payroll.lines)
    lines[3] = replace(lines[3], account="not a number")
    lines[4] = replace(lines[4], name=" ")
    lines[5] = replace(lines[5], amount=Money(1, "USD"))
    lines[6] = replace(lines[6], amount=yuan(0))
    taken = await result(front, replace(payroll, lines=tuple(lines)))
    assert isinstance(taken, model.Payroll)
    assert (taken.line_count, taken.refused_count) == (596, 4)
    page = await result(front, model.GetPayroll(**{**ON, "account": payroll.account}, payroll=taken.payroll, limit=10))
    assert isinstance(page, model.PayrollLines)
    assert page.more
    assert [line.host_code for line in page.lines] == ["", "", "", "2302", "2303", "2008", "2009", "", "", ""]


ON_WAGES: dict[str, Any] = {**WHO, "account": WAGES}
CLAIM = model.ClaimPayroll(**ON_WAGES, payroll="DF1", claim="C1")


def report(claim: str, *numbers: int) -> model.ReportPayroll:
    lines = tuple(model.PaidLine(number=number, code="") for number in numbers)
    return model.ReportPayroll(**ON_WAGES, payroll="DF1", claim=claim, lines=lines)


async def state_of(front: Front, payroll: str = "DF1") -> model.PayrollState:
    page = await result(front, model.GetPayroll(**ON_WAGES, payroll=payroll))
    assert isinstance(page, model.PayrollLines)
    return page.payroll.state


async def test_a_payroll_is_claimed_once_until_the_claim_is_given_back(front: Front) -> None:
    bench, call = front[0], front[0].call()
    first = await bench.ask(CLAIM, call)
    assert isinstance(first.outcome, Done)
    assert (await bench.ask(CLAIM, replace(call, attempt=2))).outcome == first.outcome
    assert await refusal(front, CLAIM) == (Code.PAYROLL_ALREADY_RUN, "2304")
    reversal = undoing(call.reference)
    assert isinstance((await bench.ask(reversal)).outcome, Done)
    assert await state_of(front) is model.PayrollState.SUBMITTED
    assert isinstance(await result(front, CLAIM), model.PayrollClaimed)
    assert await refusal(front, reversal) == (Code.ALREADY_REVERSED, "1403")
    assert await state_of(front) is model.PayrollState.RUNNING


async def test_only_who_claimed_it_reports_and_all_of_it(front: Front) -> None:
    bench, call = front[0], front[0].call()
    assert (await refusal(front, report("C2", 1)))[1] == "2306"
    claimed = (await bench.ask(CLAIM, call)).outcome
    assert isinstance(claimed, Done)
    for wrong in (report("C2", 1), report("C1", 2), report("C1", 1, 2)):
        assert (await refusal(front, wrong))[1] == "2306"
    assert isinstance(await result(front, report("C1", 1)), model.Payroll)
    assert await state_of(front) is model.PayrollState.PAID
    assert (await refusal(front, undoing(call.reference)))[1] == "1404"
    assert (await refusal(front, CLAIM))[0] is Code.PAYROLL_ALREADY_RUN


async def test_a_payroll_expires(front: Front) -> None:
    payrolls, now = front[1].host.register.payrolls, front[1].host.calendar.instant()
    filed = payrolls.get("DF1")
    assert filed is not None
    payrolls.put("DF1", replace(filed, submitted_at=(now - PAYROLL_VALIDITY).isoformat()))
    assert await state_of(front) is model.PayrollState.EXPIRED
    assert await refusal(front, CLAIM) == (Code.REJECTED_BY_HOST, "2305")


def undoing(reference: str) -> Reverse:
    return Reverse(
        original_reference=reference, original_operation=CLAIM.operation, original_account=WAGES, amount=None
    )
