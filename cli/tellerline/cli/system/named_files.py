"""The files that settings name, read as a start would read them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from tellerline.adapters.clock import Randomness
from tellerline.cli.system.setting_mistakes import SettingsError
from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.gateway.channels.iso8583.building import build_hsm
from tellerline.gateway.channels.iso8583.hsm.port import HsmError
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.channels.iso8583.terminals import check_keys, read_terminals
from tellerline.gateway.settings import PinSettings

_AUTHORITIES = ("client_authority", "authority")


def check_tls(settings: BaseModel, section: str = "") -> None:
    """Return if every certificate has its key, every authority is one, and every key of PIN blocks opens them. Raises
    ``SettingsError`` with each that is of no use, by its place. ``section`` is where the settings stand in their file.
    """
    mistakes = dict(_mistakes(settings, section))
    if mistakes:
        raise SettingsError(mistakes)


def check_cash_machines(settings: AtmSettings, randomness: Randomness, *, within: float = 15.0) -> None:
    """Return if terminals, security module and master keys can be used. Raises ``TerminalError`` or ``HsmError``, the
    latter too for a module that cannot be reached or that has said nothing of a master key ``within`` seconds.

    Not to be called inside an event loop.
    """
    terminals = read_terminals(settings.terminals)

    async def check() -> None:
        hsm = build_hsm(settings, randomness)
        for name, terminal in terminals.items():
            async with asyncio.timeout(within):
                await check_keys({name: terminal}, hsm)

    try:
        asyncio.run(check())
    except OSError as error:
        raise HsmError(f"atm.hsm: {settings.hsm}: {str(error) or 'no answer'}") from error


def _mistakes(table: BaseModel, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(table, PinSettings):
        yield from _unusable_pin_keys(table.keys, f"{place}.keys")
    values = {name: value for name, value in table}  # noqa: C416 dict() takes a field called keys for its method
    certificate, key = values.get("certificate"), values.get("key")
    if isinstance(certificate, Path) and isinstance(key, Path):
        yield from _unusable_pair(certificate, key, place)
    for name in _AUTHORITIES:
        if isinstance(authority := values.get(name), Path):
            yield from _unusable_authority(authority, f"{place}.{name}")
    for name, value in values.items():
        if isinstance(value, BaseModel):
            yield from _mistakes(value, f"{place}.{name}" if place else name)


def _unusable_pair(certificate: Path, key: Path, place: str) -> Iterator[tuple[str, str]]:
    unread = {name: _unreadable(file) for name, file in (("certificate", certificate), ("key", key))}
    if any(unread.values()):
        yield from ((f"{place}.{name}", why) for name, why in unread.items() if why)
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, ValueError):
        yield f"{place}.certificate", f"{certificate} and {key} are no certificate with its private key"


def _unusable_authority(authority: Path, place: str) -> Iterator[tuple[str, str]]:
    if why := _unreadable(authority):
        yield place, why
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(authority)
    except (ssl.SSLError, ValueError):
        yield place, f"{authority} holds no certificate"


def _unusable_pin_keys(keys: Sequence[Path], place: str) -> Iterator[tuple[str, str]]:
    for number, file in enumerate(keys):
        try:
            PinBlocks([file.read_bytes()])
        except OSError as error:
            yield f"{place}.{number}", f"{file}: {error.strerror or error}"
        except ValueError:
            yield f"{place}.{number}", f"{file} is no private key on P-256"


def _unreadable(file: Path) -> str:
    try:
        with file.open("rb"):
            return ""
    except OSError as error:
        return f"{file}: {error.strerror or error}"
