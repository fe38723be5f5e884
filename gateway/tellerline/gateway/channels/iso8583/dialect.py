"""Where the two versions of the standard say the same thing differently."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from tellerline.gateway.channels.iso8583.answer_codes import BAD_FORMAT, BAD_TRANSACTION
from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.gateway.channels.iso8583.problems import AnsweredError

_ORIGINAL_HEAD: Final = 10
_DATE: Final = 6
_AMOUNT: Final = 12


class Task(StrEnum):
    """What a request asks for."""

    SIGN_ON = "sign_on"
    SIGN_OFF = "sign_off"
    KEY_EXCHANGE = "key_exchange"
    ECHO = "echo"
    BALANCE = "balance"
    STATEMENT = "statement"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    PIN_CHANGE = "pin_change"
    CONFIRMATION = "confirmation"
    REVERSAL = "reversal"


NETWORK: Final = frozenset({Task.SIGN_ON, Task.SIGN_OFF, Task.KEY_EXCHANGE, Task.ECHO})
ADVICES: Final = frozenset({Task.CONFIRMATION, Task.REVERSAL})
MOVING: Final = frozenset({Task.WITHDRAWAL, Task.TRANSFER, Task.PIN_CHANGE})
OVERTAKING: Final = frozenset({Task.BALANCE, Task.STATEMENT, Task.ECHO})
"""What may be answered while something that moves money is under way on the same connection."""

_PROCESSING: Final = {
    "31": Task.BALANCE,
    "38": Task.STATEMENT,
    "01": Task.WITHDRAWAL,
    "40": Task.TRANSFER,
    "92": Task.PIN_CHANGE,
}
_ADVICE_TYPES: Final = {"22": Task.CONFIRMATION, "42": Task.REVERSAL}
_MAY_BE_ASKED: Final = frozenset({Task.BALANCE, Task.STATEMENT, Task.PIN_CHANGE})
_FUNCTIONS: Final = {
    "1987": {
        "001": Task.SIGN_ON,
        "002": Task.SIGN_OFF,
        "101": Task.KEY_EXCHANGE,
        "161": Task.KEY_EXCHANGE,
        "301": Task.ECHO,
    },
    "1993": {"801": Task.SIGN_ON, "802": Task.SIGN_OFF, "811": Task.KEY_EXCHANGE, "831": Task.ECHO},
}
_ORIGINS: Final = {"0": "0", "1": "0", "4": "4", "5": "4"}
"""The last digit of a type, who sends and whether again, with that of its answer."""


@lru_cache(256)
def answer_type(mti: str) -> str:
    """The type of the answer to a request of type ``mti``; empty for what is no request."""
    if len(mti) != 4 or mti[2] not in "02" or mti[3] not in _ORIGINS:
        return ""
    return f"{mti[:2]}{int(mti[2]) + 1}{_ORIGINS[mti[3]]}"


def is_repeat(mti: str) -> bool:
    """Whether a request of type ``mti`` says that it has been sent before."""
    return mti[3] in "15"


@dataclass(frozen=True, slots=True)
class Original:
    """What a confirmation or a reversal is about: when it was sent, as its own serial says it, and its trace number."""

    when: str
    trace: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version of the standard."""

    version: str

    def task(self, message: Message) -> Task:
        """Raises ``AnsweredError`` for what a cash machine does not ask."""
        kind = message.mti[1:3]
        if kind == "80":
            function = message.get(70 if self.version == "1987" else 24)
            return _known(_FUNCTIONS[self.version].get(function))
        if kind in _ADVICE_TYPES:
            return _ADVICE_TYPES[kind]
        task = _known(_PROCESSING.get(message.get(3)[:2]))
        if kind == "20" or (kind == "10" and task in _MAY_BE_ASKED):
            return task
        raise AnsweredError(BAD_TRANSACTION, "message_type")

    def when(self, message: Message) -> str:
        """The part of a transaction's serial that says when it was sent; empty where the message does not."""
        return message.get(7) if self.version == "1987" else _apart(message.get(12))

    def original(self, message: Message) -> Original:
        """Raises ``AnsweredError`` where the message names none."""
        text = message.get(90 if self.version == "1987" else 56)
        length = 10 if self.version == "1987" else 12
        when = text[_ORIGINAL_HEAD : _ORIGINAL_HEAD + length]
        if len(when) != length or not text.isdigit():
            raise AnsweredError(BAD_FORMAT, "no_original")
        return Original(when=when if self.version == "1987" else _apart(when), trace=text[4:_ORIGINAL_HEAD])

    def amounts(self, message: Message) -> tuple[int, int]:
        """Of a reversal: the original's amount, and what came out of the dispenser after all."""
        amount = amount_of(message)
        if self.version == "1987":
            replaced = message.get(95)[:_AMOUNT]
            return amount, _figure(replaced) if replaced else 0
        original = message.get(30)[:_AMOUNT]
        return (_figure(original), amount) if original else (amount, 0)


def amount_of(message: Message) -> int:
    """Field 4, in minor units. Raises ``AnsweredError``."""
    return _figure(message.get(4))


def _apart(instant: str) -> str:
    """``YYMMDDThhmmss``: twelve digits in a row would be masked in the log like an account's number."""
    return f"{instant[:_DATE]}T{instant[_DATE:]}" if instant else ""


def _figure(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise AnsweredError(BAD_FORMAT, "amount")
    return int(text)


def _known(task: Task | None) -> Task:
    if task is None:
        raise AnsweredError(BAD_TRANSACTION, "task")
    return task
