"""The securities connector against captured records, and against records that are not what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from securities_bench import ACCOUNT, CODE, NAME, NUMBER, a_deposit, an_order

import tellerline.connectors.securities
from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.copybook import Charset
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.discovery import discover
from tellerline.connectors.record_connector import RecordConnector
from tellerline.connectors.records import load_records
from tellerline.connectors.securities.connector import build_connector
from tellerline.routing.model import securities
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo, HostCall, Inquire, Reverse
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Found, HostState, NotFound, Rejected, Reversal, Unknown

SAMPLES = Path(tellerline.connectors.securities.__file__).parent / "samples"
MANIFEST = next(folder.manifest for folder in discover() if folder.manifest.name == "securities")
RECORDS = load_records(MANIFEST, Charset.CP037)
AT = "2026-03-02T10:00:00+08:00"
BUY = an_order(price=5_87, quantity=1_000)
FIRST_ORDER, SECOND_ORDER = "S202603020000000001", "S202603020000000002"
COMMANDS: dict[str, tuple[str, Command]] = {
    "echo": ("T00000001", Echo()),
    "place-order": ("T00000002", BUY),
    "get-quote": ("T00000004", securities.GetQuote(security=CODE)),
    "list-quotes": ("T00000005", securities.ListQuotes(after_security="300000", limit=3)),
    "list-holdings": ("T00000006", securities.ListHoldings(account=ACCOUNT)),
    "get-funds-balance": ("T00000007", securities.GetFundsBalance(account=ACCOUNT)),
    "cancel-order": ("T00000008", securities.CancelOrder(account=ACCOUNT, order=SECOND_ORDER)),
    "get-order": ("T00000009", securities.GetOrder(account=ACCOUNT, order=FIRST_ORDER)),
    "list-orders": ("T00000010", securities.ListOrders(account=ACCOUNT)),
    "list-trades": (
        "T00000011",
        securities.ListTrades(account=ACCOUNT, from_date="2026-02-01", to_date="2026-03-02"),
    ),
    "list-allotment-numbers": ("T00000012", securities.ListAllotmentNumbers(account=ACCOUNT)),
    "deposit-funds": ("T00000013", a_deposit()),
    "withdraw-funds": ("T00000014", securities.WithdrawFunds(account=ACCOUNT, amount=Money(1_00, "CNY"))),
    "inquire": (
        "T00000015",
        Inquire(original_reference="T00000002", original_operation=BUY.operation, original_account=ACCOUNT),
    ),
    "reverse": (
        "T00000016",
        Reverse(
            original_reference="T00000013",
            original_operation=a_deposit().operation,
            original_account=ACCOUNT,
            amount=a_deposit().amount,
        ),
    ),
}
ORDER = securities.Order(
    order=FIRST_ORDER,
    security=CODE,
    name=NAME,
    side=securities.Side.BUY,
    price=Money(5_87, "CNY"),
    quantity=1_000,
    filled=1_000,
    filled_amount=Money(5_860_00, "CNY"),
    fees=Money(5_00, "CNY"),
    status=securities.OrderStatus.FILLED,
    placed_at=AT,
)


def call(reference: str) -> HostCall:
    return HostCall(reference=reference, channel="IVR", accepted_at=AT, branch="0101", operator="A007")


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.dat").read_bytes()


@pytest.fixture(scope="module")
def connector() -> RecordConnector:
    return build_connector(MANIFEST, VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))


def parsed(connector: RecordConnector, name: str) -> Done:
    reference, command = COMMANDS[name]
    outcome = connector.parse(command, call(reference), sample(f"{name}.reply"))
    assert isinstance(outcome, Done), outcome
    assert outcome.accounting_date == "2026-03-02"
    return outcome


@pytest.mark.parametrize("name", COMMANDS)
def test_requests_are_byte_for_byte_what_was_captured(connector: RecordConnector, name: str) -> None:
    reference, command = COMMANDS[name]
    request = connector.build(command, call(reference))
    assert request.body == sample(f"{name}.request")
    assert request.durable == (name in ("place-order", "cancel-order", "deposit-funds", "withdraw-funds", "reverse"))


def test_a_request_is_ebcdic_with_packed_decimals(connector: RecordConnector) -> None:
    body = connector.build(BUY, call("T1")).body
    assert body[:8] == bytes.fromhex("d7d3c1c3c5d6d9c4")
    assert body[-11:] == bytes.fromhex("000000587f" + "00000001000f")
    money = connector.build(a_deposit(), call("T1")).body
    assert money[-12:] == bytes.fromhex("c3d5e8" + "00000000000001234c")


def test_a_captured_quote_is_read(connector: RecordConnector) -> None:
    quote = parsed(connector, "get-quote").result
    assert isinstance(quote, securities.Quote)
    assert (quote.name, quote.board, quote.status) == (NAME, securities.Board.MAIN, securities.QuoteStatus.TRADING)
    assert (quote.lower_limit.minor, quote.upper_limit.minor) == (5_27, 6_45)
    assert [level.price.minor for level in quote.bids] == sorted(
        (each.price.minor for each in quote.bids), reverse=True
    )
    assert quote.bids[0].price.minor < quote.asks[0].price.minor
    assert (quote.volume, quote.turnover) == (1_000, Money(5_860_00, "CNY"))


def test_captured_lists_are_read(connector: RecordConnector) -> None:
    quotes = parsed(connector, "list-quotes").result
    assert isinstance(quotes, securities.Quotes)
    assert ([each.security for each in quotes.quotes], quotes.more) == (["300961", "300972", "600951"], True)
    holdings = parsed(connector, "list-holdings").result
    assert isinstance(holdings, securities.Holdings)
    assert [(each.quantity, each.sellable, each.frozen) for each in holdings.holdings] == [(2_037, 1_037, 0)]
    orders = parsed(connector, "list-orders").result
    assert isinstance(orders, securities.Orders)
    assert [each.status for each in orders.orders] == [
        securities.OrderStatus.FILLED,
        securities.OrderStatus.CANCELLED,
    ]
    allotments = parsed(connector, "list-allotment-numbers").result
    assert isinstance(allotments, securities.Allotments)
    assert [(each.count, each.won, each.status) for each in allotments.allotments] == [
        (7, 1, securities.AllotmentStatus.WON)
    ]


def test_captured_trades_are_read(connector: RecordConnector) -> None:
    trades = parsed(connector, "list-trades").result
    assert isinstance(trades, securities.Trades)
    assert not trades.more
    (trade,) = trades.trades
    assert trade == securities.Trade(
        trade="T202603020000000001B",
        order=FIRST_ORDER,
        security=CODE,
        name=NAME,
        side=securities.Side.BUY,
        price=Money(5_86, "CNY"),
        quantity=1_000,
        amount=Money(5_860_00, "CNY"),
        fees=Money(5_00, "CNY"),
        traded_at=AT,
    )


def test_captured_money_is_read(connector: RecordConnector) -> None:
    balance = parsed(connector, "get-funds-balance").result
    assert isinstance(balance, securities.FundsBalance)
    assert (balance.securities_account, balance.account) == (NUMBER, ACCOUNT)
    assert (balance.balance.minor, balance.frozen.minor) == (94_135_00, 545_00)
    assert (balance.available.minor, balance.withdrawable.minor) == (93_590_00, 93_590_00)
    deposited = parsed(connector, "deposit-funds").result
    assert deposited == securities.FundsBooked(balance_after=Money(94_147_34, "CNY"), booked_at=AT)
    withdrawn = parsed(connector, "withdraw-funds").result
    assert withdrawn == securities.FundsBooked(balance_after=Money(94_146_34, "CNY"), booked_at=AT)


def test_a_captured_order_is_read_directly_and_through_an_inquiry(connector: RecordConnector) -> None:
    direct = parsed(connector, "place-order")
    assert direct.result == ORDER == parsed(connector, "get-order").result
    assert parsed(connector, "inquire").result == Found(original=direct, reversed=False)


def test_the_other_captured_replies_are_read(connector: RecordConnector) -> None:
    state = parsed(connector, "echo").result
    assert isinstance(state, HostState)
    assert state.accounting_date == "2026-03-02"
    assert parsed(connector, "reverse").result == Reversal(effective=True)
    inquire = COMMANDS["inquire"][1]
    missing = connector.parse(inquire, call("T00000018"), sample("inquire-not-found.reply"))
    assert isinstance(missing, Done)
    assert missing.result == NotFound()


def test_a_captured_refusal_keeps_the_hosts_chinese_words(connector: RecordConnector) -> None:
    outcome = connector.parse(BUY, call("T00000017"), sample("place-order-refused.reply"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.host_code) == (Code.PRICE_OUT_OF_LIMITS, "3010")
    assert outcome.host_message == "委托价格超出涨跌幅限制"


def test_a_request_that_the_host_could_not_read_is_refused(connector: RecordConnector) -> None:
    outcome = connector.parse(BUY, call("T00000019"), sample("failure.reply"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.host_code) == (Code.REJECTED_BY_HOST, "9003")


@pytest.mark.parametrize("name", [*COMMANDS, "failure", "place-order-refused"])
def test_a_reply_to_another_reference_proves_nothing(connector: RecordConnector, name: str) -> None:
    _, command = COMMANDS.get(name, ("", BUY))
    outcome = connector.parse(command, call("SOMEBODY-ELSE"), sample(f"{name}.reply"))
    assert isinstance(outcome, Unknown)
    assert (outcome.code, outcome.reason) == (Code.OUTCOME_UNKNOWN, "other_reference")


OFF_CONTRACT: dict[str, tuple[str, str, dict[str, object]]] = {
    "an unknown board": ("get-quote", "get_quote_reply", {"quote.board": "X"}),
    "an unknown order status": ("place-order", "place_order_reply", {"order_detail.order_status": ""}),
    "an unknown side": ("place-order", "place_order_reply", {"order_detail.side": "b"}),
    "too many rows": ("list-trades", "list_trades_reply", {"row_count": 21}),
    "a flag that is none": ("list-orders", "list_orders_reply", {"more": ""}),
    "a day that is none": ("list-allotment-numbers", "list_allotments_reply", {"allotment.0.drawn_on": 20260230}),
    "another original": ("inquire", "inquire_reply", {"original_message_type": "DEPOSIT"}),
}


@pytest.mark.parametrize("case", OFF_CONTRACT)
def test_a_reply_off_the_contract_is_a_doubt(connector: RecordConnector, case: str) -> None:
    name, record, changes = OFF_CONTRACT[case]
    values = RECORDS[record].decode(sample(f"{name}.reply"))
    for path, value in changes.items():
        inner: Any = values
        *way, last = path.split(".")
        for step in way:
            inner = inner[int(step) if step.isdigit() else step]
        inner[last] = value
    body = RECORDS[record].encode(values)
    reference, command = COMMANDS[name]
    outcome = connector.parse(command, call(reference), body)
    assert outcome == Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="off_contract", raw=body)


@pytest.mark.parametrize("tail", ["5a", "5b", "5e", "a5", "fd"])
def test_a_sign_that_is_none_is_a_doubt(connector: RecordConnector, tail: str) -> None:
    body = bytearray(sample("place-order.reply"))
    fees = body.rindex(bytes.fromhex("00000000000000500c"))
    body[fees + 8] = bytes.fromhex(tail)[0]
    outcome = connector.parse(BUY, call("T00000002"), bytes(body))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "not_a_record"


@settings(max_examples=400, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 276), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_garbled_reply_never_raises(connector: RecordConnector, flips: list[tuple[int, int]]) -> None:
    body = bytearray(sample("place-order.reply"))
    for at, value in flips:
        body[at] = value
    assert isinstance(connector.parse(BUY, call("T00000002"), bytes(body)), Done | Rejected | Unknown)


UNBUILDABLE: dict[str, tuple[Command, HostCall, str]] = {
    "account too long": (securities.GetFundsBalance(account="9" * 33), call("T1"), "account"),
    "code too long": (securities.GetQuote(security="6009510"), call("T1"), "security_code"),
    "too many shares": (an_order(quantity=10**11), call("T1"), "quantity"),
    "too dear": (an_order(price=10**9), call("T1"), "price"),
    "negative price": (an_order(price=-1), call("T1"), "price"),
    "no EBCDIC": (
        Echo(),
        HostCall(reference="T1", channel="电话银行", accepted_at=AT),
        "channel",
    ),
}


@pytest.mark.parametrize("case", UNBUILDABLE)
def test_what_does_not_fit_is_refused_before_it_is_sent(connector: RecordConnector, case: str) -> None:
    command, host_call, field = UNBUILDABLE[case]
    with pytest.raises(CannotBuildError) as caught:
        connector.build(command, host_call)
    assert caught.value.field == field
