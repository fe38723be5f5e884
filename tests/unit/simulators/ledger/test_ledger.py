"""Double entry, holds, overdraft, reversal: the ledger does all of it or nothing."""

from __future__ import annotations

import pytest

from tellerline.simulators.ledger import (
    AlreadyReversedError,
    BookingDateError,
    InsufficientFundsError,
    Ledger,
    LedgerError,
    Leg,
    Transaction,
    UnbalancedError,
    UnknownAccountError,
)
from tellerline.simulators.ledger.money import major_units, minor_units


@pytest.fixture
def ledger() -> Ledger:
    """A has 100, B nothing, both in CNY; U is in USD; the bank's own account is CASH."""
    ledger = Ledger()
    for number, currency in (("A", "CNY"), ("B", "CNY"), ("U", "USD")):
        ledger.open(number, currency)
    ledger.internal("CASH", "CNY")
    post(ledger, Leg("A", 100), Leg("CASH", -100))
    return ledger


def post(ledger: Ledger, *legs: Leg, date: str = "2026-01-05") -> Transaction:
    return ledger.post(legs, serial="S", booking_date=date, booked_at="t", kind="TEST")


def test_moves_money_and_stays_balanced(ledger: Ledger) -> None:
    post(ledger, Leg("A", -30, "B"), Leg("B", 30, "A"))
    assert (ledger.account("A").balance, ledger.account("B").balance) == (70, 30)
    assert ledger.trial_balance() == {"CNY": 0, "USD": 0}
    entry = ledger.account("A").entries[-1]
    assert (entry.sequence, entry.amount, entry.balance_after, entry.counterparty_account) == (2, -30, 70, "B")


@pytest.mark.parametrize(
    ("legs", "error"),
    [
        ((Leg("A", -1), Leg("B", 2)), UnbalancedError),
        ((Leg("A", -1), Leg("U", 1)), UnbalancedError),
        ((Leg("A", 0),), UnbalancedError),
        ((Leg("A", -101), Leg("B", 101)), InsufficientFundsError),
        ((Leg("A", -60), Leg("A", -60), Leg("B", 120)), InsufficientFundsError),
        ((Leg("A", -1), Leg("nobody", 1)), UnknownAccountError),
    ],
)
def test_refuses_whole(ledger: Ledger, legs: tuple[Leg, ...], error: type[LedgerError]) -> None:
    with pytest.raises(error):
        post(ledger, *legs)
    assert [account.balance for account in ledger.accounts()] == [100, 0, 0, -100]
    assert ledger.transactions == 1


def test_entries_never_go_back_in_date(ledger: Ledger) -> None:
    with pytest.raises(BookingDateError):
        post(ledger, Leg("A", -1), Leg("B", 1), date="2026-01-04")


def test_overdraft_and_holds_decide_what_is_available(ledger: Ledger) -> None:
    ledger.set_overdraft("A", 50)
    ledger.hold("h1", "A", 120)
    assert ledger.account("A").available == 30
    with pytest.raises(InsufficientFundsError):
        post(ledger, Leg("A", -31), Leg("B", 31))
    with pytest.raises(InsufficientFundsError):
        ledger.hold("h2", "A", 31)
    ledger.release("h1")
    post(ledger, Leg("A", -150), Leg("B", 150))
    assert ledger.account("A").balance == -50
    with pytest.raises(LedgerError):
        ledger.release("h1")


def test_reversal_undoes_whole_and_once(ledger: Ledger) -> None:
    original = post(ledger, Leg("A", -40), Leg("B", 40))
    post(ledger, Leg("B", -40), Leg("CASH", 40))
    reversal = ledger.reverse(original, serial="R", booking_date="2026-01-05", booked_at="t")
    assert (ledger.account("A").balance, ledger.account("B").balance) == (100, -40)
    assert reversal.kind == "REVERSAL"
    for again in (original, reversal):
        with pytest.raises(AlreadyReversedError):
            ledger.reverse(again, serial="R2", booking_date="2026-01-05", booked_at="t")


def test_reversal_on_a_later_day_is_an_adjustment(ledger: Ledger) -> None:
    original = post(ledger, Leg("A", -40), Leg("B", 40))
    reversal = ledger.reverse(original, serial="R", booking_date="2026-01-06", booked_at="t")
    assert reversal.kind == "ADJUSTMENT"
    assert ledger.account("A").closing("2026-01-05") == 60
    assert ledger.account("A").closing("2026-01-06") == 100


def test_statement_pages_by_sequence_within_dates(ledger: Ledger) -> None:
    for day in ("06", "06", "07", "08"):
        post(ledger, Leg("A", -1), Leg("B", 1), date=f"2026-01-{day}")
    account = ledger.account("A")
    first, more = account.between("2026-01-06", "2026-01-07", 0, 2)
    assert ([entry.sequence for entry in first], more) == ([2, 3], True)
    rest, more = account.between("2026-01-06", "2026-01-07", 3, 2)
    assert ([entry.sequence for entry in rest], more) == ([4], False)
    assert (account.opening("2026-01-06"), account.closing("2026-01-07")) == (100, 97)
    assert account.between("2027-01-01", "2027-01-02", 0, 5) == ([], False)


def test_amounts_cross_the_wire_exactly() -> None:
    assert minor_units("1234.5", "CNY") == 123450
    assert minor_units("-0.01", "CNY") == -1
    assert minor_units("7", "JPY") == 7
    assert major_units(-1, "CNY") == "-0.01"
    assert major_units(1500, "KWD") == "1.500"
    for bad in ("1.005", "1e-3", "NaN", "x"):
        with pytest.raises(ValueError, match="decimal"):
            minor_units(bad, "CNY")
