"""Going back costs what changed since, not what is there."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import thread_time

from tellerline.simulators.ledger import Ledger, Leg, Table, ledger_sha256


def fill(ledger: Ledger, accounts: int, movements: int) -> None:
    numbers = [f"{number:06d}" for number in range(accounts)]
    for number in numbers:
        ledger.open(number, "CNY")
    ledger.internal("CASH", "CNY")
    move(ledger, numbers, movements)


def move(ledger: Ledger, numbers: list[str], movements: int) -> None:
    for index in range(movements):
        number = numbers[index % len(numbers)]
        ledger.post(
            (Leg(number, 1), Leg("CASH", -1)), serial="S", booking_date="2026-01-05", booked_at="t", kind="TEST"
        )


def cost(action: Callable[[], None]) -> float:
    """Seconds of the processor, which pass while this thread runs and not while others do."""
    before = thread_time()
    action()
    return thread_time() - before


def test_going_back_costs_what_changed_and_not_what_the_books_hold() -> None:
    """On a machine that books 50,000 movements in a second, a tenth of it is the 100 ms that users are promised."""
    ledger = Ledger()
    booking = cost(lambda: fill(ledger, 4_500, 50_000))
    snapshots = [cost(ledger.snapshot) for _ in range(3)]
    expected = ledger_sha256(ledger)
    resets = []
    for _ in range(3):
        move(ledger, [f"{number:06d}" for number in range(500)], 5_000)
        assert ledger_sha256(ledger) != expected
        gc.collect()
        resets.append(cost(ledger.reset))
        assert ledger_sha256(ledger) == expected
    assert min(snapshots) < booking / 10
    assert min(resets) < booking / 10


def test_even_with_every_movement_to_undo_it_is_a_fraction_of_the_booking() -> None:
    ledger = Ledger()
    ledger.internal("CASH", "CNY")
    ledger.snapshot()
    shares = []
    for _ in range(3):
        booking = cost(lambda: fill(ledger, 4_500, 50_000))
        shares.append(cost(ledger.reset) / booking)
        assert [account.number for account in ledger.accounts()] == ["CASH"]
    assert min(shares) < 1 / 3


def test_table_goes_back_over_writes_and_drops() -> None:
    table: Table[str, int] = Table()
    table.put("kept", 1)
    table.put("dropped", 2)
    table.snapshot()
    for _ in range(2):
        table.put("kept", 10)
        table.put("kept", 11)
        table.drop("dropped")
        table.put("new", 3)
        table.drop("new")
        table.put("newer", 4)
        table.reset()
        assert (table.get("kept"), table.get("dropped"), table.get("newer"), len(table)) == (1, 2, None, 2)
