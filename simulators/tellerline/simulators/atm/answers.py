"""What an acquirer's answer tells the customer beside its code."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.simulators.atm import tags
from tellerline.simulators.atm.message import Message
from tellerline.simulators.atm.receipts import Entry

_AMOUNT, _LINE = 20, 32
_BOOKED, _AVAILABLE = "01", "02"


def balances_of(answer: Message) -> tuple[int | None, int | None]:
    """Booked and available, in minor units, from element 54; nothing for one that is not told."""
    text = answer.text(54)
    told = {}
    for at in range(0, len(text) - _AMOUNT + 1, _AMOUNT):
        part = text[at : at + _AMOUNT]
        if part[8:].isdigit():
            told[part[2:4]] = _signed(part[7], part[8:])
    return told.get(_BOOKED), told.get(_AVAILABLE)


def entries_of(answer: Message) -> Sequence[Entry]:
    """The lines of the mini-statement, newest first; what is not laid out as one is left out."""
    text = tags.untagged(answer.text(tags.ELEMENT)).get(tags.STATEMENT, "")
    lines = [text[at : at + _LINE] for at in range(0, len(text) - _LINE + 1, _LINE)]
    return [
        Entry(day=line[:6], amount=_signed(line[6], line[7:19]), balance=_signed(line[19], line[20:]))
        for line in lines
        if (line[7:19] + line[20:]).isdigit()
    ]


def _signed(sign: str, digits: str) -> int:
    return -int(digits) if sign == "D" else int(digits)
