"""What holds for every call on every front: limits, deadline, identity, and how errors are put."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message
from google.rpc.status_pb2 import Status

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.deadline import time_allowed
from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.channels.grpc.status import StatusWriter
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

_ENTRY_OVERHEAD = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """Shared by the doors of one front. ``stuck_after`` is how long a cancelled handler may take to let go."""

    clock: Clock
    settings: FrontSettings
    statuses: StatusWriter
    admission: Admission
    stuck_after: float = 0.1

    def context(self, metadata: dict[str, str], wished: float | None, *, peer: str, address: str) -> CallContext:
        """The call's context, its deadline counted from now. Raises ``RefusalError`` when the metadata is too large."""
        self.check_metadata(metadata)
        deadline = self.clock.monotonic() + time_allowed(wished, self.settings)
        return CallContext(deadline=deadline, peer=peer, address=address, metadata=metadata)

    def check_metadata(self, metadata: dict[str, str]) -> None:
        if not metadata:
            return
        size = sum(map(len, metadata)) + sum(map(len, metadata.values())) + _ENTRY_OVERHEAD * len(metadata)
        if size > self.settings.metadata_limit:
            limit = str(self.settings.metadata_limit)
            raise RefusalError(Code.REQUEST_TOO_LARGE, metadata={"metadata_limit": limit})

    def status(self, error: BaseException, metadata: dict[str, str], method: str) -> Status:
        return self.statuses.of(error, accept_language=metadata.get("accept-language", ""), method=method)


def parsed(kind: type[Message], data: bytes) -> Message:
    """The request; raises ``RefusalError`` (INVALID_REQUEST) when the bytes are not one."""
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise RefusalError(
            Code.INVALID_REQUEST, violations=(FieldViolation("", "not the request's message"),)
        ) from error


def methods_by_path(services: Iterable[Service]) -> dict[str, Method]:
    """Each method under its HTTP/2 path. Raises ``ValueError`` when a path appears twice or a method has no handler."""
    methods: dict[str, Method] = {}
    for service in services:
        for method in service.methods:
            path = f"/{service.full_name}/{method.name}"
            if path in methods:
                raise ValueError(f"{path} is served twice")
            if (method.unary is None) == (method.stream is None):
                raise ValueError(f"{path} needs exactly one handler")
            methods[path] = method
    return methods
