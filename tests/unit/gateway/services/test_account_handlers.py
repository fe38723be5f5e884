"""``AccountService`` on the small platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.type.date_pb2 import Date

from tellerline.api.accounts.v1 import accounts_pb2 as pb
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_IN_DOUBT
from tellerline.api.customers.v1.customers_pb2 import Grant, VerifyPinRequest
from tellerline.routing.model.accounts import (
    AccountKind,
    Balance,
    GetBalance,
    GetLossReport,
    ListStatementEntries,
    LossReport,
    LossReportState,
    ReportLoss,
    Statement,
    StatementEntry,
)
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Unknown

PIN, NUMBER, STRANGERS = "135790", "6222020200001234567", "6222020200009999999"
ACCOUNT = "customers/1001/accounts/1"
REPORT = LossReport(
    account=NUMBER,
    kind=AccountKind.CARD,
    report_number="L-1",
    reported_at="2026-01-05T09:00:00+08:00",
    lapses_at="2026-01-10T09:00:00+08:00",
    state=LossReportState.IN_FORCE,
)


def balance(minor: int) -> Done:
    money = Money(minor, "CNY")
    return Done(result=Balance(account=NUMBER, ledger=money, available=money, as_of="2026-01-05T09:00:00+08:00"))


async def test_a_balance_comes_from_the_account_behind_the_name(platform: Any) -> None:
    platform.host.answers[GetBalance] = balance(123456)
    request = pb.GetBalanceRequest(context=platform.context(), name=f"{ACCOUNT}/balance")
    reply = await platform.send("GetBalance", request, pb.Balance)
    assert platform.host.asked[0].command == GetBalance(account=NUMBER)
    assert (reply.name, reply.ledger_amount.units, reply.ledger_amount.nanos) == (request.name, 1234, 560_000_000)


@pytest.mark.parametrize("name", ["customers/2002/accounts/1/balance", "customers/2002/accounts/9/balance"])
async def test_card_45_another_customers_account_is_not_found(platform: Any, refused: Any, name: str) -> None:
    request = pb.GetBalanceRequest(context=platform.context(), name=name)
    await refused(Code.ACCOUNT_NOT_FOUND, platform.send("GetBalance", request, pb.Balance))
    assert platform.host.asked == []


@pytest.mark.parametrize("account", [1, 9])
async def test_a_stranger_does_not_learn_which_accounts_exist(platform: Any, refused: Any, account: int) -> None:
    context = platform.context(customer="")
    request = pb.GetBalanceRequest(context=context, name=f"customers/2002/accounts/{account}/balance")
    await refused(Code.GRANT_NOT_SUFFICIENT, platform.send("GetBalance", request, pb.Balance))
    request.context.grant = ""
    await refused(Code.GRANT_MISSING, platform.send("GetBalance", request, pb.Balance))


async def test_accounts_are_listed_masked_and_in_pages(platform: Any) -> None:
    request = pb.ListAccountsRequest(context=platform.context(), parent="customers/1001", page_size=1)
    first = await platform.send("ListAccounts", request, pb.ListAccountsResponse)
    request.page_token = first.next_page_token
    second = await platform.send("ListAccounts", request, pb.ListAccountsResponse)
    names = [account.name for account in (*first.accounts, *second.accounts)]
    assert names == [ACCOUNT, "customers/1001/accounts/2"]
    assert first.accounts[0].masked_number == "622202*********4567"
    assert second.next_page_token == ""


async def test_a_list_needs_the_customers_own_grant(platform: Any, refused: Any) -> None:
    request = pb.ListAccountsRequest(context=platform.context(customer=""), parent="customers/2002")
    await refused(Code.GRANT_NOT_SUFFICIENT, platform.send("ListAccounts", request, pb.ListAccountsResponse))


async def test_a_statement_goes_on_behind_its_last_entry(platform: Any) -> None:
    cny = Money(100, "CNY")
    entry = StatementEntry(sequence=41, booking_date="2026-01-02", amount=cny, balance_after=cny, kind="TRANSFER")
    platform.host.answers[ListStatementEntries] = Done(
        result=Statement(account=NUMBER, opening=cny, closing=cny, entries=(entry,), more=True)
    )
    request = pb.ListStatementEntriesRequest(
        context=platform.context(),
        parent=ACCOUNT,
        start_date=Date(year=2026, month=1, day=1),
        end_date=Date(year=2026, month=1, day=5),
        page_size=1,
    )
    first = await platform.send("ListStatementEntries", request, pb.ListStatementEntriesResponse)
    request.page_token = first.next_page_token
    await platform.send("ListStatementEntries", request, pb.ListStatementEntriesResponse)
    asked = [sent.command for sent in platform.host.asked]
    start = ListStatementEntries(account=NUMBER, from_date="2026-01-01", to_date="2026-01-05", limit=1)
    assert asked == [start, replace(start, after_sequence=41)]


async def test_a_statement_does_not_end_before_it_begins(platform: Any, refused: Any) -> None:
    request = pb.ListStatementEntriesRequest(
        context=platform.context(),
        parent=ACCOUNT,
        start_date=Date(year=2026, month=1, day=2),
        end_date=Date(year=2026, month=1, day=1),
    )
    refusal = await refused(
        Code.INVALID_REQUEST, platform.send("ListStatementEntries", request, pb.ListStatementEntriesResponse)
    )
    assert [(v.field, v.why) for v in refusal.violations] == [("end_date", "before_start_date")]


async def test_a_loss_report_answers_the_number_to_read_back(platform: Any) -> None:
    platform.host.answers[ReportLoss] = Done(result=REPORT, host_serial="H1", accounting_date="2026-01-05")
    request = pb.ReportLossRequest(context=platform.context(), account=ACCOUNT)
    reply = await platform.send("ReportLoss", request, pb.ReportLossResponse)
    assert platform.host.asked[0].command.kind is AccountKind.CARD
    assert reply.masked_number == "622202*********4567"
    assert reply.loss_report.name == f"{ACCOUNT}/lossReport"
    assert (reply.transaction.state, reply.transaction.definite) == (TRANSACTION_STATE_DONE, True)
    assert not reply.transaction.HasField("error")


async def test_an_unknown_loss_report_is_neither_success_nor_failure(platform: Any) -> None:
    platform.host.answers[ReportLoss] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")
    request = pb.ReportLossRequest(context=platform.context(language_code="en"), account=ACCOUNT)
    reply = await platform.send("ReportLoss", request, pb.ReportLossResponse)
    info = ErrorInfo()
    assert reply.transaction.error.details[0].Unpack(info)
    assert (info.reason, info.metadata["cause"]) == ("OUTCOME_UNKNOWN", "COMMUNICATION_TIMEOUT")
    assert (reply.transaction.state, reply.transaction.definite) == (TRANSACTION_STATE_IN_DOUBT, False)
    assert not reply.HasField("loss_report")


def unsigned(platform: Any, pin: str, **context: Any) -> pb.ReportLossRequest:
    typed = pb.UnsignedAccount(account_number=STRANGERS, kind=pb.ACCOUNT_KIND_CARD, pin=pin)
    usual = {"customer": "", "grant": ""}
    return pb.ReportLossRequest(context=platform.context(**{**usual, **context}), unsigned_account=typed)


async def test_an_unsigned_caller_reports_with_number_and_pin(platform: Any) -> None:
    platform.host.answers[ReportLoss] = Done(result=REPORT, host_serial="H1", accounting_date="2026-01-05")
    reply = await platform.send("ReportLoss", unsigned(platform, PIN), pb.ReportLossResponse)
    assert [type(sent.command).__name__ for sent in platform.host.asked] == ["VerifyPin", "ReportLoss"]
    assert (reply.masked_number, reply.loss_report.name) == ("622202*********9999", "")
    assert PIN not in str(reply)


async def test_the_unsigned_callers_grant_is_over_after_one_use(platform: Any) -> None:
    platform.host.answers[ReportLoss] = Done(result=REPORT)
    await platform.send("ReportLoss", unsigned(platform, PIN), pb.ReportLossResponse)
    used = platform.host.asked[-1]
    assert used.grant
    request = pb.GetLossReportRequest(
        context=platform.context(customer="", grant=used.grant), name="customers/2002/accounts/1/lossReport"
    )
    platform.host.answers[GetLossReport] = Done(result=REPORT)
    with pytest.raises(Exception, match="GRANT_EXPIRED"):
        await platform.send("GetLossReport", request, pb.LossReport)


async def test_an_unsigned_caller_with_a_wrong_pin_reports_nothing(platform: Any, refused: Any) -> None:
    await refused(Code.PIN_INVALID, platform.send("ReportLoss", unsigned(platform, "000000"), pb.ReportLossResponse))
    await refused(Code.PIN_TOO_SHORT, platform.send("ReportLoss", unsigned(platform, "1234"), pb.ReportLossResponse))
    assert [type(sent.command).__name__ for sent in platform.host.asked] == ["VerifyPin"]


async def test_unsigned_tries_count_for_the_customer_whose_account_it_is(platform: Any, refused: Any) -> None:
    for _ in range(3):
        wrong = unsigned(platform, "000000")
        await refused(Code.PIN_INVALID, platform.send("ReportLoss", wrong, pb.ReportLossResponse))
    assert (await platform.store.grants.pin_tries("2002")).failures == 3
    context = platform.context(customer="customers/2002", grant="")
    request = VerifyPinRequest(context=context, customer="customers/2002", pin=PIN)
    await refused(Code.PIN_LOCKED, platform.send("VerifyPin", request, Grant))
    await refused(Code.PIN_LOCKED, platform.send("ReportLoss", unsigned(platform, PIN), pb.ReportLossResponse))


async def test_a_signed_customer_is_not_served_as_unsigned(platform: Any, refused: Any) -> None:
    request = unsigned(platform, PIN, customer="customers/1001")
    await refused(Code.INVALID_REQUEST, platform.send("ReportLoss", request, pb.ReportLossResponse))


async def test_nothing_named_is_nothing_lost(platform: Any, refused: Any) -> None:
    request = pb.ReportLossRequest(context=platform.context())
    await refused(Code.INVALID_REQUEST, platform.send("ReportLoss", request, pb.ReportLossResponse))


async def test_the_hosts_refusal_passes_through(platform: Any, refused: Any) -> None:
    platform.host.answers[GetLossReport] = Rejected(code=Code.LOSS_REPORT_NOT_FOUND)
    request = pb.GetLossReportRequest(context=platform.context(), name=f"{ACCOUNT}/lossReport")
    await refused(Code.LOSS_REPORT_NOT_FOUND, platform.send("GetLossReport", request, pb.LossReport))
