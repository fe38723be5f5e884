"""A controller that speaks the softswitch's wire by hand, for tests of the switch alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.lines.connection import LineConnection
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.switch import SoftSwitch

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CALLER, AGENT, LEADER = "13800138000", "1001", "1002"
PUBLIC_KEY = base64.b64encode(X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw())


class Controller:
    """One connection; keeps every line that comes, read."""

    def __init__(self, connection: LineConnection) -> None:
        self.connection = connection
        self.lines: list[dict[str, Any]] = []
        self.lost = False
        self._number = 0

    def line_received(self, line: bytes) -> None:
        self.lines.append(orjson.loads(line))

    def connection_lost(self) -> None:
        self.lost = True

    @property
    def events(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if "event" in line]

    def told(self) -> list[str]:
        """The events' names, in order."""
        return [event["event"] for event in self.events]

    def send(self, order: str, **fields: object) -> int:
        self._number += 1
        self.connection.send(orjson.dumps({"id": self._number, "order": order, **fields}))
        return self._number

    def answer(self, number: int) -> Mapping[str, Any] | None:
        return next((line for line in self.lines if line.get("id") == number), None)


class Wire:
    """A switch with a controller, a caller outside and two extensions."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        table = PromptTable(sounds={"short": 1.0, "long": 20.0, "en/short": 3.0}, other=None)
        self.switch = SoftSwitch(self.clock, SeededRandomness(7), prompts=table, media_patience=3.0)
        self.caller = self.switch.outside(CALLER)
        self.agent = self.switch.extension(AGENT)
        self.leader = self.switch.extension(LEADER)
        self.controller: Controller

    async def connect(self) -> Controller:
        made: list[Controller] = []

        def accept(connection: LineConnection) -> Controller:
            made.append(Controller(connection))
            return made[0]

        await self.switch.connect(accept)
        await self.clock.advance(0)
        self.controller = made[0]
        return made[0]

    async def order(self, order: str, **fields: object) -> Mapping[str, Any]:
        """What the switch answers: ``result``, or ``error`` and ``detail``."""
        number = self.controller.send(order, **fields)
        await self.clock.advance(0)
        answer = self.controller.answer(number)
        assert answer is not None, f"no answer to {order}"
        return answer

    async def done(self, *orders: tuple[str, dict[str, object]]) -> None:
        """Orders that the switch carries out, each of them."""
        for order, fields in orders:
            answer = await self.order(order, **fields)
            assert "result" in answer, answer

    async def called(self) -> str:
        """The leg of a caller from outside, answered."""
        self.caller.call("95588")
        await self.clock.advance(0)
        leg = str(self.controller.events[-1]["leg"])
        await self.done(("answer", {"leg": leg}))
        return leg

    async def talk(self) -> tuple[str, str]:
        """Legs of caller and agent, in the conversation ``talk``."""
        caller = await self.called()
        await self.done(
            ("dial", {"leg": "agent", "address": AGENT, "auto_answer": True}),
            ("open_conversation", {"conversation": "talk"}),
            ("join", {"conversation": "talk", "leg": caller}),
            ("join", {"conversation": "talk", "leg": "agent"}),
        )
        return caller, "agent"
