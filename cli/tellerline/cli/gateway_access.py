"""How a command reaches a gateway, and how it ends when the gateway says no or nothing."""

from __future__ import annotations

import asyncio
import os
import ssl
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
    from tellerline.cli.asked_change import AskedChange
    from tellerline.gateway.client import CanonicalError, Client, ClientTls

ResultT = TypeVar("ResultT")

GatewayOption = Annotated[
    str, typer.Option("--gateway", envvar="TELLERLINE_GATEWAY", help="host:port; else the running system's.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_LOST = frozenset({"UNAVAILABLE"})
_LOST_CHANGE = _LOST | {"CANCELLED", "DATA_LOSS", "INTERNAL", "UNKNOWN"}
_NEVER_SENT = ("failed to connect", "DNS resolution failed", "errors resolving", "Failed to create channel")
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
    """By TELLERLINE_AUTHORITY, TELLERLINE_CERTIFICATE and TELLERLINE_KEY; None leaves the connection plain.

    Raises ``CertificateError`` for files that cannot be used: gRPC itself would only find that nobody answers.
    """
    from tellerline.gateway.client import ClientTls

    authority = os.environ.get("TELLERLINE_AUTHORITY")
    if not authority:
        return None
    certificate, key = (os.environ.get(f"TELLERLINE_{name}") for name in ("CERTIFICATE", "KEY"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _usable(lambda: context.load_verify_locations(authority), f"{authority} (TELLERLINE_AUTHORITY)")
    if not (certificate and key):
        return ClientTls(authority=Path(authority))
    _usable(
        lambda: context.load_cert_chain(certificate, key, password=lambda: b""),
        f"{certificate}, {key} (TELLERLINE_CERTIFICATE, TELLERLINE_KEY)",
    )
    return ClientTls(authority=Path(authority), certificate=Path(certificate), key=Path(key))


class CertificateError(OSError):
    """Names the files; ``chinese`` says the same."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


def _usable(load: Callable[[], None], files: str) -> None:
    try:
        load()
    except (ssl.SSLError, ValueError) as error:
        english, chinese = "no certificate that can be used, or another one's key", "证书不可用，或与私钥不匹配"
        raise CertificateError(f"{files}: {english}", f"{files}：{chinese}") from error
    except OSError as error:
        raise CertificateError(f"{files}: {error.strerror}", f"{files}：{error.strerror}") from error


@asynccontextmanager
async def connected(target: str, seconds: float = 30.0, change: AskedChange | None = None) -> AsyncIterator[Client]:
    """A client whose calls have ``seconds`` each, and that notes in ``change`` what it is asked to change. Raises
    ``OSError`` for a certificate that cannot be read."""
    from tellerline.cli.asked_change import AskedChange, NotingClient
    from tellerline.gateway.client import open_channel

    channel = open_channel(target, shown_certificate())
    try:
        yield NotingClient(channel, change=change or AskedChange(), timeout=seconds, language=language())
    finally:
        await channel.close(None)


def ask(out: Output, gateway: str, work: Callable[[Client], Awaitable[ResultT]]) -> ResultT:
    """Run ``work`` with a client of ``gateway`` (or of the running system's); errors end the command.

    An end that leaves open what became of a change names its ``channel_serial``.
    """
    from google.protobuf.json_format import ParseError

    from tellerline.cli.asked_change import AskedChange
    from tellerline.gateway.client import CanonicalError

    target = gateway or find_system(out).gateway
    change = AskedChange()

    async def run() -> ResultT:
        async with connected(target, change=change) as client:
            return await work(client)

    try:
        return asyncio.run(run())
    except CanonicalError as error:
        _fail(out, target, error, change.serial)
    except ParseError as error:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", str(error), f"请求有误：{error}")
    except CertificateError as error:
        out.fail(Exit.SETUP, "FILE_TROUBLE", str(error), error.chinese)
    except OSError as error:
        out.fail(Exit.SETUP, "FILE_TROUBLE", str(error), str(error))
    except KeyboardInterrupt:
        out.interrupted(**_named(change.serial))


def _fail(out: Output, target: str, error: CanonicalError, serial: str) -> NoReturn:
    lost = not error.code and error.status.name in (_LOST_CHANGE if serial else _LOST)
    never_sent = not error.code and error.message.startswith(_NEVER_SENT)
    if never_sent or (lost and not serial):
        out.fail(Exit.UNREACHABLE, "UNREACHABLE", f"No gateway answers at {target}.", f"{target} 没有网关应答。")
    if lost:
        english = f"Sent to {target}, and not answered: {error.message}. Ask again with this serial, or trace it."
        chinese = f"请求已发往 {target}，未收到应答：{error.message}。请用此流水号重发，或用 trace 查询。"
        out.fail(Exit.UNKNOWN, "OUTCOME_UNKNOWN", english, chinese, **_named(serial))
    code = error.code or error.status.name
    text = error.text or error.message
    unknown = code in _UNKNOWN and not error.definite
    details = dict(sorted(error.metadata.items())) | dict(error.violations)
    if unknown:
        details |= _named(serial)
    out.fail(Exit.UNKNOWN if unknown else Exit.REFUSED, code, text, text, **details)


def _named(serial: str) -> dict[str, str]:
    return {"channel_serial": serial} if serial else {}
