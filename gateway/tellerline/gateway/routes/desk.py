"""Routing rules from their file into force: at the start, on request, and after another gateway has done so."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.journal.port import RoutingHistory, StoreUnavailableError
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict
from tellerline.gateway.pipeline.plan import Plans
from tellerline.routing.transactions.reading import parse_rules
from tellerline.routing.transactions.router import Route
from tellerline.routing.transactions.rules import RoutingRules
from tellerline.routing.transactions.table import RoutingError

_SHOWN = 50


def rules_of(text: str, file: Path) -> RoutingRules:
    """TOML, or JSON from a ``.json`` file. Raises ``RoutingError``."""
    return parse_rules(text, json_format=file.suffix == ".json")


@dataclass(slots=True, kw_only=True)
class RouteDesk:
    """Implements ``services.ports.RoutingDesk``. Without a ``file`` there are no rules, and nothing to reload.

    What one gateway puts into force, the others of the same database follow within ``sweep_seconds``.
    """

    plans: Plans
    history: RoutingHistory
    file: Path | None
    instance: str
    sweep_seconds: float
    clock: Clock
    metrics: Metrics
    log: Log
    _number: int = 0
    _digest: str = ""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _follower: asyncio.Task[None] | None = None

    @property
    def rules(self) -> RoutingRules:
        """What is in force."""
        return self.plans.rules

    def explain(self, operation: str, account: str, branch: str) -> Route | None:
        """See ``services.ports.RoutingDesk``."""
        return self.plans.explain(operation, account, branch)

    async def start(self) -> None:
        """Raises ``RoutingError`` for a file that cannot be used: a gateway does not start with other rules than it was
        told, and ``StoreUnavailableError``."""
        if self.file is None:
            return
        newest = await self.history.in_force_since(0)
        text, rules = await self._read()
        self.plans.follow(rules)
        self._digest = digest_of(text)
        if newest is not None and newest.digest == self._digest:
            self._number = newest.number
        else:
            self._number = (await self._remember(RoutingVerdict.IN_FORCE, text, rules.version, "start")).number
        self._follower = asyncio.get_running_loop().create_task(self._follow())

    async def close(self) -> None:
        """Idempotent."""
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower

    async def reload(self, operator: str) -> RoutingChange:
        """See ``services.ports.RoutingDesk``."""
        async with self._turn:
            text, version = "", ""
            try:
                text, rules = await self._read()
                version = rules.version
                self.plans.check(rules)
            except RoutingError as error:
                return await self._remember(RoutingVerdict.REFUSED, text, version, operator, str(error))
            change = await self._remember(RoutingVerdict.IN_FORCE, text, version, operator)
            self.plans.follow(rules)
            self._number, self._digest = change.number, change.digest
            return change

    async def changes(self) -> Sequence[RoutingChange]:
        """See ``services.ports.RoutingDesk``."""
        return await self.history.newest(_SHOWN)

    async def _read(self) -> tuple[str, RoutingRules]:
        if self.file is None:
            raise RoutingError("routing_rules names no file in the settings")
        try:
            text = await asyncio.to_thread(self.file.read_text, "utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RoutingError(f"{self.file}: {error}") from None
        try:
            return text, rules_of(text, self.file)
        except RoutingError as error:
            raise RoutingError(f"{self.file}: {error}") from None

    async def _remember(
        self, verdict: RoutingVerdict, text: str, version: str, operator: str, reason: str = ""
    ) -> RoutingChange:
        change = RoutingChange(
            at=self.clock.now(),
            instance=self.instance,
            operator=operator,
            verdict=verdict,
            version=version,
            digest=digest_of(text),
            reason=reason,
            content=text,
        )
        number = await self.history.add(change)
        self.metrics.routing_changes(verdict).inc()
        if verdict is RoutingVerdict.IN_FORCE:
            self.log.info("routing_rules_in_force", version=version, digest=change.digest, operator=operator)
        else:
            self.log.error("routing_rules_refused", version=version, operator=operator, reason=reason)
        return replace(change, number=number)

    async def _follow(self) -> None:
        while True:
            await self.clock.sleep(self.sweep_seconds)
            try:
                async with self._turn:
                    await self._take_over()
            except StoreUnavailableError as error:
                self.log.error("store_unavailable", step="routes", reason=error.reason)
            except RoutingError as error:
                self.log.error("routing_rules_not_followed", reason=str(error))

    async def _take_over(self) -> None:
        """Rules that fit another gateway's hosts may not fit ours: then ours stay, and it is said once."""
        change = await self.history.in_force_since(self._number)
        if change is None:
            return
        self._number = change.number
        if change.digest == self._digest or self.file is None:
            return
        self.plans.follow(rules_of(change.content, self.file))
        self._digest = change.digest
        self.log.info("routing_rules_followed", version=change.version, digest=change.digest, number=change.number)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
