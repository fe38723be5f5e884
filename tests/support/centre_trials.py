"""Asks the call centre's methods in words that fit each of them, whoever asks."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
from centre_world import World
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from tellerline.api.agents.v1 import agents_pb2
from tellerline.api.calls.v1 import calls_pb2
from tellerline.api.queues.v1 import queues_pb2
from tellerline.api.tickets.v1 import tickets_pb2
from tellerline.gateway.client.errors import CanonicalError

SERVICES: Sequence[ServiceDescriptor] = [
    service
    for area in (agents_pb2, calls_pb2, queues_pb2, tickets_pb2)
    for service in area.DESCRIPTOR.services_by_name.values()
]
ANSWERED = "ANSWERED"
_RECORDINGS = ("GetRecording", "DownloadRecording")
_MESSAGES = ("HandleMessage", "ReopenMessage")
_SOON, _AT_LAST = 20, 5_000
"""Steps of the world for which more of a stream is waited for, and for its beginning or end."""


def methods() -> Iterator[MethodDescriptor]:
    """Every one that the call centre serves."""
    for service in SERVICES:
        yield from service.methods


def short(method: MethodDescriptor) -> str:
    return f"{method.containing_service.full_name.removeprefix('tellerline.api.')}/{method.name}"


@dataclass(frozen=True)
class Classes:
    """Methods that are not of a call, or not of it alone, by their short names, with the reason."""

    own: Mapping[str, str]
    shown: Mapping[str, str]
    boxes: Mapping[str, str]
    operators: Mapping[str, str]
    staff: Mapping[str, str]
    afterwards: Mapping[str, str]

    def of(self, name: str) -> str:
        """``call`` for one that no list names."""
        lists = ("own", "shown", "boxes", "staff")
        return next((each for each in lists if name in getattr(self, each)), "call")


def classes() -> Classes:
    return Classes(**tomllib.loads(Path(__file__).with_name("call_centre_methods.toml").read_text("utf-8")))


def words(method: MethodDescriptor, call: str, ticket: str) -> dict[str, Any]:
    """A request that is well formed, about agent A1, his call and a ticket, without a context."""
    tickets = method.containing_service.file is tickets_pb2.DESCRIPTOR
    known: dict[str, Any] = {
        "call": f"calls/{call}",
        "agent": "agents/A1",
        "name": _name(method, call, ticket),
        "parent": "ticketFlows/complaint" if tickets else f"calls/{call}",
        "reason": "why",
        "cause": "BREAK",
        "target": 1,
        "supervision": 1,
        "purpose": 1,
        "party": 1,
        "number": "13900139000",
        "telephone": "1002",
        "reservation": "R1",
        "queue": "queues/personal",
        "flow": "main-menu",
        "entries": {"topic": "balance"},
        "resume_token": "begin",
        "version": "1",
        "action": "accept",
        "ticket": {"name": ticket, "version": "1", "flow": "complaint", "details": {"text": "words"}},
        "update_mask": "text",
        "ticket_export": {"format": 1, "reason": "why"},
        "format": 1,
        "content": "version = 2",
    }
    if method.name == "CallOut":
        known["call"] = "calls/out-1"
    if method.name == "WatchEvents":
        known = {"resume_token": "begin"}
    return {field.name: known[field.name] for field in method.input_type.fields if field.name in known}


def _name(method: MethodDescriptor, call: str, ticket: str) -> str:
    if method.name in _RECORDINGS:
        return f"calls/{call}/recordings/R1"
    if method.name in _MESSAGES:
        return "messages/M1"
    if method.name == "ApproveTicketExport":
        return "ticketExports/E1"
    return {
        "AgentService": "agents/A1",
        "CallService": f"calls/{call}",
        "QueueService": "queues/personal",
        "TicketService": ticket,
        "TicketFlowService": "ticketFlows/complaint/versions/1",
    }[method.containing_service.name]


@dataclass
class CentreTrials:
    """How each method ends for whoever asks, about one call."""

    world: World
    channel: grpc.aio.Channel
    call: str
    ticket: str
    serial: int = 0

    async def ask(self, method: MethodDescriptor, agent: str, **context: Any) -> tuple[str, str]:
        """The code, or ``ANSWERED``; and all that it told."""
        self.serial += 1
        asker = {"channel": "CHANNEL_AGENT", "channel_serial": f"T{self.serial}", "agent": agent, **context}
        document = words(method, self.call, self.ticket) | {"context": asker}
        message = json_format.ParseDict(document, message_factory.GetMessageClass(method.input_type)())
        try:
            if method.server_streaming:
                return ANSWERED, await self._stream(method, message)
            return ANSWERED, str(await self.world.ask(self._bound(method)(message, timeout=30)))
        except grpc.aio.AioRpcError as failure:
            return CanonicalError.from_rpc(failure).code, str(failure.details())

    async def _stream(self, method: MethodDescriptor, message: Any) -> str:
        """What comes until nothing more does; that there is something at all is waited for."""
        stream, told = self._bound(method)(message), ""
        try:
            while True:
                following = asyncio.ensure_future(anext(aiter(stream)))
                left = _SOON if told else _AT_LAST
                while left and not following.done():
                    await self.world.pass_time(0.02)
                    left -= 1
                if not following.done():
                    assert told, f"{short(method)} neither tells anything nor ends"
                    return told
                told += str(await following)
        except StopAsyncIteration:
            return told
        finally:
            stream.cancel()

    def _bound(self, method: MethodDescriptor) -> Any:
        made = self.channel.unary_stream if method.server_streaming else self.channel.unary_unary
        reply: Any = message_factory.GetMessageClass(method.output_type)
        path = f"/{method.containing_service.full_name}/{method.name}"
        return made(
            path, request_serializer=lambda each: each.SerializeToString(), response_deserializer=reply.FromString
        )
