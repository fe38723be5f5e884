"""Which machine is meant, by what the command line says of it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tellerline.cli.atm.running import Installation
from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import find_system
from tellerline.cli.output import Output
from tellerline.cli.system.running import RunningSystem, state_directory
from tellerline.simulators.atm.framing import Framing
from tellerline.simulators.atm.keys import KeyRefusedError, MasterKey
from tellerline.simulators.atm.profile import Edition, Profile

CHARSETS = ("ascii", "cp037", "cp500")
FRAMINGS = {
    "binary2": Framing(),
    "binary2+tpdu": Framing(tpdu=True),
    "ascii4": Framing("ascii4"),
    "ascii4+tpdu": Framing("ascii4", tpdu=True),
}
EDITIONS = {str(edition.value): edition for edition in Edition}
_LONGEST_NAME = 8
_REGISTRY = "terminals.toml"
_ADDRESS = re.compile(r"\S+:\d{1,5}", re.ASCII)
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """As typed; what is empty is as the running system has it."""

    terminal: str
    address: str
    key: Path | None
    edition: str
    charset: str
    framing: str
    home: Path | None
    capture: Path | None
    reply: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of a machine that nothing was typed about."""

    address: str = ""
    key: Path | None = None
    home: Path | None = None
    edition: str = "1987"
    charset: str = "ascii"


def installation(out: Output, choice: Choice) -> Installation:
    """Ends the command when no machine can be meant by it."""
    if not (choice.terminal.isalnum() and choice.terminal.isascii() and len(choice.terminal) <= _LONGEST_NAME):
        _wrong(out, f"a terminal has 1 to 8 letters and digits: {choice.terminal}", f"终端号有误：{choice.terminal}")
    elsewhere = choice.address and choice.key
    known = _Known() if elsewhere else _of_system(out, find_system(out), choice.terminal)
    address, key = choice.address or known.address, choice.key or known.key
    if not _ADDRESS.fullmatch(address) or int(address.rpartition(":")[2]) > _LAST_PORT or key is None:
        _wrong(out, f"an address is host:port: {address}", f"地址有误：{address}")
    edition, charset = choice.edition or known.edition, choice.charset or known.charset
    for value, allowed in ((charset, CHARSETS), (choice.framing, FRAMINGS), (edition, EDITIONS)):
        if value not in allowed:
            _wrong(out, f"{value} is none of {', '.join(allowed)}", f"{value} 不在可选范围内")
    return Installation(
        home=choice.home or known.home or state_directory() / "atm" / choice.terminal,
        address=address,
        profile=Profile(
            terminal=choice.terminal, edition=EDITIONS[edition], charset=charset, framing=FRAMINGS[choice.framing]
        ),
        master=_master(out, key),
        reply_seconds=choice.reply,
        capture=choice.capture,
    )


def _of_system(out: Output, system: RunningSystem, terminal: str) -> _Known:
    """A machine of the running system, whose files go with the system's."""
    if not system.atm:
        english = "The running system serves no cash machines: its settings have no [atm]."
        out.fail(Exit.UNREACHABLE, "NO_CASH_MACHINES", english, "运行中的系统未接入自动柜员机。")
    if not system.atm_keys:
        return _Known(address=system.atm)
    folder = Path(system.atm_keys)
    registered = tomllib.loads((folder / _REGISTRY).read_text("utf-8"))["terminals"]
    if terminal not in registered:
        names = ", ".join(registered)
        _wrong(out, f"{terminal} is none of the running system's: {names}", f"运行中的系统只有：{names}")
    table = registered[terminal]
    return _Known(
        address=system.atm,
        key=folder / f"{terminal}.key",
        home=folder / terminal,
        edition=table.get("version", "1987"),
        charset=table.get("encoding", "ascii"),
    )


def _master(out: Output, file: Path) -> MasterKey:
    try:
        return MasterKey.from_hex(file.read_text("ascii"))
    except OSError as error:
        _wrong(out, f"{file}: {error.strerror}", f"{file}：{error.strerror}")
    except (KeyRefusedError, UnicodeDecodeError):
        _wrong(out, f"{file} holds no master key", f"{file} 不是主密钥文件")


def _wrong(out: Output, english: str, chinese: str) -> NoReturn:
    out.fail(Exit.USAGE, "BAD_ARGUMENT", english, chinese)
