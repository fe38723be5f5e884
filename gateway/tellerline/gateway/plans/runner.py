"""Plans for those who ask for them: accepted once, driven to the end, answered by the caller's deadline."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.day.queue import ClosedHostQueue
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.codec import NotInJournalError, command_from_json, command_json, payload_hash
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, Record, State
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.acceptance import acceptance_of
from tellerline.gateway.pipeline.answers import Ending, Refused, conclude, other_payload, over_limit, recorded, refusal
from tellerline.gateway.pipeline.losses import LossBlocks
from tellerline.gateway.pipeline.waiting import done_by
from tellerline.gateway.plans.book import PlanBook
from tellerline.gateway.plans.drive import LEASE_SECONDS, Drive, Workshop
from tellerline.gateway.plans.standing import in_doubt
from tellerline.gateway.resilience.deadlines import DeadlineRules
from tellerline.gateway.services.ports import Request, Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.model.outcome import NotSent
from tellerline.routing.transactions.legs import Plan

_POLL_FIRST, _POLL_MOST = 0.01, 0.25


@dataclass(slots=True, kw_only=True)
class _Asked:
    """A plan that somebody waits for. ``deadline`` is its first caller's."""

    plan: Plan[Any]
    request: Request
    acceptance: Acceptance
    deadline: float
    task: asyncio.Task[Ending] = field(init=False)


@dataclass(slots=True, kw_only=True)
class PlanRunner:
    """Runs each plan in a task of its own: a caller who leaves, or has no more time, ends the wait only."""

    book: PlanBook
    shop: Workshop
    losses: LossBlocks
    queue: ClosedHostQueue
    deadlines: DeadlineRules
    limits: LimitRules
    _asked: dict[tuple[str, str], _Asked] = field(default_factory=dict)
    _drives: dict[str, Drive] = field(default_factory=dict)
    _resumed: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, plan: Plan[Any], request: Request, call: CallContext, serial: str, trace: str) -> Settled:
        """How it ended, or stands, by the caller's deadline; see ``services.ports.Pipeline``."""
        canonical = command_json(request.command)
        digest = payload_hash(canonical)
        key = (request.channel, request.channel_serial)
        asked = self._asked.get(key)
        if asked is None:
            acceptance = self._acceptance(request, serial, trace, canonical, digest)
            asked = _Asked(plan=plan, request=request, acceptance=acceptance, deadline=call.deadline)
            self._asked[key] = asked
            asked.task = asyncio.get_running_loop().create_task(self._perform(asked))
            asked.task.add_done_callback(lambda _: self._asked.pop(key))
        elif asked.acceptance.payload_hash != digest:
            raise other_payload(asked.acceptance.global_serial).error()
        if await done_by(asked.task, self.deadlines.answer_by(call.deadline), self.shop.clock):
            cut_off = asked.task.cancelled()
            return conclude(in_doubt(asked.acceptance, "shutting_down") if cut_off else asked.task.result())
        return conclude(in_doubt(asked.acceptance, "deadline"))

    def take_up(self, record: Record) -> bool:
        """Go on with a pending plan that nobody drives any more; False for what is no plan."""
        plan = self.book.get(record.operation)
        if plan is None:
            return False
        if record.global_serial not in self._drives:
            task = asyncio.get_running_loop().create_task(self._resume(plan, record))
            self._resumed.add(task)
            task.add_done_callback(self._resumed.discard)
        return True

    def ended(self, global_serial: str) -> None:
        """Told of every transaction whose doubt is over: it may be the leg that a plan waits for."""
        for drive in self._drives.values():
            if global_serial in drive.open:
                drive.wake()

    async def drain(self, seconds: float) -> None:
        """Let what is under way end, for ``seconds`` at most; what would have to wait is left to the next life."""
        until = self.shop.clock.monotonic() + seconds
        for drive in self._drives.values():
            drive.closing = True
            drive.wake()
        for task in [*(asked.task for asked in self._asked.values()), *self._resumed]:
            if not await done_by(task, until, self.shop.clock):
                task.cancel()

    def _acceptance(self, request: Request, serial: str, trace: str, canonical: bytes, digest: bytes) -> Acceptance:
        """Its ``due_at`` is when another process may take it up if this one has not gone on holding it."""
        now = self.shop.clock.now()
        return acceptance_of(
            request,
            serial=serial,
            host="",
            limits=self.limits,
            accepted_at=now,
            due_at=now + timedelta(seconds=LEASE_SECONDS),
            owner=self.shop.owner,
            canonical=canonical,
            digest=digest,
            trace=trace,
        )

    async def _perform(self, asked: _Asked) -> Ending:
        try:
            return await self._accept(asked)
        except StoreUnavailableError as error:
            self.shop.metrics.store_failures("accept").inc()
            self.shop.log.error("store_unavailable", step="accept", reason=error.reason)
            return Refused(Code.STORE_UNAVAILABLE)
        except Exception as error:
            self.shop.log.error("plan_failed", serial=asked.acceptance.global_serial, error=repr(error))
            return in_doubt(asked.acceptance, "failed")

    async def _accept(self, asked: _Asked) -> Ending:
        acceptance, journal = asked.acceptance, self.shop.journal
        if acceptance.effect is Effect.MONEY and self.losses.closed(acceptance.account):
            return await self._unless_known(asked, Refused(Code.ACCOUNT_REPORTED_LOST))
        send_by = self.deadlines.send_by(asked.deadline)
        closed = await self.book.closed(asked.plan, acceptance.account, acceptance.branch, send_by)
        if closed is not None:
            return await self._closed(asked, *closed)
        verdict = await journal.accept(acceptance)
        if isinstance(verdict, Duplicate):
            return await self._known(asked, verdict.record)
        if not isinstance(verdict, Accepted):
            return over_limit(verdict, currency=acceptance.limited.currency if acceptance.limited else "")
        drive = Drive(
            shop=self.shop,
            plan=asked.plan,
            row=acceptance,
            command=asked.request.command,
            begin_by=send_by,
            held_until=self.shop.clock.monotonic() + LEASE_SECONDS,
        )
        await self._drive(drive)
        record = await journal.get(acceptance.global_serial)
        return in_doubt(acceptance, "row_not_found") if record is None else recorded(record)

    async def _closed(self, asked: _Asked, gate: HostGate, closed: NotSent) -> Ending:
        """Refused whole, before any leg is laid; the row that says so goes by the host that is closed."""
        acceptance = asked.acceptance
        refused = refusal(closed, host=gate.name, global_serial=acceptance.global_serial)
        ending = await self._unless_known(asked, refused)
        if ending is refused:
            self.queue.refused(gate, replace(acceptance, host=gate.name), closed)
        return ending

    async def _unless_known(self, asked: _Asked, refused: Refused) -> Ending:
        """A serial that has been used already is answered for what it stands for, not for today's obstacle."""
        known = await self.shop.journal.find(asked.acceptance.channel, asked.acceptance.channel_serial)
        return refused if known is None else await self._known(asked, known)

    async def _known(self, asked: _Asked, record: Record) -> Ending:
        """The stored answer; a plan that another process drives is waited for."""
        if record.payload_hash != asked.acceptance.payload_hash:
            return other_payload(record.global_serial)
        until = self.deadlines.answer_by(asked.deadline)
        pause = _POLL_FIRST
        while record.state is State.PENDING and self.shop.clock.monotonic() + pause < until:
            await self.shop.clock.sleep(pause)
            pause = min(pause * 2, _POLL_MOST)
            record = await self.shop.journal.get(record.global_serial) or record
        return recorded(record)

    async def _resume(self, plan: Plan[Any], record: Record) -> None:
        try:
            command = command_from_json(record.command)
        except NotInJournalError:
            await self.shop.settler.stuck(record, "command_unreadable")
            return
        drive = Drive(
            shop=self.shop,
            plan=plan,
            row=record,
            command=command,
            begin_by=float("-inf"),
            held_until=self.shop.clock.monotonic(),
        )
        try:
            await self._drive(drive)
        except (
            Exception
        ) as error:  # one plan's defect must not end the others; its claim runs out and it is tried again
            self.shop.log.error("plan_failed", serial=record.global_serial, error=repr(error))

    async def _drive(self, drive: Drive) -> None:
        serial = drive.row.global_serial
        self._drives[serial] = drive
        try:
            await drive.run()
        finally:
            del self._drives[serial]
