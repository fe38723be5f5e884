"""A host whose messages are signed, at a server that answers as told, behind the gate of a gateway."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hostile_http import Answer, HostileServer, hostile
from signed_replies import HostSigner

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.adapters.telemetry import LogWriter, Metrics, Tracing, TracingRules, make_log
from tellerline.connectors.discovery import connect_host, discover
from tellerline.connectors.host import Answer as HostAnswer
from tellerline.connectors.transports import Endpoint
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.routing.model.command import Command, HostCall

CLOCK = SystemClock()


@dataclass(frozen=True, kw_only=True)
class SignedLine:
    """``alerts`` counts an alert in the metrics and in the log; both must agree."""

    gate: HostGate
    server: HostileServer
    metrics: Metrics
    log_file: Path
    writer: LogWriter

    async def ask(self, command: Command, call: HostCall) -> HostAnswer:
        deadline = CLOCK.monotonic() + 5.0
        assert await self.gate.enter(deadline) is None
        return await self.gate.exchange(command, call, deadline)

    def alerts(self, reason: str) -> int:
        labels = {"host": self.gate.name, "reason": reason}
        counted = self.metrics.registry.get_sample_value("tellerline_untrusted_replies_total", labels) or 0
        self.writer.close()
        lines = self.log_file.read_text().splitlines()
        logged = [line for line in lines if '"reply_not_trusted"' in line and f'"{reason}"' in line and "error" in line]
        assert len(logged) == counted
        return int(counted)


@asynccontextmanager
async def signed_line(name: str, answer: Answer, signer: HostSigner, folder: Path) -> AsyncIterator[SignedLine]:
    """The host ``name`` as if ``signer`` were its key, whatever its own manifest says of signatures."""
    found = next(each for each in discover() if each.manifest.name == name)
    signed = replace(found, manifest=replace(found.manifest, require_signature=True))
    log_file = folder / "log"
    descriptor = os.open(log_file, os.O_CREAT | os.O_WRONLY)
    writer = LogWriter(descriptor)
    metrics = Metrics()
    async with hostile(answer) as server:
        host = connect_host(signed, Endpoint(url=server.url, security=signer.security), CLOCK)
        gate = HostGate(
            HostBinding.of(host),
            clock=CLOCK,
            metrics=metrics,
            log=make_log(CLOCK, writer),
            tracing=Tracing(TracingRules(ratio=0.0), SeededRandomness(1)),
        )
        await gate.start(lambda _: None)
        try:
            yield SignedLine(gate=gate, server=server, metrics=metrics, log_file=log_file, writer=writer)
        finally:
            await gate.close()
            writer.close()
            os.close(descriptor)
