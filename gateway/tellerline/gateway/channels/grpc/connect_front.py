"""The front for native gRPC, gRPC-Web, Connect and JSON on one port, at about half the CPU of grpc.aio."""

from __future__ import annotations

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.asgi import Receive, Scope, Send
from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.channels.grpc.h2corn_server import H2cornServer
from tellerline.gateway.channels.grpc.health import HealthBoard
from tellerline.gateway.channels.grpc.native import CONTENT_TYPES, NativeGrpc
from tellerline.gateway.channels.grpc.polyglot import Polyglot
from tellerline.gateway.channels.grpc.reflection import METHOD, SERVICE_NAMES, Reflection
from tellerline.gateway.channels.grpc.rules import CallRules, methods_by_path
from tellerline.gateway.channels.grpc.status import StatusWriter
from tellerline.gateway.channels.service import Service

_LAST_WORDS_S = 0.5


class ConnectFront:
    """``Front`` on an ASGI server. ``health`` tells and sets what the health service reports."""

    def __init__(
        self, services: tuple[Service, ...], settings: FrontSettings, *, clock: Clock, statuses: StatusWriter
    ) -> None:
        self.health = HealthBoard(service.full_name for service in services)
        rules = CallRules(
            clock=clock, settings=settings, statuses=statuses, admission=Admission(settings.running_calls)
        )
        offered = (*services, self.health.service())
        methods = methods_by_path(offered)
        reflection = Reflection(service.full_name for service in offered) if settings.reflection else None
        self._native = NativeGrpc(methods, rules)
        self._polyglot = Polyglot(methods, reflection, rules)
        self._by_polyglot = {f"/{name}/{METHOD}" for name in SERVICE_NAMES} if reflection else set()
        self._server = H2cornServer(self._application, settings)

    async def start(self) -> int:
        return await self._server.start()

    async def drain(self, grace: float) -> None:
        self.health.drain()
        if not await self._server.drain(grace):
            self._native.cut()
            self._polyglot.cut()
            await self._server.drain(_LAST_WORDS_S)

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        for name, value in scope["headers"]:
            if name == b"content-type":
                if value in CONTENT_TYPES and scope["path"] not in self._by_polyglot:
                    return await self._native(scope, receive, send)
                break
        return await self._polyglot(scope, receive, send)
