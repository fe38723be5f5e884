"""The messages that a machine begins, in either edition of the standard. None has its MAC yet."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.simulators.atm import tags
from tellerline.simulators.atm.message import Message, Value
from tellerline.simulators.atm.profile import Edition, Profile


class Network(enum.Enum):
    """Element 70 of the first edition, element 24 of the second."""

    SIGN_ON = ("001", "801")
    SIGN_OFF = ("002", "802")
    KEYS = ("161", "811")
    ECHO = ("301", "831")


class Kind(enum.StrEnum):
    BALANCE = "balance"
    STATEMENT = "statement"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    PIN_CHANGE = "pin-change"


_PROCESSING = {
    Kind.BALANCE: "310000",
    Kind.STATEMENT: "380000",
    Kind.WITHDRAWAL: "010000",
    Kind.TRANSFER: "400000",
    Kind.PIN_CHANGE: "920000",
}
_ENQUIRIES = frozenset({Kind.BALANCE, Kind.STATEMENT})
_PRICED = frozenset({Kind.WITHDRAWAL, Kind.TRANSFER})
_CONFIRMATION, _REVERSAL = "220", "420"
_MACHINE = {
    Edition.FIRST: {18: "6011", 22: "021", 25: "02"},
    Edition.SECOND: {22: "210101214141", 26: "6011"},
}
_FUNCTIONS = {"100": "100", "200": "200", _CONFIRMATION: "202", _REVERSAL: "400"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the customer wants. ``amount`` in minor units; ``payee`` is the account that a transfer credits."""

    kind: Kind
    card: str
    amount: int = 0
    payee: str = ""
    pin_block: bytes
    new_pin_block: bytes = b""


class Composer:
    """Writes each message at the instant of its call."""

    def __init__(self, profile: Profile, clock: Clock) -> None:
        self._profile = profile
        self._clock = clock
        self._first = profile.edition is Edition.FIRST

    def network(self, stan: str, what: Network) -> Message:
        first, second = what.value
        fields = self._times(stan) | {41: self._terminal()}
        fields |= {70: first} if self._first else {24: second}
        return self._message("800" if self._first else "804", fields)

    def order(self, stan: str, order: Order) -> Message:
        """An enquiry or a financial request."""
        kind = "100" if order.kind in _ENQUIRIES else "200"
        fields = self._common(stan, kind) | {2: order.card, 3: _PROCESSING[order.kind]}
        if order.kind in _PRICED:
            fields |= {4: f"{order.amount:012d}", 49: self._profile.currency}
        fields |= _blocks(order)
        if order.payee:
            fields[103] = order.payee
        return self._message(kind, fields)

    def confirmation(self, stan: str, original: str, amount: int) -> Message:
        """That ``amount`` left the dispenser; the card's number is to be added."""
        return self._message(_CONFIRMATION, self._advice(stan, _CONFIRMATION, original) | {4: f"{amount:012d}"})

    def reversal(self, stan: str, original: str, amount: int, dispensed: int) -> Message:
        """That of ``amount`` no more than ``dispensed`` left the dispenser; the card's number is to be added."""
        fields = self._advice(stan, _REVERSAL, original) | {4: f"{amount:012d}"}
        if dispensed and self._first:
            fields[95] = f"{dispensed:012d}".ljust(42, "0")
        elif dispensed:
            fields |= {4: f"{dispensed:012d}", 24: "401", 30: f"{amount:012d}".ljust(24, "0")}
        return self._message(_REVERSAL, fields)

    def original(self, request: Message) -> str:
        """How a later message names ``request``: element 90 of the first edition, 56 of the second."""
        acquirer = self._profile.acquirer
        if self._first:
            return f"{request.type}{request.text(11)}{request.text(7)}{acquirer:0>11}{'0' * 11}"
        return f"{request.type}{request.text(11)}{request.text(12)}{len(acquirer):02d}{acquirer}"

    def reference(self, request: Message) -> str:
        """The machine's own name of a transaction: the acquirer puts the terminal's before it."""
        when = self._year_of(request.text(7)) + request.text(7) if self._first else request.text(12)
        return f"{when[:6]}T{when[6:]}-{request.text(11)}"

    def _advice(self, stan: str, kind: str, original: str) -> dict[int, Value]:
        fields = self._common(stan, kind) | {3: _PROCESSING[Kind.WITHDRAWAL], 49: self._profile.currency}
        return fields | {90 if self._first else 56: original}

    def _common(self, stan: str, kind: str) -> dict[int, Value]:
        profile = self._profile
        named = {32: profile.acquirer, 41: self._terminal(), 42: f"{profile.acceptor:<15}", 43: profile.location}
        function = {} if self._first else {24: _FUNCTIONS[kind]}
        return self._times(stan) | _MACHINE[profile.edition] | named | function

    def _times(self, stan: str) -> dict[int, Value]:
        now = self._clock.now()
        local = now.astimezone(self._profile.local)
        if self._first:
            return {7: f"{now:%m%d%H%M%S}", 11: stan, 12: f"{local:%H%M%S}", 13: f"{local:%m%d}"}
        return {7: f"{now:%m%d%H%M%S}", 11: stan, 12: f"{local:%y%m%d%H%M%S}"}

    def _year_of(self, sent: str) -> str:
        """Two digits, of an instant just past that says month and day alone."""
        now = self._clock.now()
        return f"{(now.year - (sent[:2] == '12' and now.month == 1)) % 100:02d}"

    def _terminal(self) -> str:
        return f"{self._profile.terminal:<8}"

    def _message(self, kind: str, fields: Mapping[int, Value]) -> Message:
        return Message(self._profile.edition.digit + kind, fields)


def repeated(message: Message) -> Message:
    """The same once more: the last digit one higher, all elements as they were."""
    return Message(message.type[:3] + str(int(message.type[3]) | 1), message.fields)


def with_blocks(message: Message, order: Order) -> Message:
    """The same with the PIN blocks of ``order``, which are under the keys of another session."""
    return message.with_fields(_blocks(order))


def answers(answer: Message, request: Message) -> bool:
    """Whether ``answer`` belongs to ``request`` or to any repeat of it."""
    expected = f"{request.type[:2]}{int(request.type[2]) + 1}{int(request.type[3]) & ~1}"
    return answer.type == expected and all(answer.fields.get(n) == request.fields.get(n) for n in (7, 11, 41))


def approved(answer: Message) -> bool:
    return answer.text(39) in ("00", "000", "400", "800")


def _blocks(order: Order) -> dict[int, Value]:
    """PIN blocks of eight bytes stand in element 52, longer ones and new ones in tags of element 48."""
    fields: dict[int, Value] = {}
    values = {}
    if len(order.pin_block) == 8:
        fields[52] = order.pin_block
    else:
        values[tags.PIN_BLOCK] = order.pin_block.hex().upper()
    if order.new_pin_block:
        values[tags.NEW_PIN_BLOCK] = order.new_pin_block.hex().upper()
    if values:
        fields[48] = tags.tagged(values)
    return fields
