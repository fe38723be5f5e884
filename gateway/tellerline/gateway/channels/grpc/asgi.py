"""The seam between the connect front and the HTTP/2 server under it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class AsgiServer(Protocol):
    """Serves one ASGI application over HTTP/1.1 and HTTP/2.

    It must offer trailers; hold ``send`` back when a client does not read, and raise ``OSError`` from it when the
    stream is gone; cancel an application's task when its stream or connection goes; and put the verified client
    certificate under ``extensions.tls`` (ASGI TLS 0.2).
    """

    async def start(self) -> int:
        """Listen and return the port; raises ``OSError``."""

    async def drain(self, grace: float) -> bool:
        """Accept nothing new and let requests end; False when some still run after ``grace`` seconds. Idempotent."""


def client_certificate(scope: Scope) -> bytes:
    """The verified client certificate in PEM, empty without mutual TLS."""
    chain = scope["extensions"].get("tls", {}).get("client_cert_chain") or ()
    return str(chain[0]).encode("ascii") if chain else b""


def client_address(scope: Scope) -> str:
    client = scope.get("client")
    return f"{client[0]}:{client[1]}" if client else ""
