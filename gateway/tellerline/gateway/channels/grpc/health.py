"""The standard health service (``grpc.health.v1``) as one of our own, so that every front serves the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

from google.protobuf.message import Message
from grpc import StatusCode
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.status import PrescribedError
from tellerline.gateway.channels.service import Method, Service

SERVICE_NAME = "grpc.health.v1.Health"
_Serving = HealthCheckResponse.ServingStatus


class HealthBoard:
    """The state of each service, and of the whole under the empty name.

    After ``drain`` everything is NOT_SERVING for good, and watchers are told so and let go.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._states: dict[str, HealthCheckResponse.ServingStatus.ValueType] = dict.fromkeys(
            ["", SERVICE_NAME, *names], _Serving.SERVING
        )
        self._changed = asyncio.Event()
        self._draining = False

    def set(self, name: str, serving: bool) -> None:
        """Change one service's state. Raises ``KeyError`` for a service that is not served here."""
        if name not in self._states:
            raise KeyError(name)
        if not self._draining:
            self._states[name] = _Serving.SERVING if serving else _Serving.NOT_SERVING
            self._wake()

    def drain(self) -> None:
        self._draining = True
        self._states = dict.fromkeys(self._states, _Serving.NOT_SERVING)
        self._wake()

    def service(self) -> Service:
        question, answer = HealthCheckRequest, HealthCheckResponse
        methods = (
            Method(name="Check", request=question, response=answer, unary=self._check, always=True),
            Method(name="Watch", request=question, response=answer, stream=self._watch),
        )
        return Service(full_name=SERVICE_NAME, methods=methods)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _check(self, request: Message, context: CallContext) -> Message:
        state = self._states.get(cast(Any, request).service)
        if state is None:
            raise PrescribedError(StatusCode.NOT_FOUND, "unknown service")
        answer: Message = HealthCheckResponse(status=state)
        return answer

    async def _watch(self, request: Message, context: CallContext) -> AsyncIterator[Message]:
        name, told = cast(Any, request).service, None
        while True:
            changed, state = self._changed, self._states.get(name, _Serving.SERVICE_UNKNOWN)
            if state != told:
                told = state
                yield HealthCheckResponse(status=state)
            elif self._draining:
                return
            else:
                await changed.wait()
