"""The doubt resolver: wakes when something is due, takes one step per doubt, writes down what it learnt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.doubt.pursuit import Pursuit
from tellerline.gateway.doubt.schedule import WakeUp
from tellerline.gateway.journal.port import Journal, StoreUnavailableError
from tellerline.gateway.journal.records import Doubt, Record
from tellerline.gateway.pipeline.losses import LossBlocks
from tellerline.gateway.pipeline.settling import Settler
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Unknown

_AT_ONCE = 64
_STORE_RETRY_SECONDS = 1.0


@dataclass(slots=True, kw_only=True)
class DoubtResolver:
    """One per gateway; several gateways on one database share the work by claims.

    Steps of different accounts run side by side, those of one account in the order of their doubts. Every step can be
    interrupted at any await: the next one, here or in another process, starts from what the journal holds. Pending rows
    that are no single transactions are offered to ``take_up``.
    """

    journal: Journal
    settler: Settler
    pursuit: Pursuit
    losses: LossBlocks
    wake: WakeUp
    is_running: Callable[[str], bool]
    take_up: Callable[[Record], bool]
    clock: Clock
    metrics: Metrics
    log: Log
    owner: str
    _task: asyncio.Task[None] | None = None
    _steps: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Take over what this gateway left behind, then work until ``close``. Raises ``StoreUnavailableError``."""
        await self.losses.refresh()
        await self._doubt_all(await self.journal.reclaim(self.owner), "restarted")
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop at once: what is under way is as safe as after a crash. Idempotent."""
        tasks = [*self._steps, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None

    async def _run(self) -> None:
        while True:
            self.wake.begin()
            try:
                await self._round()
            except StoreUnavailableError as error:
                self.metrics.store_failures("resolve").inc()
                self.log.error("store_unavailable", step="resolve", reason=error.reason)
                self.wake.due_in(_STORE_RETRY_SECONDS)
            except Exception as error:  # a row that cannot be read must not end the pursuit of all the others
                self.log.error("doubt_round_failed", exc_info=error)
                self.wake.due_in(_STORE_RETRY_SECONDS)
            await self.wake.wait()

    async def _round(self) -> None:
        overdue = await self.journal.claim_overdue(self.owner, self.clock.now(), _AT_ONCE)
        await self._doubt_all([record for record in overdue if not self.is_running(record.global_serial)], "overdue")
        await self.losses.refresh()
        room = _AT_ONCE - len(self._steps)
        if room > 0:
            for doubt in await self.journal.claim_doubts(self.owner, self.clock.now(), room):
                step = asyncio.get_running_loop().create_task(self._step(doubt))
                self._steps.add(step)
                step.add_done_callback(self._stepped)

    async def _doubt_all(self, records: Sequence[Record], reason: str) -> None:
        for record in records:
            if self.take_up(record):
                continue
            await self.settler.doubt(record, Unknown(code=Code.OUTCOME_UNKNOWN, reason=reason))

    async def _step(self, doubt: Doubt) -> None:
        """A failed step keeps its claim: it is tried again when the claim runs out."""
        try:
            await self.pursuit.step(doubt)
        except StoreUnavailableError as error:
            self.metrics.store_failures("resolve").inc()
            self.log.error("store_unavailable", step="resolve", serial=doubt.global_serial, reason=error.reason)
        except Exception as error:  # one doubt's defect must not end the pursuit of the others
            self.log.error("doubt_step_failed", serial=doubt.global_serial, error=repr(error))

    def _stepped(self, step: asyncio.Task[None]) -> None:
        self._steps.discard(step)
        if not step.cancelled():
            self.wake.due_in(0.0)
