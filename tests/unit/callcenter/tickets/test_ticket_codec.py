"""What is kept for ever: every event is read back as it was written, and the names never change."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import get_args

import pytest
from ticket_rules import AGENT, COMPLAINT, LEADER, Case, at

from tellerline.callcenter.tickets import codec
from tellerline.routing.tickets.commands import (
    LookAtClocks,
    PauseClocks,
    ResumeClocks,
    SeeTransaction,
    Withdraw,
)
from tellerline.routing.tickets.events import Event, Followed, TicketEvent, Told
from tellerline.routing.tickets.kinds import Party, Urgency

NAMES = {
    *("opened", "moved", "amended", "told", "withdrawn", "followed", "transaction_seen", "clock_started"),
    *("clock_paused", "clock_resumed", "clock_stopped", "clock_missed", "escalated"),
}


def every_event() -> list[TicketEvent]:
    details = replace(COMPLAINT, transaction="G1", event_at=at(3, 1, 12), urgency=Urgency.MAJOR)
    case = Case("complaint", details, at(3, 2, 9))
    case.does(at(3, 2, 9), SeeTransaction(serial="G1", state="DONE", definite=True, accounting_date="2026-03-02"))
    case.does(at(3, 2, 10), PauseClocks(actor=LEADER, reason="等待客户"))
    case.does(at(3, 2, 11), ResumeClocks(actor=LEADER))
    case.acts(at(3, 2, 11), "submit", AGENT, subject="更正")
    case.does(at(3, 9, 9), LookAtClocks())
    case.does(at(3, 9, 9), Withdraw(actor=AGENT, reason="撤诉"))
    return [
        *case.events,
        Told(at=at(3, 2), actor="A", party=Party.UNION),
        Followed(at=at(3, 2), ticket="T2", flow="second_complaint"),
    ]


def test_every_event_is_read_back_as_it_was_written() -> None:
    events = every_event()
    assert {type(event) for event in events} == set(get_args(TicketEvent))
    assert [codec.decode(codec.kind_of(event), codec.encode(event)) for event in events] == events


def test_the_names_are_those_that_stand_in_stores() -> None:
    assert codec.KINDS == NAMES


def test_an_event_of_an_earlier_version_is_read() -> None:
    """What a later version adds has a default: what is written today must be read for ever."""
    written = b'{"at":"2026-03-02T01:00:00Z","actor":"A","reason":"","clock":"audit","run":1}'
    missed = codec.decode("clock_missed", written)
    assert (missed.at, missed.actor) == (at(3, 2, 9), "A")
    assert {field.name for field in fields(Event)} == {"at", "actor", "reason"}


@pytest.mark.parametrize(("kind", "content"), [("vanished", b"{}"), ("told", b"{"), ("told", b'{"party":"dog"}')])
def test_what_is_no_event_is_not_taken_for_one(kind: str, content: bytes) -> None:
    with pytest.raises((KeyError, ValueError)):
        codec.decode(kind, content)


def test_a_detail_says_what_people_want_to_know_and_no_more() -> None:
    (started,) = [
        event for event in Case("complaint", COMPLAINT, at(3, 2, 9)).events if codec.kind_of(event) != "opened"
    ]
    assert codec.detail(started) == {
        "clock": "hand_over",
        "run": 1,
        "due": "2026-03-02T06:00:00Z",
        "left": "PT4H",
        "alarms": [
            {"to": "leader", "at": "2026-03-02T03:00:00Z"},
            {"to": "supervisor", "at": "2026-03-02T04:00:00Z"},
            {"to": "manager", "at": "2026-03-02T05:30:00Z"},
        ],
        "calendar": 3,
    }
