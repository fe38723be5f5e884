"""A softswitch with a started connector, within one loop, for tests of the connector."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import TypeVar

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.events import Offered, SwitchEvent
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.softswitch.phones import OnRing
from tellerline.simulators.softswitch.switch import SoftSwitch

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CALLER, AGENT = "13800138000", "1001"
R = TypeVar("R")


class SoftswitchWorld:
    """``events`` are all that the connector told."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.soft = SoftSwitch(self.clock, SeededRandomness(7))
        self.caller, self.agent = self.soft.outside(CALLER), self.soft.extension(AGENT)
        self.agent.on_ring = OnRing.ANSWERS
        self.switch = SoftswitchConnector(self.soft.connect, self.clock, SeededRandomness(8))
        self.events: list[SwitchEvent] = []

    async def start(self) -> None:
        await self.switch.start(self.events.append)

    def strike(self, kind: FaultKind, order: str, seconds: float | None = None) -> None:
        """The next order of this name has a fault."""
        self.soft.faults.add(FaultRule(kind=kind, operations=frozenset({order}), count=1, seconds=seconds))

    async def while_time_passes(self, order: Awaitable[R], seconds: float) -> R:
        """What comes of an order while the clock moves on."""
        task = asyncio.ensure_future(order)
        await self.clock.advance(seconds)
        return await task

    async def called(self) -> str:
        """The leg of a caller from outside, answered."""
        self.caller.call("95588")
        await self.clock.advance(0)
        offered = self.events[-1]
        assert isinstance(offered, Offered)
        await self.switch.answer(offered.leg)
        return offered.leg
