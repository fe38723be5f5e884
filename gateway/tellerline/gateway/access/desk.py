"""The access policy from its file into force: at the start, on request, and after another gateway has done so."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.access.policy import ChannelDirectory
from tellerline.gateway.access.policy_file import PolicyError, PolicyFile, load_policy, parse_policy
from tellerline.gateway.journal.port import RoutingHistory, StoreUnavailableError
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict

HISTORY = ":access"
"""Under this name its versions stand among those of the routing rules: no host is called so."""

_SHOWN = 50
_LOOKED_BACK = 500


@dataclass(slots=True, kw_only=True)
class PolicyDesk:
    """Implements ``services.ports.AccessDesk``. Without a ``file`` the standard is in force, and nothing to reload.

    What one gateway puts into force, the others of the same database follow within ``sweep_seconds``.
    """

    directory: ChannelDirectory
    history: RoutingHistory
    file: Path | None
    instance: str
    sweep_seconds: float
    clock: Clock
    metrics: Metrics
    log: Log
    _number: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _follower: asyncio.Task[None] | None = None

    @property
    def policy(self) -> PolicyFile:
        """What is in force."""
        return self.directory.policy

    async def start(self) -> None:
        """Put down that the policy is in force. Raises ``StoreUnavailableError``."""
        if self.file is None:
            return
        newest = await self.history.in_force_since(0, HISTORY)
        if newest is None or newest.digest != self.policy.digest:
            reason = "" if newest is None else await self._older(newest)
            newest = await self._remember(RoutingVerdict.IN_FORCE, self.policy.content, "start", reason)
        self._number = newest.number
        self._follower = asyncio.get_running_loop().create_task(self._follow())

    async def _older(self, newest: RoutingChange) -> str:
        """Says so where the policy was in force before ``newest``: a file that somebody forgot to bring up to date."""
        for change in await self.history.newest(_LOOKED_BACK, HISTORY):
            if change.verdict is RoutingVerdict.IN_FORCE and change.digest == self.policy.digest:
                reason = f"older: it was change {change.number}, and change {newest.number} has replaced it since"
                self.log.error("access_policy_older", digest=self.policy.digest, reason=reason)
                return reason
        return ""

    async def close(self) -> None:
        """Idempotent."""
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower

    async def reload(self, operator: str) -> RoutingChange:
        """See ``services.ports.AccessDesk``."""
        async with self._turn:
            try:
                policy = await self._read()
            except PolicyError as error:
                return await self._remember(RoutingVerdict.REFUSED, "", operator, str(error))
            change = await self._remember(RoutingVerdict.IN_FORCE, policy.content, operator)
            self.directory.follow(policy)
            self._number = change.number
            return change

    async def changes(self) -> Sequence[RoutingChange]:
        """See ``services.ports.AccessDesk``."""
        return await self.history.newest(_SHOWN, HISTORY)

    async def _read(self) -> PolicyFile:
        if self.file is None:
            raise PolicyError(["access.policy names no file in the settings"])
        return await asyncio.to_thread(load_policy, self.file)

    async def _remember(self, verdict: RoutingVerdict, text: str, operator: str, reason: str = "") -> RoutingChange:
        digest = hashlib.sha256(text.encode()).hexdigest()
        change = RoutingChange(
            host=HISTORY,
            at=self.clock.now(),
            instance=self.instance,
            operator=operator,
            verdict=verdict,
            version=digest[:12] if text else "",
            digest=digest,
            reason=reason,
            content=text,
        )
        number = await self.history.add(change)
        self.metrics.routing_changes(verdict).inc()
        if verdict is RoutingVerdict.IN_FORCE:
            self.log.info("access_policy_in_force", digest=digest, operator=operator)
        else:
            self.log.error("access_policy_refused", operator=operator, reason=reason)
        return replace(change, number=number)

    async def _follow(self) -> None:
        while True:
            await self.clock.sleep(self.sweep_seconds)
            try:
                async with self._turn:
                    await self._take_over()
            except StoreUnavailableError as error:
                self.log.error("store_unavailable", step="access", reason=error.reason)
            except PolicyError as error:
                self.log.error("access_policy_not_followed", reason=str(error))

    async def _take_over(self) -> None:
        """What another version of the product reads may be no policy to this one: then ours stays."""
        change = await self.history.in_force_since(self._number, HISTORY)
        if change is None:
            return
        self._number = change.number
        if change.digest != self.policy.digest:
            self.directory.follow(parse_policy(change.content, str(self.file)))
            self.log.info("access_policy_followed", digest=change.digest, number=change.number)
