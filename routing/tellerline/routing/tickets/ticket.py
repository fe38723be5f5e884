"""A ticket as its events have made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tellerline.routing.tickets.clock import Clock, changed, start
from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.events import (
    OF_TIME,
    Alarm,
    Amended,
    ClockEvent,
    ClockStarted,
    Escalated,
    Followed,
    Moved,
    Opened,
    TicketEvent,
    Told,
    TransactionSeen,
    Withdrawn,
)
from tellerline.routing.tickets.kinds import Ending, Kind, Party, Role, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """``revision`` counts its events, ``version`` those that people or the gateway caused.

    ``acted`` names who last did each action, ``entered`` when the ticket first came to each step; ``told`` are the
    parties told since it came to its step. ``calls`` are those made at its opening; those of a clock stand with the
    clock. ``step`` is the last one, once it has ended.
    """

    id: str
    kind: Kind
    flow: str
    flow_version: int
    step: str
    standing: Standing
    details: Details
    opened_at: datetime
    opened_by: str
    step_since: datetime
    touched_at: datetime
    revision: int = 1
    version: int = 1
    follows: str = ""
    followed_by: str = ""
    closed_at: datetime | None = None
    ending: Ending | None = None
    acted: Mapping[str, str] = field(default_factory=dict)
    entered: Mapping[str, datetime] = field(default_factory=dict)
    told: frozenset[Party] = frozenset()
    calls: tuple[Alarm, ...] = ()
    clocks: tuple[Clock, ...] = ()
    transaction: TransactionSeen | None = None

    @property
    def closed(self) -> bool:
        return self.ending is not None

    @property
    def paused(self) -> bool:
        return any(clock.paused for clock in self.clocks)

    @property
    def in_doubt(self) -> bool:
        """Whether it is about a transaction whose outcome is not known: the gateway said so, or has not been heard."""
        serial = self.details.transaction
        seen = self.transaction
        return bool(serial) and (seen is None or seen.serial != serial or not seen.definite)

    @property
    def next_at(self) -> datetime | None:
        """When time does something to it next; None if never, as things stand."""
        return min((clock.next_at for clock in self.clocks if clock.next_at), default=None)

    @property
    def called(self) -> frozenset[Role]:
        """Who is called to it now: by a clock that has not been stopped, or by a major event that has not ended."""
        if self.closed:
            return frozenset()
        calls = [alarm for clock in self.clocks if clock.outcome is None for alarm in clock.calls]
        return frozenset(alarm.to for alarm in (*self.calls, *calls))

    def open_clock(self, name: str) -> Clock | None:
        """The run of ``name`` that has not been stopped."""
        return next((clock for clock in self.clocks if clock.name == name and clock.outcome is None), None)

    def runs(self, name: str) -> int:
        """How often the clock ``name`` has been started."""
        return sum(clock.name == name for clock in self.clocks)


def opened(ticket_id: str, event: Opened) -> Ticket:
    return Ticket(
        id=ticket_id,
        kind=event.kind,
        flow=event.flow,
        flow_version=event.flow_version,
        step=event.step,
        standing=event.standing,
        details=event.details,
        opened_at=event.at,
        opened_by=event.actor,
        step_since=event.at,
        entered={event.step: event.at},
        touched_at=event.at,
        follows=event.follows,
    )


def apply(ticket: Ticket, event: TicketEvent) -> Ticket:
    """The ticket after ``event``, which must be the next one that happened to it."""
    ticket = replace(
        ticket,
        revision=ticket.revision + 1,
        version=ticket.version + (not isinstance(event, OF_TIME)),
        touched_at=max(ticket.touched_at, event.at),
    )
    match event:
        case Opened():
            raise ValueError("a ticket is opened once")
        case Moved():
            ticket = _moved(ticket, event)
        case Withdrawn():
            ticket = replace(ticket, standing=Standing.PROCESSED, ending=Ending.WITHDRAWN, closed_at=event.at)
        case Amended():
            ticket = replace(ticket, details=event.details)
        case Told():
            ticket = replace(ticket, told=ticket.told | {event.party})
        case Followed():
            ticket = replace(ticket, followed_by=event.ticket)
        case TransactionSeen():
            ticket = replace(ticket, transaction=event)
        case ClockStarted():
            ticket = replace(ticket, clocks=(*ticket.clocks, start(event)))
        case Escalated(clock=""):
            ticket = replace(ticket, calls=(*ticket.calls, Alarm(event.to, event.at)))
        case _:
            ticket = replace(ticket, clocks=tuple(_clock(clock, event) for clock in ticket.clocks))
    return ticket


def _clock(clock: Clock, event: ClockEvent) -> Clock:
    return changed(clock, event) if (clock.name, clock.run) == (event.clock, event.run) else clock


def _moved(ticket: Ticket, event: Moved) -> Ticket:
    stays = event.step == event.origin and event.ending is None
    return replace(
        ticket,
        step=event.step,
        standing=event.standing,
        ending=event.ending,
        closed_at=None if event.ending is None else event.at,
        step_since=ticket.step_since if stays else event.at,
        acted={**ticket.acted, event.action: event.actor},
        entered={event.step: event.at, **ticket.entered},
        told=ticket.told if stays else frozenset(),
    )


def rebuilt(ticket_id: str, events: Iterable[TicketEvent]) -> Ticket:
    """The ticket of a whole history, which begins with its opening. Raises ``ValueError`` for one that does not."""
    ticket: Ticket | None = None
    for event in events:
        if ticket is not None:
            ticket = apply(ticket, event)
        elif isinstance(event, Opened):
            ticket = opened(ticket_id, event)
        else:
            break
    if ticket is None:
        raise ValueError(f"the history of {ticket_id} does not begin with its opening")
    return ticket
