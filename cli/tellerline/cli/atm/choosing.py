"""Which machine is meant, by what the command line says of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tellerline.cli.atm.running import Installation
from tellerline.cli.exits import Exit
from tellerline.cli.output import Output
from tellerline.cli.system.running import state_directory
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
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """As typed."""

    terminal: str
    address: str
    key: Path
    edition: int
    charset: str
    framing: str
    home: Path | None
    capture: Path | None
    reply: float


def installation(out: Output, choice: Choice) -> Installation:
    """Ends the command when no machine can be meant by it."""
    if not (choice.terminal.isalnum() and choice.terminal.isascii() and len(choice.terminal) <= _LONGEST_NAME):
        _wrong(out, f"a terminal has 1 to 8 letters and digits: {choice.terminal}", f"终端号有误：{choice.terminal}")
    if not choice.address.rpartition(":")[2].isdigit():
        _wrong(out, f"an address is host:port: {choice.address}", f"地址有误：{choice.address}")
    for value, known in ((choice.charset, CHARSETS), (choice.framing, FRAMINGS), (choice.edition, [*Edition])):
        if value not in known:
            _wrong(out, f"{value} is none of {', '.join(map(str, known))}", f"{value} 不在可选范围内")
    return Installation(
        home=choice.home or state_directory() / "atm" / choice.terminal,
        address=choice.address,
        profile=Profile(
            terminal=choice.terminal,
            edition=Edition(choice.edition),
            charset=choice.charset,
            framing=FRAMINGS[choice.framing],
        ),
        master=_master(out, choice.key),
        reply_seconds=choice.reply,
        capture=choice.capture,
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
