"""What answers mean for a doubt."""

from __future__ import annotations

import pytest

from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule, standard_policy
from tellerline.gateway.doubt.steps import (
    Absent,
    Again,
    Ended,
    Step,
    Stuck,
    Undone,
    after_inquiry,
    after_resend,
    after_reversal,
)
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.model.outcome import (
    Done,
    Found,
    HostState,
    NotFound,
    NotSent,
    Outcome,
    Rejected,
    Reversal,
    Unknown,
)

POLICY = DoubtPolicy(version="t/1", not_found=NotFoundRule.REVERSE, max_processing=30.0, give_up_after=100.0)
ORIGINAL = Done(result=HostState(accounting_date="2026-03-02"), host_serial="H1")
REFUSED = Rejected(code=Code.INSUFFICIENT_FUNDS)
BUSY = Rejected(code=Code.HOST_BUSY)
NO_ANSWER = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="no_reply")
UNSENT = NotSent(code=Code.HOST_UNAVAILABLE, reason="refused")


@pytest.mark.parametrize(
    ("outcome", "age", "step"),
    [
        (Done(result=Found(original=ORIGINAL)), 2.0, Ended(ORIGINAL)),
        (Done(result=Found(original=REFUSED)), 2.0, Ended(REFUSED)),
        (Done(result=Found(original=ORIGINAL, reversed=True)), 2.0, Undone(True, "H1")),
        (Done(result=NotFound()), 29.9, Again("not_found_yet")),
        (Done(result=NotFound()), 30.0, Absent(NotFoundRule.REVERSE)),
        (ORIGINAL, 2.0, Stuck("inquiry_answered_otherwise")),
        (REFUSED, 2.0, Stuck("inquiry_rejected:INSUFFICIENT_FUNDS")),
        (BUSY, 2.0, Again("host_busy")),
        (NO_ANSWER, 99.0, Again("no_reply")),
        (NO_ANSWER, 100.0, Stuck("exhausted")),
        (UNSENT, 2.0, Again("refused")),
    ],
)
def test_after_an_inquiry(outcome: Outcome, age: float, step: Step) -> None:
    assert after_inquiry(outcome, POLICY, age) == step


@pytest.mark.parametrize(
    ("outcome", "step"),
    [
        (Done(result=Reversal(effective=True), host_serial="H2"), Undone(True, "H2")),
        (Done(result=Reversal(effective=False)), Undone(False)),
        (Rejected(code=Code.ALREADY_REVERSED), Undone(True)),
        (Rejected(code=Code.ORIGINAL_NOT_FOUND), Stuck("reversal_rejected:ORIGINAL_NOT_FOUND")),
        (REFUSED, Stuck("reversal_rejected:INSUFFICIENT_FUNDS")),
        (BUSY, Again("host_busy")),
        (NO_ANSWER, Again("no_reply")),
        (ORIGINAL, Stuck("reversal_answered_otherwise")),
    ],
)
def test_after_a_reversal(outcome: Outcome, step: Step) -> None:
    assert after_reversal(outcome, POLICY, 50.0) == step


def test_a_host_may_promise_that_an_unknown_original_stays_undone() -> None:
    policy = DoubtPolicy(version="t/2", not_found=NotFoundRule.REVERSE, unknown_original_is_undone=True)
    assert after_reversal(Rejected(code=Code.ORIGINAL_NOT_FOUND), policy, 1.0) == Undone(False)


def test_after_sending_again() -> None:
    assert after_resend(ORIGINAL, POLICY, 1.0) == Ended(ORIGINAL)
    assert after_resend(REFUSED, POLICY, 1.0) == Ended(REFUSED)
    assert after_resend(Rejected(code=Code.DUPLICATE_AT_HOST), POLICY, 1.0) == Again("duplicate_at_host")
    assert after_resend(NO_ANSWER, POLICY, 1.0) == Again("no_reply")


def test_waits_grow_repeat_their_last_and_never_cross_the_hosts_time() -> None:
    assert [POLICY.inquire_delay(number) for number in range(6)] == [2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert POLICY.inquire_delay(4, age=29.0) == 1.0
    assert POLICY.inquire_delay(4, age=31.0) == 15.0


def test_only_money_is_reversed_without_being_told() -> None:
    assert standard_policy("x.Y", Effect.MONEY).not_found is NotFoundRule.REVERSE
    assert standard_policy("x.Y", Effect.STATE).not_found is NotFoundRule.MANUAL
