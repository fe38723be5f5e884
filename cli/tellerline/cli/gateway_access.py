"""How a command reaches a gateway, and how it ends when the gateway says no or nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from tellerline.adapters.clock import SystemRandomness
from tellerline.cli.exits import Exit
from tellerline.cli.output import Output, language
from tellerline.cli.system.running import RunningSystem, running_systems

if TYPE_CHECKING:
    from tellerline.gateway.client import CanonicalError, Client, ClientTls

ResultT = TypeVar("ResultT")

GatewayOption = Annotated[
    str, typer.Option("--gateway", envvar="TELLERLINE_GATEWAY", help="host:port; else the running system's.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_UNREACHABLE = frozenset({"UNAVAILABLE"})
_UNKNOWN = frozenset({"DEADLINE_EXCEEDED", "OUTCOME_UNKNOWN", "COMMUNICATION_TIMEOUT", "STILL_RUNNING"})


def find_system(out: Output) -> RunningSystem:
    """The newest system running on this machine; ends the command when there is none."""
    system = next(running_systems(), None)
    if system is None:
        out.fail(
            Exit.UNREACHABLE,
            "NO_RUNNING_SYSTEM",
            "No Tellerline system runs here. Start one: tellerline up",
            "本机没有运行中的 Tellerline。请先启动：tellerline up",
        )
    return system


def new_serial() -> str:
    """A channel serial that nobody else makes: ``cli-`` and 80 random bits."""
    return "cli-" + SystemRandomness().bytes(10).hex()


def operator_context(**fields: str) -> dict[str, Any]:
    """The context of a call from this terminal: the counter's, which needs no customer's grant."""
    return {
        "channel": "CHANNEL_COUNTER",
        "channel_serial": new_serial(),
        "terminal": "cli",
        "language_code": language(),
    } | fields


def shown_certificate() -> ClientTls | None:
    """By TELLERLINE_AUTHORITY, TELLERLINE_CERTIFICATE and TELLERLINE_KEY; None leaves the connection plain."""
    from tellerline.gateway.client import ClientTls

    authority = os.environ.get("TELLERLINE_AUTHORITY")
    if not authority:
        return None
    certificate, key = (os.environ.get(f"TELLERLINE_{name}") for name in ("CERTIFICATE", "KEY"))
    if not (certificate and key):
        return ClientTls(authority=Path(authority))
    return ClientTls(authority=Path(authority), certificate=Path(certificate), key=Path(key))


@asynccontextmanager
async def connected(target: str, seconds: float = 30.0) -> AsyncIterator[Client]:
    """A client whose calls have ``seconds`` each. Raises ``OSError`` for a certificate that cannot be read."""
    from tellerline.gateway.client import Client, open_channel

    channel = open_channel(target, shown_certificate())
    try:
        yield Client(channel, timeout=seconds, language=language())
    finally:
        await channel.close(None)


def ask(out: Output, gateway: str, work: Callable[[Client], Awaitable[ResultT]]) -> ResultT:
    """Run ``work`` with a client of ``gateway`` (or of the running system's); errors end the command."""
    from tellerline.gateway.client import CanonicalError

    target = gateway or find_system(out).gateway

    async def run() -> ResultT:
        async with connected(target) as client:
            return await work(client)

    try:
        return asyncio.run(run())
    except CanonicalError as error:
        _fail(out, target, error)
    except OSError as error:
        out.fail(Exit.SETUP, "FILE_TROUBLE", str(error), str(error))


def _fail(out: Output, target: str, error: CanonicalError) -> NoReturn:
    if not error.code and error.status.name in _UNREACHABLE:
        out.fail(Exit.UNREACHABLE, "UNREACHABLE", f"No gateway answers at {target}.", f"{target} 没有网关应答。")
    code = error.code or error.status.name
    text = error.text or error.message
    exit_code = Exit.UNKNOWN if code in _UNKNOWN and not error.definite else Exit.REFUSED
    out.fail(exit_code, code, text, text, **dict(sorted(error.metadata.items())), **error.violations)
