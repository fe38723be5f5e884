"""Versions of flows: two people, one after another, and never a number twice."""

from __future__ import annotations

import pytest
from ticket_rules import at

from tellerline.routing.tickets.approval import FlowVersion, NotTaken, Verdict, WhyNot, in_effect, propose, settle
from tellerline.routing.tickets.reading import shipped_flows

FIRST = shipped_flows()["praise"]
SECOND = FIRST.replace("version = 1", "version = 2")


def proposed(versions: list[FlowVersion], text: str, flow: str = "praise") -> FlowVersion:
    version = propose(versions, text, "L1", at(3, 2), flow=flow, reason="工会要求")
    assert isinstance(version, FlowVersion)
    return version


def settled(version: FlowVersion, *, approve: bool = True) -> FlowVersion:
    decided = settle(version, "M1", at(3, 3), approve=approve, remark="同意")
    assert isinstance(decided, FlowVersion)
    return decided


def test_a_version_takes_effect_when_a_second_person_approves() -> None:
    first = settled(proposed([], FIRST))
    waiting = proposed([first], SECOND)
    assert in_effect([first, waiting]) == first
    second = settled(waiting)
    assert in_effect([first, second]) == second
    assert (second.verdict, second.decider, second.remark) == (Verdict.APPROVED, "M1", "同意")


def test_nobody_approves_what_he_proposed_but_he_may_withdraw_it() -> None:
    waiting = proposed([], FIRST)
    assert settle(waiting, "L1", at(3, 3), approve=True) == NotTaken(WhyNot.SECOND_PERSON_REQUIRED)
    withdrawn = settle(waiting, "L1", at(3, 3), approve=False)
    assert isinstance(withdrawn, FlowVersion)
    assert in_effect([withdrawn]) is None
    assert settle(withdrawn, "M1", at(3, 3), approve=True) == NotTaken(WhyNot.NOT_WAITING, "rejected")


@pytest.mark.parametrize(
    ("text", "flow", "expected"),
    [
        ("version = ", "praise", WhyNot.BROKEN),
        (SECOND, "complaint", WhyNot.OTHER_FLOW),
        (FIRST, "praise", WhyNot.NOT_THE_NEXT_VERSION),
        (FIRST.replace("version = 1", "version = 3"), "praise", WhyNot.NOT_THE_NEXT_VERSION),
    ],
)
def test_what_is_no_next_version_is_not_taken(text: str, flow: str, expected: WhyNot) -> None:
    refused = propose([settled(proposed([], FIRST))], text, "L1", at(3, 4), flow=flow, reason="x")
    assert isinstance(refused, NotTaken)
    assert refused.why is expected


def test_a_rejected_version_keeps_its_number() -> None:
    first = settled(proposed([], FIRST))
    rejected = settled(proposed([first], SECOND), approve=False)
    again = propose([first, rejected], SECOND, "L1", at(3, 4), flow="praise", reason="x")
    assert again == NotTaken(WhyNot.NOT_THE_NEXT_VERSION, "3")
    assert proposed([first, rejected], FIRST.replace("version = 1", "version = 3")).version == 3


def test_one_proposal_at_a_time_each_with_a_reason() -> None:
    waiting = proposed([], FIRST)
    assert propose([waiting], SECOND, "L1", at(3, 4), flow="praise", reason="x") == NotTaken(WhyNot.ANOTHER_WAITS, "1")
    assert propose([], FIRST, "L1", at(3, 4), flow="praise", reason=" ") == NotTaken(WhyNot.REASON_MISSING)
