"""An echo behind one front in a process of its own: ``python -m tellerline.bench.echo_server FRONT`` prints the port.

``bare`` is grpc.aio with nothing of ours: the yardstick.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from typing import Any

import grpc.aio
import uvloop
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import StringValue

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc import ConnectFront, Front, FrontSettings, GrpcioFront, StatusWriter
from tellerline.gateway.channels.service import Method, Service

SERVICE = "tellerline.bench.v1.EchoService"
FRONTS = ("bare", "grpcio", "connect")


async def echo(request: Any, context: CallContext) -> Message:
    answer: Message = StringValue(value=request.value)
    return answer


class BareFront:
    """grpc.aio as its documentation shows it."""

    def __init__(self) -> None:
        self._server = grpc.aio.server()

    async def start(self) -> int:
        handler: Any = grpc.unary_unary_rpc_method_handler(echo, StringValue.FromString, StringValue.SerializeToString)
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"Echo": handler}),))
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        return port

    async def drain(self, grace: float) -> None:
        await self._server.stop(grace)


def _statuses() -> StatusWriter:
    return StatusWriter(SystemRandomness(), make_log(SystemClock(), LogWriter(2)))


def build(name: str) -> Front:
    """The front called ``name``; raises ``KeyError`` for any other."""
    if name == "bare":
        return BareFront()
    service = Service(
        full_name=SERVICE, methods=(Method(name="Echo", request=StringValue, response=StringValue, unary=echo),)
    )
    fronts: dict[str, type[GrpcioFront] | type[ConnectFront]] = {"grpcio": GrpcioFront, "connect": ConnectFront}
    return fronts[name]((service,), FrontSettings(), clock=SystemClock(), statuses=_statuses())


async def serve(name: str) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    front = build(name)
    port = await front.start()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    gc.collect()
    gc.freeze()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await stop.wait()
    await front.drain(5.0)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
