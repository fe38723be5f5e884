"""A simulated host behind its real connector, without a network: real bytes both ways, faults in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.connectors.connector import Connector
from tellerline.connectors.discovery import discover
from tellerline.connectors.host import Answer, LateReply
from tellerline.gateway.hosts.policy import HostBinding, HostPolicy
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.outcome import Done, Fate, NotSent, Rejected, Unknown
from tellerline.simulators.records.server import RecordServer
from tellerline.simulators.soap.contract import Contract
from tellerline.simulators.soap.server import SoapServer

LATE_BY = 1.0


class WireFault(Enum):
    """What happens to one exchange."""

    NOT_SENT = "not sent"
    LOST_REQUEST = "lost request"
    LOST_REPLY = "lost reply"
    CRASH_AFTER_COMMIT = "crash after commit"
    """Done; the connection drops at once, and the host is away for some seconds."""
    LATE_REPLY = "late reply"
    CONTRADICTORY_REPLY = "contradictory reply"
    """Done and answered; later a refusal comes for the same reference."""
    REFUSED = "refused"
    BUSY = "busy"


Faults = Callable[[Command, HostCall], WireFault | None]
_AWAY_SECONDS = 3.0
_REFUSALS = {WireFault.REFUSED: Code.REJECTED_BY_HOST, WireFault.BUSY: Code.HOST_BUSY}


@dataclass
class WiredHost:
    """Implements ``Host``. ``changed`` are the references of commands that the simulator carried out."""

    name: str
    operations: frozenset[str]
    connector: Connector
    serve: Callable[[bytes], bytes]
    clock: Clock
    fault_of: Faults = field(default=lambda _command, _call: None)
    received: list[tuple[Command, HostCall]] = field(default_factory=list)
    away_until: float = 0.0
    version_of: str = ""
    _on_late_reply: Callable[[LateReply], None] | None = None

    async def start(self, on_late_reply: Callable[[LateReply], None]) -> None:
        self._on_late_reply = on_late_reply

    async def close(self) -> None:
        self._on_late_reply = None

    async def execute(self, command: Command, call: HostCall, deadline: float) -> Answer:
        wire = self.connector.build(command, call)
        await asyncio.sleep(0)
        self.received.append((command, call))
        fault = self.fault_of(command, call)
        if fault is WireFault.NOT_SENT or self.clock.monotonic() < self.away_until:
            unsent = NotSent(code=Code.HOST_UNAVAILABLE, reason="connection_refused")
            return Answer(fate=Fate.NOT_SENT, outcome=unsent)
        if fault in _REFUSALS:
            return Answer(fate=Fate.REPLIED, outcome=Rejected(code=_REFUSALS[fault], host_code="9999"))
        if fault is WireFault.LOST_REQUEST:
            return await self._silence(deadline)
        outcome = self.connector.parse(command, call, self.serve(wire.body))
        if fault is WireFault.CRASH_AFTER_COMMIT:
            self.away_until = self.clock.monotonic() + _AWAY_SECONDS
            cut = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="connection_lost")
            return Answer(fate=Fate.SENT_NO_REPLY, outcome=cut)
        if fault is WireFault.CONTRADICTORY_REPLY:
            self._later(call, Rejected(code=Code.REJECTED_BY_HOST, host_code="9999"), LATE_BY)
        elif fault is not None:
            if fault is WireFault.LATE_REPLY:
                self._later(call, outcome, deadline - self.clock.monotonic() + LATE_BY)
            return await self._silence(deadline)
        return Answer(fate=Fate.REPLIED, outcome=outcome)

    async def _silence(self, deadline: float) -> Answer:
        await self.clock.sleep(deadline - self.clock.monotonic())
        silent = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="no_reply")
        return Answer(fate=Fate.SENT_NO_REPLY, outcome=silent)

    def _later(self, call: HostCall, outcome: Done | Rejected | Unknown, seconds: float) -> None:
        def arrive() -> None:
            if self._on_late_reply is not None:
                self._on_late_reply(LateReply(host=self.name, reference=call.reference, outcome=outcome))

        self.clock.call_later(seconds, arrive)


def wired(name: str, server: Any, clock: Clock) -> tuple[WiredHost, HostPolicy]:
    """The connector and the terms of the host folder ``name`` in front of a simulated host that need not listen."""
    (folder,) = (each for each in discover() if each.name == name)
    host = WiredHost(
        name=name,
        operations=frozenset(folder.manifest.operations),
        connector=folder.build_connector(clock),
        serve=_serve(server),
        clock=clock,
    )
    return host, HostPolicy.of(folder.manifest)


def _serve(server: Any) -> Callable[[bytes], bytes]:
    if isinstance(server, SoapServer):
        return lambda body: server.carry_out(Contract.read(server.contract, body))  # signing is the wire's business
    assert isinstance(server, RecordServer)

    def serve(body: bytes) -> bytes:
        row = server.host.layout.read(body)
        kind = str(row["MESSAGE-TYPE"])
        return server.host.layout.reply(kind, server.host.handle(kind, str(row["REFERENCE"]), row))

    return serve


def binding(host: WiredHost, policy: HostPolicy, around: Callable[[Any], Any] = lambda host: host) -> HostBinding:
    return HostBinding(around(host), policy)
