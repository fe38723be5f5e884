"""A SOAP host that plays a folder's captured messages back: enough for a host that has no simulator yet."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from host_bench import EnquiryBench
from hostile_http import hostile, http

from tellerline.adapters.clock import SystemClock
from tellerline.connectors.discovery import HostFolder, connect_host
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model.command import Command
from tellerline.routing.model.outcome import Result

_REFERENCE = re.compile(rb"(<(?:\w+:)?reference>)[^<]*(<)")
_MESSAGE = re.compile(rb"Body>\s*<(?:\w+:)?(\w+)")


class SampleHost:
    """Answers by the reply of the sample whose request has the same element, under the reference that was asked."""

    def __init__(self, samples: Path) -> None:
        self._replies = {
            _element(request.read_bytes()): Path(str(request).replace(".request.", ".reply.")).read_bytes().strip()
            for request in sorted(samples.glob("*.request.xml"))
        }

    async def answer(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        reference = _REFERENCE.search(body)
        reply = self._replies.get(_element(body))
        if reply is None or reference is None:
            writer.write(http(b"", status="500 Internal Server Error"))
        else:
            asked = reference[0].partition(b">")[2].rstrip(b"<")
            writer.write(http(_REFERENCE.sub(rb"\g<1>" + asked + rb"\g<2>", reply, count=1)))


def _element(message: bytes) -> bytes:
    found = _MESSAGE.search(message)
    return found[1] if found else b""


@asynccontextmanager
async def sample_bench(
    folder: HostFolder, examples: Mapping[str, tuple[Command, type[Result]]]
) -> AsyncIterator[EnquiryBench]:
    """The folder's connector on real HTTP, in front of its own samples."""
    clock = SystemClock()
    async with hostile(SampleHost(folder.path / "samples").answer) as server:
        host = connect_host(folder, Endpoint(url=server.url), clock)
        await host.start(lambda _: None)
        try:
            yield EnquiryBench(host=host, clock=clock, examples=examples)
        finally:
            await host.close()
