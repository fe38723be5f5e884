"""Price–time priority, and that no share is made or lost in a book."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tellerline.simulators.securities.matching import Book, Fill, Resting, Side

Ask = tuple[Side, int, int]
sides = st.sampled_from(Side)
asks = st.lists(st.tuples(sides, st.integers(95, 105), st.integers(1, 9)), max_size=30)


def played(asked: list[Ask]) -> tuple[Book, list[tuple[Ask, str, tuple[Fill, ...]]]]:
    """The book after a run of orders, and what each was filled with."""
    book, history = Book(), []
    for number, (side, price, quantity) in enumerate(asked):
        name = f"O{number:03d}"
        book, fills = book.match(side, price, quantity)
        left = quantity - sum(fill.quantity for fill in fills)
        if left:
            book = book.rest(side, Resting(name, price, left))
        history.append(((side, price, quantity), name, fills))
    return book, history


@given(asks)
def test_a_book_is_in_order_of_price_and_then_of_time_and_never_crossed(asked: list[Ask]) -> None:
    book, _ = played(asked)
    assert list(book.bids) == sorted(book.bids, key=lambda each: (-each.price, each.order))
    assert list(book.asks) == sorted(book.asks, key=lambda each: (each.price, each.order))
    if book.bids and book.asks:
        assert book.bids[0].price < book.asks[0].price


@given(asks)
def test_every_share_asked_for_is_filled_or_at_rest(asked: list[Ask]) -> None:
    book, history = played(asked)
    resting = {each.order: each.quantity for each in (*book.bids, *book.asks)}
    passive: dict[str, int] = {}
    for _, _, fills in history:
        for fill in fills:
            passive[fill.resting] = passive.get(fill.resting, 0) + fill.quantity
    for (_, _, quantity), name, fills in history:
        active = sum(fill.quantity for fill in fills)
        assert active + passive.get(name, 0) + resting.get(name, 0) == quantity


@given(asks)
def test_nobody_trades_beyond_his_price_and_the_best_goes_first(asked: list[Ask]) -> None:
    _, history = played(asked)
    limits = {name: price for (_, price, _), name, _ in history}
    for (side, price, _), _, fills in history:
        toward = 1 if side is Side.BUY else -1
        assert all(toward * fill.price <= toward * price for fill in fills)
        assert all(fill.price == limits[fill.resting] for fill in fills)
        ranks = [(toward * fill.price, fill.resting) for fill in fills]
        assert all(earlier < later for earlier, later in pairwise(ranks))


@given(asks, sides, st.integers(95, 105), st.integers(1, 50))
def test_an_order_takes_all_that_it_can(asked: list[Ask], side: Side, price: int, quantity: int) -> None:
    book, _ = played(asked)
    opposite = book.asks if side is Side.BUY else book.bids
    within = sum(
        each.quantity for each in opposite if (each.price <= price if side is Side.BUY else each.price >= price)
    )
    _, fills = book.match(side, price, quantity)
    assert sum(fill.quantity for fill in fills) == min(within, quantity)


def test_time_decides_at_one_price() -> None:
    book = Book()
    for name in ("first", "second"):
        book = book.rest(Side.SELL, Resting(name, 100, 5))
    book, fills = book.match(Side.BUY, 101, 7)
    assert fills == (Fill("first", 100, 5), Fill("second", 100, 2))
    assert book.asks == (Resting("second", 100, 3),)


def test_one_order_can_be_taken_out() -> None:
    book = Book().rest(Side.BUY, Resting("a", 100, 1)).rest(Side.BUY, Resting("b", 100, 1))
    assert book.without("a").bids == (Resting("b", 100, 1),)
    assert book.without("c") == book
