"""``CorporateService`` on the small platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_IN_DOUBT
from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.routing.model import corporate as model
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Unknown

COMPANY, CREDIT_CODE = "7000000001", "919900000000000192"
REPRESENTATIVE = f"customers/{COMPANY}/representatives/1001"
ACCOUNT = f"customers/{COMPANY}/accounts/1"
YUAN = Money(100, "CNY")
CNY = ProtoMoney(currency_code="CNY", units=50)
REGISTER = {"company_number": COMPANY, "credit_code": CREDIT_CODE}
PAYROLL = model.Payroll(
    payroll="DF1",
    account="9904",
    total=Money(5000, "CNY"),
    line_count=1,
    refused_count=1,
    submitted_at="",
    state=model.PayrollState.SUBMITTED,
)


@pytest.fixture
async def company(platform: Any) -> pb.Company:
    """Registered at the counter with an account at the front-end and one that wages are paid from."""
    accounts = tuple(
        model.CompanyAccount(account=number, name="甲公司", currency="CNY", kept_at=keeper)
        for number, keeper in (("9903", model.Keeper.CORPORATE), ("9904", model.Keeper.CORE))
    )
    described = model.CompanyDescription(company=COMPANY, name="甲公司", credit_code=CREDIT_CODE, accounts=accounts)
    platform.host.answers[model.DescribeCompany] = Done(result=described)
    request = pb.RegisterCompanyRequest(context=platform.counter(), **REGISTER)
    reply: pb.Company = await platform.send("RegisterCompany", request, pb.Company)
    return reply


async def test_a_company_comes_with_its_accounts_however_often(platform: Any, company: pb.Company) -> None:
    again = pb.RegisterCompanyRequest(context=platform.counter(), **REGISTER)
    assert await platform.send("RegisterCompany", again, pb.Company) == company
    assert [account.name for account in company.accounts] == [ACCOUNT, f"customers/{COMPANY}/accounts/2"]


def _balances(*numbers: str) -> Done:
    rows = tuple(model.CompanyBalance(account=number, ledger=YUAN, available=YUAN) for number in numbers)
    return Done(result=model.CompanyBalances(balances=rows, as_of="2026-03-03T10:00:00+08:00"))


async def test_an_account_is_shown_from_its_registration_on(platform: Any, company: pb.Company) -> None:
    asking = pb.GetBalancesRequest(context=platform.counter(), representative=REPRESENTATIVE)
    platform.host.answers[model.GetBalances] = _balances("9903", "9905")
    before = await platform.send("GetBalances", asking, pb.GetBalancesResponse)
    assert [balance.account for balance in before.balances] == [ACCOUNT]
    added = model.CompanyAccount(account="9905", name="甲公司", currency="CNY", kept_at=model.Keeper.CORPORATE)
    described = platform.host.answers[model.DescribeCompany].result
    platform.host.answers[model.DescribeCompany] = Done(
        result=replace(described, accounts=(*described.accounts, added))
    )
    register = pb.RegisterCompanyRequest(context=platform.counter(), **REGISTER)
    await platform.send("RegisterCompany", register, pb.Company)
    after = await platform.send("GetBalances", asking, pb.GetBalancesResponse)
    assert [balance.account for balance in after.balances] == [ACCOUNT, f"customers/{COMPANY}/accounts/3"]


async def test_only_the_counter_registers(platform: Any, refused: Any) -> None:
    request = pb.RegisterCompanyRequest(context=platform.context(customer=""), **REGISTER)
    await refused(Code.CHANNEL_NOT_ALLOWED, platform.send("RegisterCompany", request, pb.Company))


async def test_an_unknown_order_has_no_number(platform: Any, company: pb.Company) -> None:
    platform.host.answers[model.CreateTransferOrder] = Unknown(code=Code.OUTCOME_UNKNOWN, reason="timeout")
    order = pb.TransferOrder(credit_account="9", credit_display_name="乙公司", amount=CNY)
    request = pb.CreateTransferOrderRequest(
        context=platform.counter(), representative=REPRESENTATIVE, account=ACCOUNT, transfer_order=order
    )
    reply = await platform.send("CreateTransferOrder", request, pb.TransferOrder)
    assert (reply.name, reply.state, reply.credit_account) == ("", 0, "9")
    assert reply.transaction.state == TRANSACTION_STATE_IN_DOUBT
    asked = platform.host.asked[-1]
    assert (asked.customer, asked.command.account) == (f"{COMPANY}.1001", "9903")


async def test_another_companys_account_is_not_found(platform: Any, refused: Any, company: pb.Company) -> None:
    request = pb.ApproveTransferOrderRequest(
        context=platform.counter(), representative=REPRESENTATIVE, name="customers/1001/accounts/1/transferOrders/ZZ1"
    )
    await refused(Code.ACCOUNT_NOT_FOUND, platform.send("ApproveTransferOrder", request, pb.TransferOrder))


async def test_only_good_lines_are_run(platform: Any, company: pb.Company) -> None:
    lines = tuple(
        model.PayrollOutcome(
            number=number,
            account="62",
            name="员工",
            amount=Money(5000, "CNY"),
            host_code=code,
            host_message="",
            state=model.LineState.REFUSED if code else model.LineState.WAITING,
        )
        for number, code in ((1, ""), (2, "2302"))
    )
    platform.host.answers[model.GetPayroll] = Done(result=model.PayrollLines(payroll=PAYROLL, lines=lines, more=False))
    platform.host.answers[model.RunPayroll] = Unknown(code=Code.OUTCOME_UNKNOWN, reason="timeout")
    name = f"customers/{COMPANY}/accounts/2/payrolls/DF1"
    request = pb.RunPayrollRequest(context=platform.counter(), representative=REPRESENTATIVE, name=name)
    reply = await platform.send("RunPayroll", request, pb.RunPayrollResponse)
    command = platform.host.asked[-1].command
    assert ([line.number for line in command.lines], command.account) == ([1], "9904")
    assert (reply.name, reply.transaction.state) == (name, TRANSACTION_STATE_IN_DOUBT)


@pytest.mark.parametrize("numbers", [(), (0,), (1, 1)])
async def test_a_payroll_of_no_shape_is_refused(
    platform: Any, refused: Any, company: pb.Company, numbers: tuple[int, ...]
) -> None:
    lines = [pb.PayrollLine(number=number, account_number="62", display_name="员工", amount=CNY) for number in numbers]
    request = pb.SubmitPayrollRequest(
        context=platform.counter(), representative=REPRESENTATIVE, account=ACCOUNT, lines=lines
    )
    await refused(Code.INVALID_REQUEST, platform.send("SubmitPayroll", request, pb.Payroll))
