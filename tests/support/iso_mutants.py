"""Frames with something wrong in them, some with a MAC that is right all the same."""

from __future__ import annotations

from collections.abc import Callable

from iso_platform import PIN, card
from iso_terminal import IsoTerminal

from tellerline.adapters.clock import Randomness
from tellerline.gateway.channels.iso8583.codec.message import Message

_HEAD = 12
_INTERESTING = b"\x00\xff\x7f\x80 09=DCA\xf0\xf9\x40"


def corpus(terminal: IsoTerminal, chance: Randomness) -> list[Message]:
    """One right message of everything that a terminal sends."""
    mine, other = card(chance.below(1000)), card(chance.below(1000))
    withdrawal = terminal.withdrawal(mine, PIN, 100_00)
    pin = terminal.pin_fields(PIN, mine)
    return [
        terminal.network_message("echo"),
        terminal.network_message("keys"),
        withdrawal,
        terminal.confirmation(withdrawal, 50_00),
        terminal.reversal(withdrawal, 100_00, dispensed=50_00),
        terminal.request("100", "310000", {2: mine, 35: f"{mine}=2912101", 32: "95588", **pin}),
        terminal.request("200", "380000", {2: mine, **pin}),
        terminal.request("200", "400000", {2: mine, 4: "000000000700", 103: other, **pin}),
        terminal.request("100", "920000", {2: mine, **terminal.pin_fields(PIN, mine, "975311")}),
    ]


class Mutator:
    """Draws what goes wrong."""

    def __init__(self, chance: Randomness) -> None:
        self._chance = chance
        self._ways: tuple[Callable[[bytearray, int], None], ...] = (
            self._flip,
            self._flip,
            self._overwrite,
            self._overwrite,
            self._digit,
            self._cut,
            self._insert,
            self._repeat,
        )

    def mutant(self, message: Message, terminal: IsoTerminal) -> bytes:
        """The message's frame with something wrong: in a field's value, or anywhere in its bytes."""
        if self._chance.below(3) == 0:
            return terminal.frame(self._another_value(message))
        assert terminal.keys is not None
        return self._bytes(terminal.frame(message), terminal.keys.mac)

    def _another_value(self, message: Message) -> Message:
        fields = dict(message.fields)
        number = sorted(fields)[self._chance.below(len(fields))]
        value = fields[number]
        if self._chance.below(6) == 0:
            del fields[number]
        elif value.isdigit():
            fields[number] = f"{self._chance.below(10 ** len(value)):0{len(value)}d}"
        else:
            at = self._chance.below(len(value))
            fields[number] = value[:at] + "0123456789ABCDEF"[self._chance.below(16)] + value[at + 1 :]
        return Message(message.mti, fields)

    def _bytes(self, frame: bytes, mac: Callable[[bytes], bytes]) -> bytes:
        """With one to four things wrong; every second time the MAC is put right afterwards."""
        body = bytearray(frame)
        # Type and bitmap are spared most times: what lies behind them is never reached otherwise.
        first = 0 if self._chance.below(12) == 0 else 4 if self._chance.below(6) == 0 else _HEAD
        for _ in range(1 + self._chance.below(4)):
            self._ways[self._chance.below(len(self._ways))](body, first)
        if self._chance.below(2) == 0:
            return bytes(body[:2000]) or b"\x00"
        content = bytes(body[:-8])[:1990]
        return content + mac(content)

    def _at(self, body: bytearray, first: int) -> int:
        return first + self._chance.below(max(1, len(body) - first))

    def _flip(self, body: bytearray, first: int) -> None:
        at = self._at(body, first)
        if at < len(body):
            body[at] ^= 1 << self._chance.below(8)

    def _overwrite(self, body: bytearray, first: int) -> None:
        at = self._at(body, first)
        if at < len(body):
            body[at] = _INTERESTING[self._chance.below(len(_INTERESTING))]

    def _digit(self, body: bytearray, first: int) -> None:
        at = self._at(body, first)
        if at < len(body):
            body[at] = (body[at] & 0xF0) | self._chance.below(10)

    def _cut(self, body: bytearray, first: int) -> None:
        at = self._at(body, first)
        del body[at : at + 1 + self._chance.below(8)]

    def _insert(self, body: bytearray, first: int) -> None:
        at = self._at(body, first)
        body[at:at] = self._chance.bytes(1 + self._chance.below(8))

    def _repeat(self, body: bytearray, first: int) -> None:
        at = self._at(body, first)
        body[at:at] = body[at : at + 1 + self._chance.below(40)]
