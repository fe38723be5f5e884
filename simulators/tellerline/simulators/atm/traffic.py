"""What passed between a machine and its acquirer: for people, with everything secret left out, and for analysers."""

from __future__ import annotations

from collections.abc import Callable

from tellerline.simulators.atm import tags
from tellerline.simulators.atm.capture import Capture
from tellerline.simulators.atm.message import Message, Value

_CARD, _TRACK, _PIN = 2, 35, 52
_ACCOUNTS = (102, 103)


class Traffic:
    """Hears every frame and every message. ``log`` takes one line of each message, ``capture`` the raw frames."""

    def __init__(self, log: Callable[[str], None] | None = None, capture: Capture | None = None) -> None:
        self._log = log
        self._capture = capture

    def opened(self, local: int, remote: int) -> None:
        if self._capture is not None:
            self._capture.opened(local, remote)

    def frame(self, data: bytes, *, outgoing: bool) -> None:
        if self._capture is not None:
            self._capture.passed(data, outgoing=outgoing)

    def message(self, message: Message, *, outgoing: bool, note: str = "") -> None:
        if self._log is not None:
            self._log(f"{'>' if outgoing else '<'} {shown(message)}{f'  ({note})' if note else ''}")

    def remark(self, text: str) -> None:
        """Something that is no message."""
        if self._log is not None:
            self._log(f"- {text}")


def shown(message: Message) -> str:
    """One line: type, then every element; cards and accounts masked, PIN blocks and keys left out."""
    fields = " ".join(f"{number}={_shown(number, message.fields[number])}" for number in sorted(message.fields))
    return f"{message.type} {fields}"


def masked(number: str) -> str:
    """The first six and the last four characters of a number of a card or an account."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 12 else "*" * len(number)


def _shown(number: int, value: Value) -> str:
    if number in (_PIN, _TRACK):
        return "*"
    if isinstance(value, bytes):
        return value.hex()
    if number == _CARD or number in _ACCOUNTS:
        return masked(value)
    if number == tags.ELEMENT:
        entries = tags.untagged(value).items()
        return ",".join(f"{tag}:{'*' if tag in tags.SECRET else text}" for tag, text in entries)
    return value.strip().replace(" ", "_")
