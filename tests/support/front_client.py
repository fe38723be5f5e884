"""Real grpcio clients for the probe service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from front_probe import NAME, Probe
from google.protobuf.struct_pb2 import Struct
from google.protobuf.wrappers_pb2 import StringValue
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from google.rpc.status_pb2 import Status

RESPONSES = {method.name: method.response for method in Probe().service().methods}


class ProbeClient:
    """Calls methods by name over one channel of its own."""

    def __init__(self, port: int, *, credentials: grpc.ChannelCredentials | None = None) -> None:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)]
        if credentials is None:
            self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options)
        else:
            self.channel = grpc.aio.secure_channel(f"localhost:{port}", credentials, options=options)

    def unary(self, method: str, request: Any, **options: Any) -> Any:
        return self._stub("unary_unary", method)(request, **{"timeout": 20, **options})

    def stream(self, method: str, request: Any, **options: Any) -> Any:
        return self._stub("unary_stream", method)(request, **{"timeout": 20, **options})

    def _stub(self, kind: str, method: str) -> Any:
        path = method if method.startswith("/") else f"/{NAME}/{method}"
        response = RESPONSES.get(method, StringValue)
        return getattr(self.channel, kind)(path, lambda message: message.SerializeToString(), response.FromString)

    async def echo(self, text: str = "hello") -> str:
        return str((await self.unary("Echo", StringValue(value=text))).value)

    async def describe(self, **options: Any) -> dict[str, Any]:
        answer: Struct = await self.unary("Describe", StringValue(), **options)
        return dict(answer)

    async def close(self) -> None:
        await self.channel.close(None)


@dataclass
class Refusal:
    """What a client saw of a failed call."""

    code: grpc.StatusCode
    message: str
    info: ErrorInfo
    localized: LocalizedMessage
    bad: BadRequest
    retry: RetryInfo | None


def refusal(error: grpc.aio.AioRpcError) -> Refusal:
    """The details of an error, of which each front must send the same."""
    trailing: Any = error.trailing_metadata() or ()
    status = Status.FromString(dict(trailing).get("grpc-status-details-bin", b""))
    found: dict[type, Any] = {}
    for detail in status.details:
        for kind in (ErrorInfo, LocalizedMessage, BadRequest, RetryInfo):
            message = kind()
            if detail.Is(kind.DESCRIPTOR) and detail.Unpack(message):
                found[kind] = message
    return Refusal(
        code=error.code(),
        message=error.details() or "",
        info=found.get(ErrorInfo, ErrorInfo()),
        localized=found.get(LocalizedMessage, LocalizedMessage()),
        bad=found.get(BadRequest, BadRequest()),
        retry=found.get(RetryInfo),
    )
