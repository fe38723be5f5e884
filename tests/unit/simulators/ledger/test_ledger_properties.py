"""What holds for any sequence of postings and reversals."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.simulators.ledger import Ledger, LedgerError, Leg, Transaction, ledger_sha256

ACCOUNTS = ("A", "B", "C", "D")
Move = tuple[int, int, int]
moves = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 500)), max_size=30)


def fresh() -> Ledger:
    ledger = Ledger()
    for number in ACCOUNTS:
        ledger.open(number, "CNY", overdraft=1_000)
    return ledger


def move(ledger: Ledger, step: Move, *, reference: str = "", date: str = "2026-01-05") -> Transaction | None:
    debit, credit, amount = ACCOUNTS[step[0]], ACCOUNTS[step[1]], step[2]
    try:
        return ledger.post(
            (Leg(debit, -amount, credit), Leg(credit, amount, debit)),
            serial=f"S{ledger.transactions}",
            booking_date=date,
            booked_at="t",
            kind="TRANSFER",
            reference=reference,
        )
    except LedgerError:
        return None


def state(ledger: Ledger) -> list[tuple[int, int, int]]:
    return [(account.balance, account.available, len(account.entries)) for account in ledger.accounts()]


@given(moves, st.data())
def test_sum_is_zero_and_nobody_exceeds_the_facility(steps: list[Move], data: st.DataObject) -> None:
    ledger = fresh()
    done = [booked for step in steps if (booked := move(ledger, step))]
    for booked in done:
        if data.draw(st.booleans()):
            ledger.reverse(booked, serial="R", booking_date="2026-01-05", booked_at="t")
    assert ledger.trial_balance() == {"CNY": 0}
    for account in ledger.accounts():
        assert account.balance == sum(entry.amount for entry in account.entries)
        assert [entry.sequence for entry in account.entries] == list(range(1, len(account.entries) + 1))


@given(moves)
def test_reversing_everything_leaves_no_trace_in_the_hash(steps: list[Move]) -> None:
    ledger = fresh()
    before = ledger_sha256(ledger)
    for booked in [booked for step in steps if (booked := move(ledger, step))]:
        ledger.reverse(booked, serial="R", booking_date="2026-01-09", booked_at="t")
    assert ledger_sha256(ledger) == before
    assert all(account.balance == 0 for account in ledger.accounts())


@given(moves, st.randoms(use_true_random=False))
def test_hash_ignores_order_serials_references_and_detours(steps: list[Move], chance: object) -> None:
    plain, winding = fresh(), fresh()
    for ledger in (plain, winding):
        for number in ACCOUNTS:
            ledger.set_overdraft(number, 1_000_000)
    shuffled = list(steps)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for step in steps:
        move(plain, step, reference="first")
    for step in shuffled:
        detour = move(winding, step)
        assert detour is not None
        winding.reverse(detour, serial="R", booking_date="2026-01-05", booked_at="later")
        move(winding, step, reference="second")
    assert ledger_sha256(plain) == ledger_sha256(winding)


@given(moves, st.integers(1, 500))
def test_hash_notices_one_movement_more_or_on_another_day(steps: list[Move], amount: int) -> None:
    one, other = fresh(), fresh()
    for step in steps:
        move(one, step)
        move(other, step)
    assert ledger_sha256(one) == ledger_sha256(other)
    for ledger in (one, other):
        ledger.set_overdraft("A", 10_000_000)
    move(one, (0, 1, amount))
    assert ledger_sha256(one) != ledger_sha256(other)
    move(other, (0, 1, amount), date="2026-01-06")
    assert ledger_sha256(one) != ledger_sha256(other)


@settings(max_examples=50)
@given(moves, moves)
def test_reset_returns_to_the_snapshot_any_number_of_times(before: list[Move], after: list[Move]) -> None:
    ledger = fresh()
    kept = [booked for step in before if (booked := move(ledger, step))]
    ledger.snapshot()
    expected, digest = state(ledger), ledger_sha256(ledger)
    for _ in range(2):
        for step in after:
            move(ledger, step)
        ledger.open("LATER", "CNY")
        ledger.hold("h", "A", 1) if ledger.account("A").available > 0 else None
        for booked in kept:
            ledger.reverse(booked, serial="R", booking_date="2026-01-05", booked_at="t")
        ledger.reset()
        assert (state(ledger), ledger_sha256(ledger)) == (expected, digest)
        assert "LATER" not in ledger
