"""Flows as data: what is shipped can be followed, and every mistake is named with its place."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from ticket_rules import DAYS_2026, HOURS_2026

from tellerline.routing.tickets.flow import FlowError
from tellerline.routing.tickets.kinds import Kind
from tellerline.routing.tickets.reading import read_calendar, read_flow, shipped_flows, shipped_office_hours
from tellerline.routing.tickets.working_time import CalendarError

PRAISE = shipped_flows()["praise"]
COMPLAINT = shipped_flows()["complaint"]
APPOINTMENT = shipped_flows()["appointment"]


def test_every_kind_has_a_flow_and_what_a_flow_opens_is_there() -> None:
    flows = {name: read_flow(text) for name, text in shipped_flows().items()}
    assert {flow.kind for flow in flows.values()} == set(Kind)
    opened = {action.opens for flow in flows.values() for step in flow.steps for action in step.actions} - {""}
    assert opened == {"second_complaint"} <= set(flows)


def test_the_clocks_are_the_banks() -> None:
    complaint = read_flow(COMPLAINT)
    days = {clock.name: clock.days for clock in complaint.clocks}
    assert days == {
        "hand_over": Decimal("0.5"),
        "investigation": Decimal(3),
        "audit": Decimal(2),
        "reply": Decimal("0.5"),
    }
    second = read_flow(shipped_flows()["second_complaint"])
    assert {clock.name: clock.days for clock in second.clocks} == {
        "final_decision": Decimal(5),
        "reply": Decimal("0.5"),
    }
    (suggestion,) = read_flow(shipped_flows()["suggestion"]).clocks
    assert suggestion.days == 2


BROKEN = {
    "no TOML": (PRAISE, "version = 1", "version = ", "not TOML"),
    "an unknown key": (PRAISE, "version = 1", "version = 1\nspeed = 3", "the file: speed: is not known"),
    "no name": (PRAISE, 'name = "praise"', 'name = " "', "the file: name: must not be empty"),
    "a kind that is none": (PRAISE, 'kind = "praise"', 'kind = "cheer"', "kind: 'cheer' is none of complaint"),
    "version zero": (PRAISE, "version = 1", "version = 0", "praise: version: must be 1 or more"),
    "a version that is true": (PRAISE, "version = 1", "version = true", "version: must be a whole number"),
    "no Chinese title": (PRAISE, '{ zh = "表扬", en', "{ en", "the file: title: zh"),
    "a detail that is none": (PRAISE, '["text", "person"', '["text", "hero"', "needs: 'hero' is no detail of a ticket"),
    "a way to nowhere": (PRAISE, 'to = "telling"', 'to = "nowhere"', "actions 'confirm': to: 'nowhere' is no step"),
    "a step never reached": (
        PRAISE,
        'by = ["leader"]\nto = "telling"',
        'by = ["leader"]\nending = "answered"',
        "'telling' is never reached",
    ),
    "no end": (PRAISE, 'centre"]\nending = "answered"', 'centre"]\nto = "telling"', "from 'telling' nothing leads"),
    "both to and ending": (
        PRAISE,
        'to = "telling"',
        'to = "telling"\nending = "answered"',
        "needs either to or ending",
    ),
    "nobody": (PRAISE, 'by = ["leader"]\nto', "by = []\nto", "actions 'confirm': by: nobody could do it"),
    "a step twice": (PRAISE, 'name = "telling"', 'name = "review"', "steps: 'review' stands twice"),
    "an action twice": (PRAISE, 'name = "reject"', 'name = "confirm"', "actions: 'confirm' stands twice"),
    "an open ticket that is processed": (PRAISE, '"waiting_for_review"', '"processed"', "only an ended ticket"),
    "clocks that are no list": (PRAISE, "version = 1", "version = 1\nclocks = 3", "clocks: must be a list of tables"),
    "an earlier action that is none": (COMPLAINT, '["propose"]', '["purpose"]', "other_than: 'purpose' is no action"),
    "no days": (COMPLAINT, "days = 3", "days = 0", "clocks 'investigation': needs either days above 0 or until"),
    "days that are text": (COMPLAINT, "days = 3", 'days = "3"', "days: must be a number of working days"),
    "a clock of no step": (COMPLAINT, 'steps = ["audit"]', 'steps = ["ordeal"]', "clocks 'audit': steps"),
    "calls out of turn": (COMPLAINT, '"manager", days_left = 0.0625', '"manager", days_left = 0.2', "come later than"),
    "a call before the start": (
        COMPLAINT,
        '"leader", days_left = 1 }',
        '"leader", days_left = 3 }',
        "between the start",
    ),
    "one called twice": (COMPLAINT, '"supervisor", days_left = 0.5', '"leader", days_left = 0.5', "is called twice"),
    "a call by minutes on working time": (COMPLAINT, "days_left = 1 }", "minutes_left = 9 }", "alarms"),
    "until what is no instant": (APPOINTMENT, 'until = "appointment_at"', 'until = "contact"', "no detail that is an"),
    "opens but goes on": (COMPLAINT, 'to = "opinion"', 'to = "opinion"\nopens = "praise"', "only what ends a ticket"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_named(name: str) -> None:
    text, good, bad, said = BROKEN[name]
    assert good in text
    with pytest.raises(FlowError, match=re.escape(said)):
        read_flow(text.replace(good, bad, 1))


def test_office_hours_come_with_the_product_and_years_from_elsewhere() -> None:
    calendar = read_calendar(shipped_office_hours(), {2026: DAYS_2026})
    assert (calendar.sessions, calendar.day) == (HOURS_2026.sessions, timedelta(hours=8))
    assert calendar.works_on(date(2026, 2, 14))


def test_a_bank_may_write_a_year_itself() -> None:
    text = shipped_office_hours() + "\n[years.2026]\noff = [2026-03-02]\nmade_up = [2026-03-07]\n"
    calendar = read_calendar(text, {2026: DAYS_2026})
    assert [calendar.works_on(date(2026, 3, day)) for day in (2, 3, 7, 8)] == [False, True, True, False]


HOURS = shipped_office_hours()
YEARS = HOURS + "\n[years.2026]\noff = [2026-05-01]\n"
BROKEN_HOURS = [
    (HOURS, '"Asia/Shanghai"', '"Asia/Nowhere"', "zone: 'Asia/Nowhere' is no time zone"),
    (HOURS, '"monday"', '"moonday"', "weekdays: 'moonday' is none of monday"),
    (HOURS, "from = 08:30:00", 'from = "8.30"', "sessions[0]: from: must be a time such as 08:30:00"),
    (HOURS, "to = 12:00:00", "to = 08:00:00", "sessions: must be spans"),
    (YEARS, "years.2026", "years.soon", "years: soon: is no year"),
    (YEARS, "[2026-05-01]", '["1 May"]', "years: 2026: off: must be a list of dates"),
    (YEARS, "2026-05-01", "2025-05-01", "2025-05-01: does not lie in 2026"),
]


@pytest.mark.parametrize(("text", "good", "bad", "said"), BROKEN_HOURS)
def test_a_mistake_in_office_hours_is_named(text: str, good: str, bad: str, said: str) -> None:
    assert good in text
    with pytest.raises(CalendarError, match=re.escape(said)):
        read_calendar(text.replace(good, bad, 1))


def test_hours_need_a_session() -> None:
    head = shipped_office_hours().partition("[[sessions]]")[0]
    with pytest.raises(CalendarError, match="sessions"):
        read_calendar(head)
    assert time(8, 30) == HOURS_2026.sessions[0][0]
