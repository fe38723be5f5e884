"""What a command does to a ticket: events, or why nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from tellerline.routing.tickets import timing
from tellerline.routing.tickets.commands import (
    Act,
    Actor,
    Amend,
    Command,
    LookAtClocks,
    PauseClocks,
    Refused,
    ResumeClocks,
    SeeTransaction,
    Tell,
    Why,
    Withdraw,
)
from tellerline.routing.tickets.details import Details, missing
from tellerline.routing.tickets.events import (
    Amended,
    Escalated,
    Followed,
    Moved,
    Opened,
    TicketEvent,
    Told,
    TransactionSeen,
    Withdrawn,
)
from tellerline.routing.tickets.flow import Action, Step
from tellerline.routing.tickets.kinds import Role, Standing, Urgency
from tellerline.routing.tickets.rules import Rules
from tellerline.routing.tickets.ticket import Ticket, apply


def open_ticket(
    rules: Rules, details: Details, actor: Actor, at: datetime, *, follows: str = "", reason: str = ""
) -> tuple[TicketEvent, ...] | Refused:
    """The events that begin a ticket: its opening first. Raises ``UnknownYearError``."""
    flow, at = rules.flow, at.astimezone(UTC)
    if not actor.roles & flow.opened_by:
        return Refused(Why.NOT_ALLOWED, tuple(sorted(flow.opened_by)))
    if absent := missing(details, flow.needs):
        return Refused(Why.MISSING_DETAILS, absent)
    if passed := _passed(rules, details, Details(), at):
        return Refused(Why.INSTANT_PASSED, passed)
    first = flow.steps[0]
    opening = Opened(
        at=at,
        actor=actor.id,
        reason=reason,
        kind=flow.kind,
        flow=flow.name,
        flow_version=flow.version,
        step=first.name,
        standing=first.standing,
        details=details,
        follows=follows,
    )
    calls = flow.at_once if details.urgency is Urgency.MAJOR else ()
    return (
        opening,
        *(Escalated(at=at, to=role) for role in calls),
        *timing.opening(rules, details, at),
    )


def decide(rules: Rules, ticket: Ticket, command: Command, at: datetime) -> tuple[TicketEvent, ...] | Refused:
    """What happens to ``ticket`` when ``command`` comes at ``at`` (aware; never earlier than what happened to it last).

    What time has done by then comes first, each at its own instant, so that it makes no difference how often anybody
    looked. Raises ``UnknownYearError``.
    """
    at = max(at.astimezone(UTC), ticket.touched_at)
    past = elapsed(ticket, at)
    for event in past:
        ticket = apply(ticket, event)
    match command:
        case LookAtClocks():
            return past
        case SeeTransaction():
            found = _see(ticket, command, at)
        case _ if ticket.closed:
            return Refused(Why.CLOSED)
        case Act():
            found = _act(rules, ticket, command, at)
        case Amend():
            found = _amend(rules, ticket, command, at)
        case Tell():
            found = _tell(rules, ticket, command, at)
        case PauseClocks():
            found = _pause(rules, ticket, command, at)
        case ResumeClocks():
            found = _resume(rules, ticket, command, at)
        case Withdraw():
            found = _withdraw(rules, ticket, command, at)
        case _:
            assert_never(command)
    return found if isinstance(found, Refused) else (*past, *found)


def elapsed(ticket: Ticket, at: datetime) -> tuple[TicketEvent, ...]:
    """What time has done to ``ticket`` by ``at`` and is not recorded: calls and missed clocks, in order."""
    found = [event for clock in ticket.clocks for event in clock.passed(at)]
    return tuple(sorted(found, key=lambda event: event.at))


def _act(rules: Rules, ticket: Ticket, command: Act, at: datetime) -> Sequence[TicketEvent] | Refused:
    step = rules.flow.step(ticket.step)
    action = step.action(command.action)
    if action is None:
        return Refused(Why.NOT_AT_THIS_STEP, tuple(each.name for each in step.actions))
    details = command.details or ticket.details
    if obstacle := _obstacle(ticket, action, command.actor, details):
        return obstacle
    if passed := _passed(rules, details, ticket.details, at):
        return Refused(Why.INSTANT_PASSED, passed)
    if untold := sorted(step.tells - ticket.told):
        return Refused(Why.NOT_ALL_TOLD, tuple(untold))
    written = _written(rules, ticket, details, command, at)
    for event in written:
        ticket = apply(ticket, event)
    ended = action.ending is not None
    actor, reason = command.actor.id, command.reason
    move = Moved(
        at=at,
        actor=actor,
        reason=reason,
        action=action.name,
        origin=ticket.step,
        step=action.to or ticket.step,
        standing=Standing.PROCESSED if ended else rules.flow.step(action.to).standing,
        ending=action.ending,
    )
    opens = bool(action.opens and command.follow_up)
    return (
        *written,
        *timing.crossing(rules, ticket, action.to, at),
        move,
        *([Followed(at=at, actor=actor, ticket=command.follow_up, flow=action.opens)] if opens else ()),
    )


def _obstacle(ticket: Ticket, action: Action, actor: Actor, details: Details) -> Refused | None:
    if refused := _not_his(ticket, action.by, actor):
        return refused
    absent = missing(details, action.needs)
    same_person = any(ticket.acted.get(earlier) == actor.id for earlier in action.other_than)
    rewrites = details.answer != ticket.details.answer and "answer" not in action.needs
    obstacles = (
        (ticket.paused, Refused(Why.PAUSED)),
        (same_person, Refused(Why.SECOND_PERSON_REQUIRED, action.other_than)),
        (bool(absent), Refused(Why.MISSING_DETAILS, absent)),
        (rewrites, Refused(Why.NOT_ALLOWED, ("answer",))),
        (action.definite and ticket.in_doubt, Refused(Why.TRANSACTION_IN_DOUBT, (ticket.details.transaction,))),
    )
    return next((refused for stands_in_the_way, refused in obstacles if stands_in_the_way), None)


def _not_his(ticket: Ticket, by: frozenset[Role], actor: Actor) -> Refused | None:
    """A department acts on its own tickets alone."""
    held = actor.roles & by
    if not held:
        return Refused(Why.NOT_ALLOWED, tuple(sorted(by)))
    if held == {Role.DEPARTMENT} and actor.department != ticket.details.department:
        return Refused(Why.OTHER_DEPARTMENT, (ticket.details.department,))
    return None


def _amend(rules: Rules, ticket: Ticket, command: Amend, at: datetime) -> Sequence[TicketEvent] | Refused:
    details, actor = command.details, command.actor
    step = rules.flow.step(ticket.step)
    by = rules.flow.opened_by.union(*(action.by for action in step.actions))
    if refused := _not_his(ticket, by, actor):
        return refused
    if absent := missing(details, rules.flow.needs):
        return Refused(Why.MISSING_DETAILS, absent)
    if passed := _passed(rules, details, ticket.details, at):
        return Refused(Why.INSTANT_PASSED, passed)
    for name, writers in _writers(step).items():
        if getattr(details, name) != getattr(ticket.details, name) and not writers & actor.roles:
            return Refused(Why.NOT_ALLOWED, (name,))
    return _written(rules, ticket, details, command, at)


def _passed(rules: Rules, details: Details, before: Details, at: datetime) -> tuple[str, ...]:
    """Agreed instants that are new and lie in the past: no clock could run until them."""
    untils = sorted({rule.until for rule in rules.flow.clocks if rule.until})
    changed = [name for name in untils if getattr(details, name) != getattr(before, name)]
    return tuple(name for name in changed if getattr(details, name) is not None and getattr(details, name) <= at)


def _writers(step: Step) -> dict[str, frozenset[Role]]:
    """Who may change what others rely on: the answer, who decides it; the department, who hands tickets over."""
    acting = frozenset[Role]().union(*(action.by for action in step.actions))
    answering = frozenset[Role]().union(*(action.by for action in step.actions if "answer" in action.needs))
    return {"answer": answering, "department": acting | {Role.LEADER, Role.CENTRE}}


def _written(rules: Rules, ticket: Ticket, details: Details, by: Act | Amend, at: datetime) -> list[TicketEvent]:
    if details == ticket.details:
        return []
    called = {alarm.to for alarm in ticket.calls}
    calls = rules.flow.at_once if details.urgency is Urgency.MAJOR else ()
    return [
        Amended(at=at, actor=by.actor.id, reason=by.reason, details=details),
        *(Escalated(at=at, to=role) for role in calls if role not in called),
        *timing.moved_instants(rules, ticket, details, at),
    ]


def _tell(rules: Rules, ticket: Ticket, command: Tell, at: datetime) -> Sequence[TicketEvent] | Refused:
    step = rules.flow.step(ticket.step)
    if command.party not in step.tells:
        return Refused(Why.NOT_AT_THIS_STEP, tuple(sorted(step.tells)))
    if refused := _not_his(ticket, frozenset[Role]().union(*(action.by for action in step.actions)), command.actor):
        return refused
    if command.party in ticket.told:
        return ()
    return (Told(at=at, actor=command.actor.id, reason=command.reason, party=command.party),)


def _pause(rules: Rules, ticket: Ticket, command: PauseClocks, at: datetime) -> Sequence[TicketEvent] | Refused:
    if refused := _not_his(ticket, rules.flow.paused_by, command.actor):
        return refused
    if not command.reason.strip():
        return Refused(Why.REASON_MISSING)
    if ticket.paused:
        return Refused(Why.PAUSED)
    clocks = [clock for clock in ticket.clocks if clock.pausable]
    if not clocks:
        return Refused(Why.NOTHING_TO_PAUSE)
    events = (timing.paused(rules, clock, at) for clock in clocks)
    return [replace(event, actor=command.actor.id, reason=command.reason) for event in events]


def _resume(rules: Rules, ticket: Ticket, command: ResumeClocks, at: datetime) -> Sequence[TicketEvent] | Refused:
    if refused := _not_his(ticket, rules.flow.paused_by, command.actor):
        return refused
    if not ticket.paused:
        return Refused(Why.NOT_PAUSED)
    events = (timing.resumed(rules, clock, at) for clock in ticket.clocks if clock.paused)
    return [replace(event, actor=command.actor.id, reason=command.reason) for event in events]


def _withdraw(rules: Rules, ticket: Ticket, command: Withdraw, at: datetime) -> Sequence[TicketEvent] | Refused:
    if refused := _not_his(ticket, rules.flow.withdrawn_by, command.actor):
        return refused
    return (*timing.voided(ticket, at), Withdrawn(at=at, actor=command.actor.id, reason=command.reason))


def _see(ticket: Ticket, command: SeeTransaction, at: datetime) -> Sequence[TicketEvent] | Refused:
    if command.serial != ticket.details.transaction:
        return Refused(Why.OTHER_TRANSACTION, (ticket.details.transaction,))
    seen = TransactionSeen(
        at=at,
        serial=command.serial,
        state=command.state,
        definite=command.definite,
        accounting_date=command.accounting_date,
    )
    known = ticket.transaction
    same = known and (known.serial, known.state, known.definite) == (seen.serial, seen.state, seen.definite)
    return () if same else (seen,)
