"""What comes next in a plan, decided from how its legs stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Reverse
from tellerline.routing.model.fx import CreateDeal, FxDeal, FxDealState
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Attested, Done, Listed, NotSent, Rejected, Result, Reversal
from tellerline.routing.model.securities import FundsBooked, FundsTransferred, TransferToSecurities
from tellerline.routing.model.settlement import Booked, CreditAccount, DebitAccount
from tellerline.routing.transactions.legs import Ended, WhenRefused
from tellerline.routing.transactions.plans import discover
from tellerline.routing.transactions.progress import (
    PATIENCE,
    Decision,
    Finished,
    Going,
    Leg,
    Standing,
    Stuck,
    Undone,
    decide,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CNY = Money(100_00, "CNY")
TRANSFER = TransferToSecurities(account="A", amount=CNY)
DEAL = CreateDeal(quote="Q", account="A", credit_account="B", sell=CNY, buy=Money(14_00, "USD"))
BOOKED = Done(result=Booked(balance_after=CNY, booked_at="then"), host_serial="C1", accounting_date="2026-03-02")
DEPOSITED = Done(result=FundsBooked(balance_after=CNY, booked_at="later"), host_serial="S1")
DEALT = Done(
    result=FxDeal(
        deal="D1",
        account="A",
        credit_account="B",
        sell=DEAL.sell,
        buy=DEAL.buy,
        rate="0.14",
        reference_date="2026-03-02",
        dealt_at="then",
        state=FxDealState.SETTLED,
    )
)
NO = Rejected(code=Code.ACCOUNT_FROZEN, host_code="2003")
BUSY = Rejected(code=Code.HOST_BUSY)
UNDONE_AT_HOST = Done(result=Reversal(effective=True))


def ended(number: int, outcome: Ended, attempt: int = 1) -> Leg:
    return Leg(
        number=number,
        attempt=attempt,
        serial=f"L{number}.{attempt}",
        host="core",
        standing=Standing.ENDED,
        outcome=outcome,
        ended_at=NOON,
    )


def is_open(number: int) -> Leg:
    return Leg(number=number, attempt=1, serial=f"L{number}.1", host="core", standing=Standing.OPEN)


def transfer(*legs: Leg) -> Decision:
    return decide(discover()["securities.TransferToSecurities"], TRANSFER, "P", legs)


def deal(*legs: Leg) -> Decision:
    return decide(discover()["fx.CreateDeal"], DEAL, "P", legs)


def test_it_begins_with_the_first_leg_and_goes_on_with_the_next() -> None:
    begun, second = transfer(), transfer(ended(1, BOOKED))
    assert isinstance(begun, Going)
    assert isinstance(second, Going)
    assert [(due.number, due.attempt, due.step, type(due.command)) for due in begun.due] == [
        (1, 1, "debit", DebitAccount)
    ]
    assert [(due.number, due.step) for due in second.due] == [(2, "deposit")]


@pytest.mark.parametrize(
    "legs", [(is_open(1),), (ended(1, BOOKED), is_open(2)), (ended(1, BOOKED), ended(2, NO), is_open(-1))]
)
def test_what_is_not_known_stops_it(legs: tuple[Leg, ...]) -> None:
    assert transfer(*legs) == Going(())


def test_it_is_done_with_the_results_of_its_legs_and_the_dates_of_its_booking() -> None:
    result: Result = FundsTransferred(bank_balance=CNY, funds_balance=CNY, booked_at="later")
    done = Done(result=result, host_serial="C1", accounting_date="2026-03-02")
    assert transfer(ended(1, BOOKED), ended(2, DEPOSITED)) == Finished(done)


@pytest.mark.parametrize("refused", [NO, BUSY, NotSent(code=Code.HOST_UNAVAILABLE, reason="breaker_open")])
def test_a_first_leg_that_is_refused_ends_it(refused: Rejected | NotSent) -> None:
    assert transfer(ended(1, refused)) == Undone(refused, "debit", taken_back=False)


def test_what_was_done_is_taken_back_at_its_host_by_reference() -> None:
    going = transfer(ended(1, BOOKED), ended(2, NO))
    assert isinstance(going, Going)
    (due,) = going.due
    assert (due.number, due.host) == (-1, "core")
    reverse = Reverse(
        original_reference="L1.1", original_operation="settlement.DebitAccount", original_account="A", amount=CNY
    )
    assert due.command == reverse
    over = Undone(NO, "deposit", taken_back=True)
    assert transfer(ended(1, BOOKED), ended(2, NO), ended(-1, UNDONE_AT_HOST)) == over
    already = Rejected(code=Code.ALREADY_REVERSED)
    assert transfer(ended(1, BOOKED), ended(2, NO), ended(-1, already)) == over


def test_an_undoing_that_is_put_off_is_tried_again_later_and_one_that_is_refused_is_for_people() -> None:
    again = transfer(ended(1, BOOKED), ended(2, NO), ended(-1, BUSY))
    assert isinstance(again, Going)
    assert [(due.attempt, due.not_before) for due in again.due] == [(2, NOON + timedelta(seconds=1))]
    assert transfer(ended(1, BOOKED), ended(2, NO), ended(-1, NO)) == Stuck("undo_refused:debit:ACCOUNT_FROZEN")
    nothing = Done(result=Reversal(effective=False))
    assert transfer(ended(1, BOOKED), ended(2, NO), ended(-1, nothing)) == Stuck("nothing_to_undo:debit")


def until_over(hours: float) -> Decision:
    """What becomes of an undoing at a host that is closed by its calendar for so long, as it says."""
    opens = NOON + timedelta(hours=hours)
    closed = NotSent(code=Code.HOST_CLOSED_FOR_MAINTENANCE, reason="maintenance", until=opens.isoformat())
    attempt = ended(-1, closed)
    while True:
        decision = transfer(ended(1, BOOKED), ended(2, NO), attempt)
        if not isinstance(decision, Going):
            return decision
        (due,) = decision.due
        assert due.not_before is not None
        outcome: Ended = closed if due.not_before < opens else UNDONE_AT_HOST
        attempt = replace(ended(-1, outcome, due.attempt), ended_at=due.not_before)


@pytest.mark.parametrize("hours", [0.01, 2, 48])
def test_patience_does_not_run_out_while_a_host_is_closed_by_its_calendar(hours: float) -> None:
    assert until_over(hours) == Undone(NO, "deposit", taken_back=True)


@pytest.mark.parametrize(("minutes", "wait"), [(-5, 1), (10, 600), (600, 1800)])
def test_a_closed_host_is_asked_when_it_is_back_and_every_half_hour(minutes: int, wait: int) -> None:
    until = (NOON + timedelta(minutes=minutes)).isoformat()
    closed = NotSent(code=Code.HOST_CLOSED_FOR_MAINTENANCE, reason="maintenance", until=until)
    again = transfer(ended(1, BOOKED), ended(2, NO), ended(-1, closed))
    assert isinstance(again, Going)
    assert [due.not_before for due in again.due] == [NOON + timedelta(seconds=wait)]


def test_a_refusal_that_proves_wrong_once_undoing_has_begun_is_for_people() -> None:
    """Evidence against a refusal, and two people who say that it was done."""
    for undoing in (ended(-1, UNDONE_AT_HOST), is_open(-1), replace(is_open(-1), standing=Standing.LAID)):
        assert transfer(ended(1, BOOKED), ended(2, DEPOSITED), undoing) == Stuck("done_after_undoing")
        assert deal(ended(1, BOOKED), ended(2, DEALT), undoing) == Stuck("done_after_undoing")


def test_past_the_point_of_no_return_it_goes_forward_or_to_people() -> None:
    legs = (ended(1, BOOKED), ended(2, DEALT))
    later = deal(*legs, ended(3, BUSY, attempt=3))
    assert isinstance(later, Going)
    assert [(due.attempt, type(due.command), due.not_before) for due in later.due] == [
        (4, CreditAccount, NOON + timedelta(seconds=4))
    ]
    assert deal(*legs, ended(3, NO)) == Stuck("refused:credit:ACCOUNT_FROZEN")
    last = ended(3, BUSY, attempt=PATIENCE[WhenRefused.FORWARD])
    assert deal(*legs, last) == Stuck("refused:credit:HOST_BUSY")


def test_a_leg_that_is_done_by_peoples_word_lets_it_go_on_and_end_by_their_word() -> None:
    attested = Done(result=Attested())
    second = transfer(ended(1, attested))
    assert isinstance(second, Going)
    assert [due.step for due in second.due] == ["deposit"]
    assert transfer(ended(1, BOOKED), ended(2, attested)) == Finished(replace(BOOKED, result=Attested()))
    assert transfer(ended(1, Done(result=Listed())), ended(2, DEPOSITED)) == Finished(Done(result=Listed()))
    credit = deal(ended(1, BOOKED), ended(2, attested))
    assert isinstance(credit, Going)
    (due,) = credit.due
    assert isinstance(due.command, CreditAccount)
    assert (due.command.amount, due.command.narrative) == (DEAL.buy, "Q")
