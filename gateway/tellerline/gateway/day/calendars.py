"""Hosts' calendars from their files into force: at the start, on request, and after another gateway has done so."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.connectors.manifest import ManifestError
from tellerline.gateway.day.queue import ClosedHostQueue
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.port import RoutingHistory, StoreUnavailableError
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict
from tellerline.gateway.services.ports import HostCalendarFacts
from tellerline.gateway.services.refusals import invalid
from tellerline.routing.model.calendar import HostDay

_SHOWN = 10
_VERSION_DIGITS = 12


@dataclass(slots=True)
class _InForce:
    """The newest change of a host's calendar that this process has taken note of."""

    number: int = 0
    digest: str = ""


@dataclass(slots=True, kw_only=True)
class CalendarFiles:
    """Implements ``services.ports.CalendarDesk``. ``files`` are those that the settings name, by host.

    What one gateway puts into force, the others of the same database follow within ``sweep_seconds``. A file has no
    version of its own: the beginning of its digest is taken.
    """

    gates: Mapping[str, HostGate]
    files: Mapping[str, Path]
    queue: ClosedHostQueue
    history: RoutingHistory
    instance: str
    sweep_seconds: float
    clock: Clock
    metrics: Metrics
    log: Log
    _in_force: dict[str, _InForce] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _follower: asyncio.Task[None] | None = None

    def calendars(self) -> Sequence[HostCalendarFacts]:
        """See ``services.ports.CalendarDesk``."""
        return [
            HostCalendarFacts(
                host=name,
                file=str(self.files.get(name, "")),
                digest=self._in_force[name].digest if name in self._in_force else "",
                day=gate.opening.day,
            )
            for name, gate in sorted(self.gates.items())
        ]

    async def start(self) -> None:
        """Raises ``ManifestError`` for a file that cannot be used, and ``StoreUnavailableError``."""
        for host in self.files:
            if host not in self.gates:
                continue
            text = await self._text(host)
            self.gates[host].opening.follow(self._parsed(host, text))
            newest = await self.history.in_force_since(0, host)
            if newest is None or newest.digest != _digest(text):
                newest = await self._remember(host, RoutingVerdict.IN_FORCE, text, "start")
            self._in_force[host] = _InForce(newest.number, newest.digest)
        if self._in_force:
            self._follower = asyncio.get_running_loop().create_task(self._follow())

    async def close(self) -> None:
        """Idempotent."""
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower

    async def reload(self, host: str, operator: str) -> Sequence[RoutingChange]:
        """See ``services.ports.CalendarDesk``."""
        if host and host not in self.gates:
            raise invalid("host", "not_connected")
        hosts = [host] if host else sorted(self._in_force)
        async with self._turn:
            return [await self._reload(each, operator) for each in hosts]

    async def changes(self, host: str) -> Sequence[RoutingChange]:
        """See ``services.ports.CalendarDesk``."""
        return await self.history.newest(_SHOWN, host)

    async def _reload(self, host: str, operator: str) -> RoutingChange:
        text = ""
        try:
            text = await self._text(host)
            day = self._parsed(host, text)
        except ManifestError as error:
            return await self._remember(host, RoutingVerdict.REFUSED, text, operator, str(error))
        change = await self._remember(host, RoutingVerdict.IN_FORCE, text, operator)
        self._put_into_force(host, day)
        self._in_force[host] = _InForce(change.number, change.digest)
        return change

    def _put_into_force(self, host: str, day: HostDay) -> None:
        gate = self.gates[host]
        gate.opening.follow(day)
        if gate.opening.queues:
            self.queue.watch(gate)

    async def _text(self, host: str) -> str:
        file = self.files.get(host)
        if file is None:
            raise ManifestError(f"hosts.{host}.calendar", "", "the settings name no file")
        try:
            return await asyncio.to_thread(file.read_text, "utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ManifestError(str(file), "", str(error)) from None

    def _parsed(self, host: str, text: str) -> HostDay:
        read_day = self.gates[host].read_day
        if read_day is None:
            raise ManifestError(f"hosts.{host}.calendar", "", "this host's calendar stays as it is")
        return read_day(text, self.files[host])

    async def _remember(
        self, host: str, verdict: RoutingVerdict, text: str, operator: str, reason: str = ""
    ) -> RoutingChange:
        digest = _digest(text)
        change = RoutingChange(
            host=host,
            at=self.clock.now(),
            instance=self.instance,
            operator=operator,
            verdict=verdict,
            version=digest[:_VERSION_DIGITS] if text else "",
            digest=digest,
            reason=reason,
            content=text,
        )
        number = await self.history.add(change)
        self.metrics.routing_changes(verdict).inc()
        if verdict is RoutingVerdict.IN_FORCE:
            self.log.info("calendar_in_force", host=host, digest=digest, operator=operator)
        else:
            self.log.error("calendar_refused", host=host, operator=operator, reason=reason)
        return replace(change, number=number)

    async def _follow(self) -> None:
        while True:
            await self.clock.sleep(self.sweep_seconds)
            for host in sorted(self._in_force):
                try:
                    async with self._turn:
                        await self._take_over(host)
                except StoreUnavailableError as error:
                    self.log.error("store_unavailable", step="calendars", host=host, reason=error.reason)
                except ManifestError as error:
                    self.log.error("calendar_not_followed", host=host, reason=str(error))

    async def _take_over(self, host: str) -> None:
        """What fits another gateway's manifest may not fit ours: then ours stays, and it is said once."""
        known = self._in_force[host]
        change = await self.history.in_force_since(known.number, host)
        if change is None:
            return
        known.number = change.number
        if change.digest == known.digest:
            return
        self._put_into_force(host, self._parsed(host, change.content))
        known.digest = change.digest
        self.log.info("calendar_followed", host=host, digest=change.digest, number=change.number)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
