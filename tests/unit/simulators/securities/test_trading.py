"""Orders at the desk: checks, freezing, fills, T+1, lapsing, and that money and shares are conserved."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from securities_bench import ACCOUNT, CODE, MORNING, furnish

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.securities import codes
from tellerline.simulators.securities.host import SecuritiesHost
from tellerline.simulators.securities.listing import HALTED
from tellerline.simulators.securities.matching import Side
from tellerline.simulators.securities.trading import FEES, MARKET_MONEY, NewOrder

SELLER, SELLERS_NUMBER = "6222000000000002", "ZQ800000000200"


def test_a_purchase_at_the_market_is_filled_at_the_sellers_price(floor: Any) -> None:
    price, quantity = floor.best("ASK")
    reply = floor.order("B", price + 1, 100)
    assert quantity >= 100
    assert (reply.fields["ORDER-STATUS"], reply.fields["FILLED-AMOUNT"]) == ("F", price * 100)
    assert floor.funds() == (100_000_00 - price * 100 - 5_00, 0, *[100_000_00 - price * 100 - 5_00] * 2)
    assert floor.shares()[CODE] == (1_137, 1_037, 0)


def test_what_is_not_filled_rests_and_freezes_price_and_fees(floor: Any) -> None:
    order = floor.order("B", 5_40, 1_000)
    assert (order.fields["ORDER-STATUS"], order.fields["FILLED-QUANTITY"]) == ("O", 0)
    assert floor.funds() == (100_000_00, 5_405_00, 94_595_00, 94_595_00)
    assert floor.best("BID")[0] > 5_40


def test_two_customers_meet_and_the_one_at_rest_sets_the_price(floor: Any) -> None:
    resting = floor.order("S", floor.best("ASK")[0] - 1, 500, account=SELLER)
    price = resting.fields["PRICE"]
    floor.order("B", price + 5, 300)
    half = floor.ask("GETORDER", ACCOUNT=SELLER, ORDER_NUMBER=resting.host_serial).fields
    assert (half["ORDER-STATUS"], half["FILLED-QUANTITY"]) == ("P", 300)
    amount = price * 300
    assert half["FEES"] == 5_00 + (amount * 50 + 50_000) // 100_000
    assert floor.shares(SELLER)[CODE] == (737, 537, 200)
    assert floor.funds(SELLER)[0] == 100_000_00 + amount - half["FEES"]


def test_proceeds_may_be_spent_today_and_withdrawn_tomorrow(floor: Any) -> None:
    floor.order("S", floor.best("BID")[0], 100)
    balance, _, available, withdrawable = floor.funds()
    assert (available, withdrawable) == (balance, 100_000_00)
    floor.move_to(3, 10)
    assert floor.funds()[3] == balance


def test_what_was_bought_today_cannot_be_sold_before_tomorrow(floor: Any) -> None:
    floor.order("B", floor.best("ASK")[0], 100)
    assert floor.order("S", 5_27, 1_100).host_code == codes.INSUFFICIENT_SHARES
    floor.move_to(3, 10)
    assert floor.shares()[CODE] == (1_137, 1_137, 0)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown security": ({"code": "999999"}, codes.UNKNOWN_SECURITY),
    "halted": ({"code": HALTED, "price": 3_31}, codes.TRADING_HALTED),
    "below the limit": ({"price": 5_26}, codes.PRICE_OUT_OF_LIMITS),
    "above the limit": ({"price": 6_46}, codes.PRICE_OUT_OF_LIMITS),
    "odd lot to buy": ({"quantity": 150}, codes.QUANTITY_NOT_ALLOWED),
    "nothing": ({"quantity": 0}, codes.QUANTITY_NOT_ALLOWED),
    "far too many": ({"quantity": 1_000_100}, codes.QUANTITY_NOT_ALLOWED),
    "too dear": ({"quantity": 20_000}, codes.INSUFFICIENT_FUNDS),
    "fees not covered": ({"price": 6_25, "quantity": 16_000}, codes.INSUFFICIENT_FUNDS),
    "part of an odd lot to sell": ({"side": "S", "quantity": 36}, codes.QUANTITY_NOT_ALLOWED),
    "more than there is": ({"side": "S", "quantity": 1_100}, codes.INSUFFICIENT_SHARES),
    "no account": ({"account": "6222999"}, codes.NO_SECURITIES_ACCOUNT),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_order_changes_nothing(floor: Any, case: str) -> None:
    changes, code = REFUSED[case]
    before = floor.funds(), floor.shares()
    order = {"side": "B", "price": 5_80, "quantity": 100, **changes}
    assert floor.order(**order).host_code == code
    assert (floor.funds(), floor.shares()) == before
    assert floor.ask("LSTORDER", AFTER_ORDER="").fields["ROW-COUNT"] == 0


@pytest.mark.parametrize(("hour", "minute"), [(9, 29), (11, 30), (12, 59), (15, 0), (23, 0)])
def test_orders_are_refused_outside_of_trading_hours(floor: Any, hour: int, minute: int) -> None:
    floor.move_to(2, hour, minute)
    assert floor.order("B", 5_80, 100).host_code == codes.MARKET_CLOSED


def test_an_odd_lot_is_sold_whole(floor: Any) -> None:
    assert floor.order("S", 5_30, 37).fields["ORDER-STATUS"] == "F"
    assert floor.shares()[CODE] == (1_000, 1_000, 0)


def test_a_cancelled_order_gives_back_what_it_froze(floor: Any) -> None:
    number = floor.order("B", 5_40, 1_000).host_serial
    cancelled = floor.ask("CANCLORD", ORDER_NUMBER=number)
    assert cancelled.fields["ORDER-STATUS"] == "C"
    assert floor.funds() == (100_000_00, 0, 100_000_00, 100_000_00)
    assert floor.ask("CANCLORD", ORDER_NUMBER=number).host_code == codes.NOT_CANCELLABLE
    assert floor.order("S", 5_40, 100, account=SELLER).fields["FILLED-AMOUNT"] > 5_40 * 100


def test_nobody_reaches_anothers_order(floor: Any) -> None:
    number = floor.order("B", 5_40, 100).host_serial
    for message_type in ("CANCLORD", "GETORDER"):
        assert floor.ask(message_type, ACCOUNT=SELLER, ORDER_NUMBER=number).host_code == codes.UNKNOWN_ORDER


def test_an_order_lapses_at_the_close(floor: Any) -> None:
    number = floor.order("B", 5_40, 1_000).host_serial
    floor.move_to(2, 15)
    assert floor.ask("GETORDER", ORDER_NUMBER=number).fields["ORDER-STATUS"] == "E"
    assert floor.funds()[1] == 0
    floor.move_to(3, 10)
    assert floor.ask("LSTORDER", AFTER_ORDER="").fields["ROW-COUNT"] == 0
    assert floor.ask("CANCLORD", ORDER_NUMBER=number).host_code == codes.NOT_CANCELLABLE


def test_the_next_day_begins_at_the_last_price(floor: Any) -> None:
    price = floor.best("ASK")[0]
    floor.order("B", price, 100)
    floor.move_to(3, 10)
    quote = floor.ask("GETQUOTE", SECURITY_CODE=CODE).fields
    assert (quote["PREVIOUS-CLOSE"], quote["LAST-PRICE"], quote["VOLUME"]) == (price, price, 0)


def test_trades_are_found_by_day(floor: Any) -> None:
    floor.order("B", floor.best("ASK")[0], 100)
    floor.move_to(3, 10)
    period = {"AFTER_TRADE": "", "FROM_DATE": 20260301, "TO_DATE": 20260303}
    assert floor.ask("LSTTRADE", **(period | {"FROM_DATE": 0, "TO_DATE": 0})).fields["ROW-COUNT"] == 0
    assert floor.ask("LSTTRADE", **period).fields["ROW-COUNT"] == 1
    for wrong in ({"TO_DATE": 20260228}, {"TO_DATE": 0}, {"FROM_DATE": 20260230}, {"FROM_DATE": 20250101}):
        assert floor.ask("LSTTRADE", **(period | wrong)).host_code == codes.PERIOD_NOT_ALLOWED


def test_lists_go_on_behind_a_row(floor: Any) -> None:
    numbers = [floor.order("B", 5_40, 100).host_serial for _ in range(25)]
    first = floor.ask("LSTORDER", AFTER_ORDER="").fields
    second = floor.ask("LSTORDER", AFTER_ORDER=numbers[19]).fields
    assert (first["ROW-COUNT"], first["MORE"], second["ROW-COUNT"], second["MORE"]) == (20, "Y", 5, "N")
    some = floor.ask("LSTQUOTE", AFTER_SECURITY="300961", MAXIMUM=2).fields
    assert [row["SECURITY-CODE"] for row in some["QUOTE"]] == ["300972", "600951"]


def test_books_go_back_to_their_snapshot(floor: Any) -> None:
    books = floor.host.ledger, floor.host
    for book in books:
        book.snapshot()
    before = floor.funds(), floor.shares(), floor.best("ASK")
    floor.order("B", 6_00, 5_000)
    for book in books:
        book.reset()
    assert (floor.funds(), floor.shares(), floor.best("ASK")) == before
    assert floor.ask("LSTORDER", AFTER_ORDER="").fields["ROW-COUNT"] == 0


orders = st.tuples(
    st.sampled_from((ACCOUNT, SELLER)),
    st.sampled_from(Side),
    st.integers(5_70, 6_02),
    st.integers(1, 60).map(lambda lots: lots * 100),
)
steps = st.lists(orders | st.integers(0, 20), max_size=40)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_money_and_shares_are_conserved_whatever_is_ordered_and_cancelled(asked: list[Any]) -> None:
    host = SecuritiesHost(BankCalendar(VirtualClock(MORNING)))
    accounts = [furnish(host), furnish(host, SELLER, SELLERS_NUMBER)]
    placed: list[str] = []
    for number, step in enumerate(asked):
        try:
            if isinstance(step, int):
                if step < len(placed):
                    host.desk.cancel(host.desk.orders.get(placed[step]))
                continue
            account, side, price, quantity = step
            new = NewOrder(bank_account=account, code=CODE, side=side, currency="CNY", price=price, quantity=quantity)
            placed.append(host.desk.place(new, f"S{number:03d}").number)
        except RefusedError:
            continue
    for ledger in (host.ledger, host.shares):
        assert not any(ledger.trial_balance().values())
    balances = [host.register.funds(account).balance for account in accounts]
    house = [host.ledger.internal(name, "CNY").balance for name in (MARKET_MONEY, FEES)]
    assert sum(balances) + sum(house) == 200_000_00
    assert house[1] == sum(host.desk.orders.get(number).fees for number in placed)
    for account in accounts:
        funds, position = host.register.funds(account), host.register.position(account.number, CODE)
        open_orders = host.desk.orders.open_orders(account.number)
        assert funds.available >= 0 <= position.available
        assert funds.held == sum(order.reserve for order in open_orders if order.side is Side.BUY)
        assert position.held == sum(order.left for order in open_orders if order.side is Side.SELL)


def test_the_books_liquidity_is_the_same_for_the_same_day() -> None:
    quotes = [
        SecuritiesHost(BankCalendar(VirtualClock(MORNING))).handle("GETQUOTE", "R1", {"SECURITY-CODE": CODE}).fields
        for _ in range(2)
    ]
    assert quotes[0] == quotes[1]
