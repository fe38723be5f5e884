"""Whether one host takes anything now: its calendar, and what waits for it and goes first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tellerline.adapters.clock import Clock
from tellerline.routing.model.calendar import HostCalendar, HostDay, StandIn
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import NotSent, Outcome, Rejected
from tellerline.routing.transactions.calendar import Closing, Spell, spell_at

QUEUE_GOES_FIRST = "queue_goes_first"
_LOOK_SECONDS = 0.02
_MOST_PATIENCE = 1.0
_CLOSED = frozenset({QUEUE_GOES_FIRST, *Closing})
_QUEUE_FIRST = NotSent(code=Code.HOST_CLOSED_FOR_MAINTENANCE, reason=QUEUE_GOES_FIRST)


class HostOpening:
    """One host's day as this process knows it.

    ``watched`` is False where there is nothing to ask: no calendar, and nothing that waits. ``held``: what was accepted
    while the host was closed has not all been sent, or has not been looked for yet; nothing else goes before it.
    """

    __slots__ = (
        "_clock",
        "_day",
        "_generation",
        "_hours",
        "_refusal",
        "_spell",
        "held",
        "on_turn",
        "stalled",
        "watched",
    )

    def __init__(self, day: HostDay, clock: Clock) -> None:
        self._clock = clock
        self._generation = 0
        self.held = self.stalled = False
        self.on_turn: Callable[[], None] = lambda: None
        self.follow(day)

    def follow(self, day: HostDay) -> None:
        """Put another calendar and other stand-ins into force for what is asked from now on."""
        self._day = day
        self._hours: dict[str, Spell] = {}
        self._spell: Spell | None = None
        self._refusal: NotSent | None = None
        if self.queues:
            self.hold()
        self.watched = self.held or day.calendar is not None
        self.on_turn()

    @property
    def day(self) -> HostDay:
        """What is in force."""
        return self._day

    @property
    def queues(self) -> bool:
        """Whether anything is ever accepted for this host while it is closed."""
        return StandIn.QUEUE in self._day.stand_ins.values()

    def stand_in(self, operation: str) -> StandIn:
        return self._day.stand_ins.get(operation, StandIn.REFUSE)

    def closed(self, operation: str = "") -> NotSent | None:
        """Why nothing may be sent now; ``until`` says when the host is back, if anybody knows."""
        calendar = self._day.calendar
        if calendar is not None:
            now = self._clock.now()
            spell = self._spell
            if spell is None or not spell.since <= now < spell.until:
                self._turn(calendar, now)
            if self._refusal is not None:
                return self._refusal
            if calendar.hours and operation:
                outside = self._outside_hours(calendar, operation, now)
                if outside is not None:
                    return outside
        return _QUEUE_FIRST if self.held else None

    async def released(self, deadline: float) -> bool:
        """Wait a moment for what goes first: False when it takes longer, or the host does not take it."""
        until = min(deadline, self._clock.monotonic() + _MOST_PATIENCE)
        while self.held and not self.stalled and self._clock.monotonic() < until:
            await self._clock.sleep(_LOOK_SECONDS)
        return not self.held

    def closed_for(self) -> float | None:
        """Seconds until the calendar opens the host; 0 while it is open, None if that is not known."""
        refused = self.closed()
        if refused is None or refused.reason == QUEUE_GOES_FIRST:
            return 0.0
        back = refused.until
        return (datetime.fromisoformat(back) - self._clock.now()).total_seconds() if back else None

    def hold(self) -> None:
        """Something waits for the host, or may do."""
        self._generation += 1
        self.held = self.watched = True

    def looking(self) -> int:
        """What to give to ``release`` after a look at the journal."""
        return self._generation

    def release(self, looked: int) -> bool:
        """Nothing waits any more, unless something was accepted since the look began."""
        if looked != self._generation:
            return False
        self.held = self.stalled = False
        self.watched = self._day.calendar is not None
        return True

    def _turn(self, calendar: HostCalendar, now: datetime) -> None:
        spell = self._spell = spell_at(calendar, now)
        self._refusal = None if spell.closing is None else _refusal(calendar, spell)
        self._hours.clear()
        if self.queues:
            self.hold()
            self.on_turn()

    def _outside_hours(self, calendar: HostCalendar, operation: str, now: datetime) -> NotSent | None:
        spell = self._hours.get(operation)
        if spell is None or not spell.since <= now < spell.until:
            spell = self._hours[operation] = spell_at(calendar, now, operation)
        return None if spell.closing is None else _refusal(calendar, spell)


def _refusal(calendar: HostCalendar, spell: Spell) -> NotSent:
    back = spell.back_at.astimezone(calendar.zone).isoformat(timespec="seconds") if spell.back_at else ""
    traded = spell.closing is Closing.OUTSIDE_TRADING_HOURS
    code = Code.MARKET_CLOSED if traded else Code.HOST_CLOSED_FOR_MAINTENANCE
    return NotSent(code=code, reason=str(spell.closing), until=back)


def is_closed(outcome: Outcome) -> bool:
    """Whether this is a closed host's no, by its calendar or in its own words."""
    if isinstance(outcome, NotSent):
        return outcome.reason in _CLOSED
    return isinstance(outcome, Rejected) and outcome.code is Code.HOST_CLOSED_FOR_MAINTENANCE
