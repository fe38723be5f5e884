"""Where the two versions of the standard say the same thing differently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from tellerline.gateway.channels.iso8583.answer_codes import BAD_FORMAT, BAD_TRANSACTION
from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.gateway.channels.iso8583.dates import with_year
from tellerline.gateway.channels.iso8583.problems import AnsweredError

_ORIGINAL_HEAD: Final = 10
_DATE: Final = 6
_AMOUNT: Final = 12
_IN_WHOLE: Final = "400"
_IN_PART: Final = "401"


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

    def when(self, message: Message, now: datetime) -> str:
        """The part of a transaction's serial that says when it was sent; empty where the message does not.

        With the year, which 1987 leaves out: a trace number comes again. Raises ``AnsweredError`` for what is no date.
        """
        return with_year(message.get(7), now) if self.version == "1987" else _apart(message.get(12))

    def original(self, message: Message, now: datetime) -> Original:
        """Raises ``AnsweredError`` where the message names none."""
        text = message.get(90 if self.version == "1987" else 56)
        length = 10 if self.version == "1987" else 12
        when = text[_ORIGINAL_HEAD : _ORIGINAL_HEAD + length]
        if len(when) != length or not text.isdigit():
            raise AnsweredError(BAD_FORMAT, "no_original")
        return Original(with_year(when, now) if self.version == "1987" else _apart(when), text[4:_ORIGINAL_HEAD])

    def amounts(self, message: Message) -> tuple[int, int]:
        """Of a reversal: the original's amount, and what came out of the dispenser after all.

        1987: field 4, and the first of the replacement amounts (95). 1993: the first of the original amounts (30), and
        field 4, which is the new one then; field 4 alone is the original's. Raises ``AnsweredError``, also where the
        function code (24) says something else.
        """
        amount = amount_of(message)
        if self.version == "1987":
            return amount, _first_figure(message.get(95))
        original, function = _first_figure(message.get(30)), message.get(24)
        if not original:
            if function == _IN_PART:
                raise AnsweredError(BAD_FORMAT, "no_original_amount")
            return amount, 0
        if function != _IN_WHOLE:
            return original, amount
        if amount not in (0, original):
            raise AnsweredError(BAD_FORMAT, "function")
        return original, 0


def amount_of(message: Message) -> int:
    """Field 4, in minor units. Raises ``AnsweredError``."""
    return _figure(message.get(4))


def _apart(instant: str) -> str:
    """``YYMMDDThhmmss``: twelve digits in a row would be masked in the log like an account's number."""
    return f"{instant[:_DATE]}T{instant[_DATE:]}" if instant else ""


def _first_figure(text: str) -> int:
    """The first of several amounts; 0 where there are none."""
    return _figure(text[:_AMOUNT]) if text else 0


def _figure(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise AnsweredError(BAD_FORMAT, "amount")
    return int(text)


def _known(task: Task | None) -> Task:
    if task is None:
        raise AnsweredError(BAD_TRANSACTION, "task")
    return task
