"""A small service to try fronts with, a catalogue for it, and fronts by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.wrappers_pb2 import DoubleValue, Int32Value, StringValue

from tellerline.adapters.clock import Clock, SystemClock, SystemRandomness
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc import ConnectFront, FrontSettings, GrpcioFront, StatusWriter
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

NAME = "tellerline.probe.v1.ProbeService"
SECRET = "secret 6222020200112230001"
FRONTS: dict[str, type[GrpcioFront] | type[ConnectFront]] = {"grpcio": GrpcioFront, "connect": ConnectFront}
CHUNK = 100_000


def describe_method(name: str, request: type[Message], response: type[Message], stream: bool) -> Any:
    return descriptor_pb2.MethodDescriptorProto(
        name=name,
        input_type=f".{request.DESCRIPTOR.full_name}",
        output_type=f".{response.DESCRIPTOR.full_name}",
        server_streaming=stream,
    )


def publish(service: Service) -> None:
    """Put the service's descriptor into the process's pool, for reflection; once per process."""
    pool, package = descriptor_pool.Default(), service.full_name.rpartition(".")[0]
    name = f"{package.replace('.', '/')}.proto"
    methods = [describe_method(m.name, m.request, m.response, m.stream is not None) for m in service.methods]
    file = descriptor_pb2.FileDescriptorProto(name=name, package=package, syntax="proto3")
    file.dependency.extend(("google/protobuf/wrappers.proto", "google/protobuf/struct.proto"))
    file.service.add(name=service.full_name.rpartition(".")[2], method=methods)
    pool.AddSerializedFile(file.SerializeToString())


@dataclass
class Probe:
    """Handlers with known manners; ``seen`` tells what became of them, ``running`` and ``most`` how many there were.

    ``clock`` is the front's. ``released`` lets those go that hold their answer.
    """

    clock: Clock = field(default_factory=SystemClock)
    seen: list[str] = field(default_factory=list)
    running: int = 0
    most: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def service(self) -> Service:
        unary = (
            ("Echo", StringValue, StringValue, self.echo),
            ("Describe", StringValue, Struct, self.describe),
            ("Big", Int32Value, StringValue, self.big),
            ("Sleep", DoubleValue, StringValue, self.sleep),
            ("Hold", StringValue, StringValue, self.hold),
            ("Stuck", StringValue, StringValue, self.stuck),
            ("Crash", StringValue, StringValue, self.crash),
            ("Refuse", StringValue, StringValue, self.refuse),
        )
        streams = (
            ("Count", Int32Value, StringValue, self.count),
            ("Pour", Int32Value, StringValue, self.pour),
            ("CrashMidway", StringValue, StringValue, self.crash_midway),
        )
        methods = [Method(name=n, request=q, response=s, unary=h) for n, q, s, h in unary]
        methods += [Method(name=n, request=q, response=s, stream=h) for n, q, s, h in streams]
        return Service(full_name=NAME, methods=tuple(methods))

    async def echo(self, request: Any, context: CallContext) -> Message:
        return StringValue(value=request.value)

    async def describe(self, request: Any, context: CallContext) -> Message:
        answer = Struct()
        answer.update({"peer": context.peer, "address": context.address, "metadata": dict(context.metadata)})
        answer["left"] = context.deadline - self.clock.monotonic()
        answer["running"] = self.running
        return answer

    async def big(self, request: Any, context: CallContext) -> Message:
        return StringValue(value="n" * request.value)

    async def sleep(self, request: Any, context: CallContext) -> Message:
        self.seen.append("started")
        try:
            await asyncio.sleep(request.value)
        except asyncio.CancelledError:
            self.seen.append("cancelled")
            raise
        self.seen.append("finished")
        return StringValue(value="slept")

    async def hold(self, request: Any, context: CallContext) -> Message:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.released.wait()
        finally:
            self.running -= 1
        return StringValue(value="held")

    async def stuck(self, request: Any, context: CallContext) -> Message:
        """Lets no cancellation end it, only its release."""
        self.running += 1
        self.most = max(self.most, self.running)
        while not self.released.is_set():
            try:
                await self.released.wait()
            except asyncio.CancelledError:
                self.seen.append("ignored")
        self.running -= 1
        return StringValue(value="late")

    async def crash(self, request: Any, context: CallContext) -> Message:
        raise RuntimeError(SECRET)

    async def refuse(self, request: Any, context: CallContext) -> Message:
        violations = (FieldViolation("transfer.amount", "not positive"),) if "INVALID" in request.value else ()
        raise RefusalError(Code(request.value), metadata={"available": "12.30"}, violations=violations)

    async def count(self, request: Any, context: CallContext) -> AsyncIterator[Message]:
        try:
            for number in range(request.value):
                yield StringValue(value=str(number))
                await asyncio.sleep(0.001)
            self.seen.append("finished")
        finally:
            self.seen.append("closed")

    async def pour(self, request: Any, context: CallContext) -> AsyncIterator[Message]:
        """As many large messages as the client takes."""
        try:
            for _ in range(request.value):
                self.seen.append("poured")
                yield StringValue(value="x" * CHUNK)
        finally:
            self.seen.append("closed")

    async def crash_midway(self, request: Any, context: CallContext) -> AsyncIterator[Message]:
        yield StringValue(value="first")
        raise RuntimeError(SECRET)


publish(Probe().service())


def build_front(name: str, probe: Probe, settings: FrontSettings) -> GrpcioFront | ConnectFront:
    statuses = StatusWriter(SystemRandomness(), make_log(SystemClock(), LogWriter(2)))
    front: GrpcioFront | ConnectFront = FRONTS[name]((probe.service(),), settings, clock=probe.clock, statuses=statuses)
    return front
