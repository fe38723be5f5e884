"""One plan under way in this process: look where it stands, do what comes next, until it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.journal.port import Journal, Legs, StoreUnavailableError
from tellerline.gateway.journal.records import Acceptance, PlanLeg, Record, State
from tellerline.gateway.pipeline.settling import PENDING, Settler
from tellerline.gateway.plans.book import leg_of
from tellerline.gateway.plans.sender import LegSender, NobodyToAskError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command
from tellerline.routing.model.outcome import NotSent, Rejected
from tellerline.routing.transactions.legs import Plan
from tellerline.routing.transactions.progress import Due, Finished, Going, Standing, Stuck, Undone, decide

LEASE_SECONDS = 30.0
_RENEW_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 15.0
_STORE_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What every drive works with."""

    journal: Journal
    legs: Legs
    settler: Settler
    sender: LegSender
    clock: Clock
    metrics: Metrics
    log: Log
    owner: str


@dataclass(slots=True, kw_only=True)
class Drive:
    """Can be cut off at any await, and another drive, here or elsewhere, goes on from what the journal holds.

    ``begin_by`` is the monotonic instant after which the first leg is not begun any more. ``closing`` ends the drive
    where it would have to wait. ``open`` are the serials of the legs that were under way when it last looked.
    """

    shop: Workshop
    plan: Plan[Any]
    row: Record | Acceptance
    command: Command
    begin_by: float
    held_until: float
    closing: bool = False
    open: frozenset[str] = frozenset()
    _pause: float = _FIRST_PAUSE
    _waiter: asyncio.Future[None] | None = field(default=None, init=False)

    async def run(self) -> None:
        """Return when the plan is over, or somebody else has it, or at a wait while ``closing``."""
        while True:
            try:
                if not await self._held() or await self._step():
                    return
            except StoreUnavailableError as error:
                self.shop.metrics.store_failures("plan").inc()
                self.shop.log.error(
                    "store_unavailable", step="plan", serial=self.row.global_serial, reason=error.reason
                )
                await self.shop.clock.sleep(_STORE_RETRY_SECONDS)
            if self.closing and self._pause > _FIRST_PAUSE:
                return

    def wake(self) -> None:
        """A leg may have ended: look at once."""
        self._pause = _FIRST_PAUSE
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _held(self) -> bool:
        """Whether the plan is this process's to drive; what others do with it meanwhile would do no harm."""
        now = self.shop.clock.monotonic()
        if now < self.held_until - LEASE_SECONDS + _RENEW_SECONDS:
            return True
        self.held_until = now + LEASE_SECONDS
        return await self.shop.legs.hold(self.row.global_serial, self.shop.owner, self.shop.clock.now())

    async def _step(self) -> bool:
        """Whether that was the last one."""
        laid = tuple(await self.shop.legs.of(self.row.global_serial))
        legs = [leg_of(each) for each in laid]
        self.open = frozenset(leg.serial for leg in legs if leg.standing is Standing.OPEN)
        decision = decide(self.plan, self.command, self.row.global_serial, legs)
        if isinstance(decision, Going):
            try:
                await self._go(decision, laid)
                return False
            except NobodyToAskError as error:
                decision = Stuck(f"host_not_connected:{error}")
        if await self._end(decision, laid) is not None:
            return True
        self.held_until = self.shop.clock.monotonic()
        return False

    async def _go(self, decision: Going, laid: Sequence[PlanLeg]) -> None:
        now = self.shop.clock.now()
        ready = [due for due in decision.due if due.not_before is None or due.not_before <= now]
        if not ready:
            await self._wait(decision.due)
            return
        if ready[0].number < 0 and not any(each.laid.number < 0 for each in laid):
            event = self.shop.settler.event("undoing", step=ready[0].step)
            await self.shop.journal.note(self.row.global_serial, event)
        first = any(due.number == 1 and due.attempt == 1 for due in ready)
        begin = not first or self.shop.clock.monotonic() <= self.begin_by
        if await self.shop.sender.send(self.row, ready, decision.at_once, begin=begin):
            self._pause = _FIRST_PAUSE
        else:
            await self._wait(())

    async def _wait(self, due: Sequence[Due]) -> None:
        """Until a leg ends, or the next one is due, or it is time to look again anyway."""
        now = self.shop.clock.now()
        soonest = min((each.not_before - now for each in due if each.not_before), default=timedelta(days=1))
        seconds = max(0.0, min(self._pause, soonest.total_seconds()))
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        if self.closing:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        timer = self.shop.clock.call_later(seconds, self._time_is_up)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _time_is_up(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _end(self, decision: Finished | Undone | Stuck, legs: tuple[PlanLeg, ...]) -> State | None:
        """None if people have put a leg right since it was looked at, or the plan is somebody else's or over."""
        settler, row = self.shop.settler, self.row
        if isinstance(decision, Finished):
            return await settler.end(row, decision.outcome, PENDING, legs=legs)
        if isinstance(decision, Stuck):
            return await settler.stuck(row, decision.reason, legs)
        if decision.taken_back or decision.because.code is Code.REVERSED:
            event = settler.event("undone", step=decision.step, code=decision.because.code.value)
            return await settler.taken_back(row, _as_rejected(decision.because), event, legs)
        return await settler.end(row, decision.because, PENDING, legs=legs)


def _as_rejected(because: Rejected | NotSent) -> Rejected:
    return because if isinstance(because, Rejected) else Rejected(code=because.code)
