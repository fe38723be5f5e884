"""What a host's author supplies to bind the host contract suite: a simulated host, a real transport, examples."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from leaping_clock import LeapingClock
from mq_worlds import eventually

from tellerline.adapters.clock import Clock
from tellerline.connectors.connected import ConnectedHost
from tellerline.connectors.host import Answer, LateReply
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall, Inquire, Reverse
from tellerline.routing.model.outcome import Result
from tellerline.simulators.faults import FaultEngine, FaultKind, FaultRule, GarbleStyle

PATIENCE_S, SHORTER_S = 60.0, 5.0
_MOMENT_S = 0.05


@dataclass(kw_only=True)
class EnquiryBench:
    """``examples`` holds a command that succeeds for every declared operation but inquiry and reversal."""

    host: ConnectedHost
    clock: Clock
    examples: Mapping[str, tuple[Command, type[Result]]]
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def call(self, reference: str = "", attempt: int = 1) -> HostCall:
        name = reference or f"T{next(self._numbers):08d}"
        return HostCall(reference=name, channel="IVR", accepted_at="2026-03-02T10:00:00+08:00", attempt=attempt)

    async def ask(self, command: Command, call: HostCall | None = None, patience: float = PATIENCE_S) -> Answer:
        return await self.host.execute(command, call or self.call(), self.clock.monotonic() + patience)


@dataclass(kw_only=True)
class HostBench(EnquiryBench):
    """``change`` moves money and may be sent any number of times; ``effect`` counts how often one reference of it
    stands in the books. ``unsolicited`` says whether the wire can bring a reply that nobody waits for. ``leaping`` is
    what ``clock`` and the simulated host measure by.
    """

    faults: FaultEngine
    leaping: LeapingClock
    refused: tuple[Command, Code]
    change: Command
    change_on_wire: str
    effect: Callable[[str], int]
    unsolicited: bool
    late: list[LateReply] = field(default_factory=list)

    def strike(
        self, kind: FaultKind, *, seconds: float | None = None, code: str = "9999", style: GarbleStyle | None = None
    ) -> None:
        """The next change meets this fault; inquiries and reversals stay healthy."""
        operations = frozenset({self.change_on_wire})
        rule = FaultRule(kind=kind, operations=operations, count=1, seconds=seconds, code=code, style=style)
        self.faults.add(rule)

    async def give_up(self, call: HostCall, kind: FaultKind) -> Answer:
        """Ask for the change with a shorter patience, which is skipped once ``kind`` has struck."""
        asked = asyncio.ensure_future(self.ask(self.change, call, SHORTER_S))
        await eventually(lambda: self.faults.injected[kind] > 0)
        await asyncio.sleep(_MOMENT_S)
        self.leaping.leap(SHORTER_S)
        return await asked

    async def inquire(self, reference: str) -> Answer:
        command = Inquire(
            original_reference=reference,
            original_operation=self.change.operation,
            original_account=self.change.account_number,
        )
        return await self.ask(command)

    def reversal(self, reference: str) -> Reverse:
        return Reverse(
            original_reference=reference,
            original_operation=self.change.operation,
            original_account=self.change.account_number,
        )
