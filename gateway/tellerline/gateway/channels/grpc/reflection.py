"""Server reflection: the schema for tools such as grpcurl. For development; a front serves it only when asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from google.protobuf.message import Message
from grpc_reflection.v1alpha.reflection import SERVICE_NAME, ReflectionServicer
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse

METHOD: Final = "ServerReflectionInfo"
# The two versions differ in name only: their messages are the same bytes.
SERVICE_NAMES: Final = (SERVICE_NAME, "grpc.reflection.v1.ServerReflection")
REQUEST: Final = ServerReflectionRequest
RESPONSE: Final = ServerReflectionResponse


class Reflection:
    """Answers each question about the named services from the process's own descriptors."""

    def __init__(self, names: Iterable[str]) -> None:
        self._answers: Any = ReflectionServicer([*names, *SERVICE_NAMES])

    async def answer(self, requests: AsyncIterator[Message], context: object) -> AsyncIterator[Message]:
        async for request in requests:
            for response in self._answers.ServerReflectionInfo(iter((request,)), None):
                yield response
