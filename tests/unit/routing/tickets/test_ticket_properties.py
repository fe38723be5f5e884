"""Whatever people do and whenever anybody looks: no clock is lost, none overwrites another, and the figures add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from ticket_rules import AGENT, AUDITOR, CARDS, CENTRE, COMPLAINT, HOURS_2026, LEADER, SHANGHAI, rules

from tellerline.routing.tickets.clock import Clock
from tellerline.routing.tickets.commands import (
    Act,
    Actor,
    Amend,
    Command,
    LookAtClocks,
    PauseClocks,
    Refused,
    ResumeClocks,
    Withdraw,
)
from tellerline.routing.tickets.decisions import decide, open_ticket
from tellerline.routing.tickets.events import ClockMissed, Escalated, Outcome, TicketEvent
from tellerline.routing.tickets.kinds import Role
from tellerline.routing.tickets.ticket import Ticket, rebuilt
from tellerline.routing.tickets.working_time import between

RULES = rules("complaint")
PEOPLE = (AGENT, LEADER, CARDS, AUDITOR, CENTRE)
ACTIONS = tuple(action.name for step in RULES.flow.steps for action in step.actions)
LOOK = LookAtClocks()
TIMELINES = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Deed:
    """A command, so much real time after the one before; ``looks`` are when a runner looked in between."""

    after: timedelta
    command: Command
    looks: tuple[float, ...]


def commands() -> st.SearchStrategy[Command]:
    answered = replace(COMPLAINT, answer="致歉")
    people: st.SearchStrategy[Actor] = st.sampled_from(PEOPLE)
    forward = st.sampled_from(
        [
            Act(action="submit", actor=AGENT),
            Act(action="hand_over", actor=LEADER),
            Act(action="propose", actor=CARDS, details=answered),
            Act(action="return", actor=AUDITOR),
            Act(action="decide", actor=AUDITOR),
            Act(action="told", actor=CENTRE),
            Act(action="not_reached", actor=CENTRE),
        ]
    )
    return st.one_of(
        forward,
        forward,
        forward,
        st.builds(Act, action=st.sampled_from(ACTIONS), actor=people),
        st.builds(PauseClocks, actor=st.just(LEADER), reason=st.just("等待客户")),
        st.builds(ResumeClocks, actor=st.just(LEADER)),
        st.builds(Amend, details=st.builds(replace, st.just(COMPLAINT), subject=st.text(max_size=5)), actor=people),
        st.builds(Withdraw, actor=people).filter(lambda command: command.actor is CENTRE),
    )


DEEDS = st.builds(
    Deed,
    after=st.timedeltas(timedelta(), timedelta(days=4)),
    command=commands(),
    looks=st.lists(st.floats(0, 1), max_size=3).map(lambda shares: tuple(sorted(shares))),
)
STARTS = st.datetimes(datetime(2026, 2, 1), datetime(2026, 2, 27), timezones=st.just(SHANGHAI))  # noqa: DTZ001
LIVES = st.lists(DEEDS, min_size=1, max_size=14)


def lived(start: datetime, deeds: list[Deed], *, looking: bool) -> tuple[list[TicketEvent], list[Ticket]]:
    """The history, and the ticket after each command."""
    begun = open_ticket(RULES, COMPLAINT, AGENT, start)
    assert isinstance(begun, tuple)
    events, seen, now = list(begun), [rebuilt("T", begun)], start
    for deed in deeds:
        looks = [(now + deed.after * share, LOOK) for share in deed.looks] if looking else []
        now += deed.after
        for instant, command in [*looks, (now, deed.command)]:
            happened = decide(RULES, rebuilt("T", events), command, instant)
            if not isinstance(happened, Refused):
                events += happened
        seen.append(rebuilt("T", events))
    happened = decide(RULES, rebuilt("T", events), LOOK, now)
    assert not isinstance(happened, Refused)
    return [*events, *happened], seen


@TIMELINES
@given(start=STARTS, deeds=LIVES)
def test_it_makes_no_difference_how_often_anybody_looked(start: datetime, deeds: list[Deed]) -> None:
    watched, _ = lived(start, deeds, looking=True)
    alone, _ = lived(start, deeds, looking=False)
    assert watched == alone


@TIMELINES
@given(start=STARTS, deeds=LIVES)
def test_a_finished_clock_never_changes_and_no_run_disappears(start: datetime, deeds: list[Deed]) -> None:
    _, seen = lived(start, deeds, looking=True)
    for before, after in pairwise(seen):
        for clock, later in zip(before.clocks, after.clocks, strict=False):
            assert (later.name, later.run, later.started_at) == (clock.name, clock.run, clock.started_at)
            assert clock.outcome is None or later == clock
            assert clock.missed_at is None or later.missed_at == clock.missed_at
        assert len(after.clocks) >= len(before.clocks)
        open_names = [clock.name for clock in after.clocks if clock.outcome is None]
        assert len(set(open_names)) == len(open_names)


def _worked(clock: Clock, until: datetime) -> timedelta:
    """Working time from the start of ``clock`` to ``until``, without its pauses."""
    total = between(HOURS_2026, clock.started_at, until)
    for pause in clock.pauses:
        total -= between(HOURS_2026, pause.start, pause.end or until)
    return total


def _stopped_while_paused(clock: Clock) -> bool:
    """Withdrawn then: the due instant is the one from before the pause."""
    return bool(clock.pauses) and clock.stopped_at is not None and clock.pauses[-1].end == clock.stopped_at


@TIMELINES
@given(start=STARTS, deeds=LIVES)
def test_the_figures_of_every_clock_add_up(start: datetime, deeds: list[Deed]) -> None:
    events, _ = lived(start, deeds, looking=True)
    budgets = {rule.name: HOURS_2026.days(rule.days) for rule in RULES.flow.clocks}
    for clock in rebuilt("T", events).clocks:
        budget = budgets[clock.name]
        if not clock.paused and not _stopped_while_paused(clock):
            assert _worked(clock, clock.due) == budget
        if clock.outcome is Outcome.MET:
            assert clock.stopped_at is not None
            assert clock.stopped_at <= clock.due
            assert _worked(clock, clock.stopped_at) <= budget
        if clock.missed_at is not None:
            assert clock.missed_at == clock.due
            assert clock.outcome in {None, Outcome.MISSED}


@TIMELINES
@given(start=STARTS, deeds=LIVES)
def test_leader_supervisor_and_manager_are_called_in_turn_before_a_clock_is_missed(
    start: datetime, deeds: list[Deed]
) -> None:
    events, _ = lived(start, deeds, looking=False)
    ladder = [Role.LEADER, Role.SUPERVISOR, Role.MANAGER]
    calls: dict[tuple[str, int], list[Role]] = {}
    for event in events:
        if isinstance(event, Escalated):
            calls.setdefault((event.clock, event.run), []).append(event.to)
        if isinstance(event, ClockMissed):
            assert calls[event.clock, event.run] == ladder
    for made in calls.values():
        assert made == ladder[: len(made)]


@TIMELINES
@given(start=STARTS, deeds=LIVES)
def test_events_are_in_order_and_only_deeds_count_for_the_version(start: datetime, deeds: list[Deed]) -> None:
    watched, seen = lived(start, deeds, looking=True)
    assert all(earlier.at <= later.at for earlier, later in pairwise(watched))
    _, alone = lived(start, deeds, looking=False)
    assert [ticket.version for ticket in seen] == [ticket.version for ticket in alone]
    assert all(ticket.revision >= ticket.version for ticket in seen)


@TIMELINES
@given(start=STARTS, deeds=LIVES)
def test_the_next_instant_is_when_something_happens_and_not_before(start: datetime, deeds: list[Deed]) -> None:
    _, seen = lived(start, deeds, looking=True)
    for ticket in seen:
        coming = ticket.next_at
        if coming is not None:
            assert decide(RULES, ticket, LOOK, coming - timedelta(microseconds=1)) == ()
            assert decide(RULES, ticket, LOOK, coming) != ()
