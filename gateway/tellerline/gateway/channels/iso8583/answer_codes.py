"""Field 39: what each canonical code, and each fault of a frame, is called in the two versions of the standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in both versions. ``unknown``: nothing may be concluded, so a withdrawal is to be reversed."""

    y1987: str
    y1993: str
    meaning: str
    unknown: bool = False

    def of(self, version: str) -> str:
        return self.y1987 if version == "1987" else self.y1993


APPROVED: Final = Answer("00", "000", "done")
REVERSAL_ACCEPTED: Final = Answer("00", "400", "reversal taken over")
NETWORK_ACCEPTED: Final = Answer("00", "800", "network management done")

BAD_FORMAT: Final = Answer("30", "904", "a frame or field that cannot be read, a date in no calendar")
BAD_MAC: Final = Answer("63", "916", "MAC wrong or missing")
NO_KEYS: Final = Answer("63", "918", "no session keys yet: exchange keys first")
NOT_THIS_TERMINAL: Final = Answer("58", "120", "terminal unknown, not signed on, or not allowed to")
OUT_OF_DATE: Final = Answer("94", "913", "a serial used for something else, or a date that is not now")
BAD_TRANSACTION: Final = Answer("12", "902", "no transaction of a cash machine")
NO_MODULE: Final = Answer("91", "920", "the security module does not answer; nothing was done")
NOT_OFFERED: Final = Answer("40", "115", "not offered")

OUTCOME_UNKNOWN: Final = Answer(
    "68", "911", "outcome not known: reverse, or repeat what cannot be reversed", unknown=True
)
BAD_AMOUNT: Final = Answer("13", "110", "amount not valid")
BAD_CARD: Final = Answer("14", "111", "no such card")
WRONG_PIN: Final = Answer("55", "117", "PIN wrong, or a PIN block for another card")
_SHORT_PIN: Final = Answer("55", "127", "PIN of fewer or more than six digits")
_NEW_PIN_LENGTH: Final = Answer("55", "127", "new PIN of fewer or more than six digits")
_WEAK_NEW_PIN: Final = Answer("05", "100", "new PIN all the same, in a row, or the old one")
_LOCKED_PIN: Final = Answer("75", "106", "PIN locked after too many tries")
_SECURITY: Final = Answer("63", "122", "no proof of the customer")
_NOT_FOR_CUSTOMER: Final = Answer("57", "119", "not for this customer")
_ABOVE_LIMIT: Final = Answer("61", "121", "above a limit of amount")
_TOO_OFTEN: Final = Answer("65", "123", "above a limit of number")
_NO_PAYEE: Final = Answer("42", "114", "no such account to credit")
_SAME_ACCOUNT: Final = Answer("42", "114", "the account to credit is the card's own")
_RESTRICTED: Final = Answer("62", "104", "account frozen or closed")
_NO_ORIGINAL: Final = Answer("25", "914", "original not found")
_UNDONE: Final = Answer("21", "902", "reversed already: nothing is done")
_UNAVAILABLE: Final = Answer("91", "912", "host not to be reached now; nothing was sent")
_CLOSED: Final = Answer("91", "910", "host closed; nothing was sent")
_BUSY: Final = Answer("91", "907", "too much to do; nothing was sent")
OF_THE_CARD: Final = frozenset((BAD_CARD, WRONG_PIN, _SHORT_PIN, _LOCKED_PIN))
"""The same for the same card with the same PIN, whenever it is asked again."""
_OF_THE_DOOR: Final = OF_THE_CARD | {NO_MODULE, _SECURITY, _UNAVAILABLE, _CLOSED, _BUSY}
"""Given before anybody has looked whether the request has come before."""

OF_CODE: Final[Mapping[Code, Answer]] = {
    **dict.fromkeys((Code.INVALID_REQUEST, Code.INVALID_PAGE_TOKEN, Code.REQUEST_TOO_LARGE), BAD_FORMAT),
    **dict.fromkeys((Code.INVALID_AMOUNT, Code.REVERSAL_EXCEEDS_ORIGINAL, Code.CURRENCY_MISMATCH), BAD_AMOUNT),
    **dict.fromkeys((Code.OPERATION_NOT_OFFERED, Code.CURRENCY_NOT_OFFERED), NOT_OFFERED),
    **dict.fromkeys((Code.CHANNEL_UNKNOWN, Code.CHANNEL_NOT_ALLOWED, Code.IDENTITY_MISMATCH), NOT_THIS_TERMINAL),
    **dict.fromkeys((Code.GRANT_MISSING, Code.GRANT_EXPIRED), _SECURITY),
    **dict.fromkeys((Code.GRANT_NOT_SUFFICIENT, Code.FOREIGN_CURRENCY_NOT_OFFERED), _NOT_FOR_CUSTOMER),
    Code.PIN_INVALID: WRONG_PIN,
    Code.PIN_TOO_SHORT: _SHORT_PIN,
    Code.PIN_LOCKED: _LOCKED_PIN,
    Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD: OUT_OF_DATE,
    **dict.fromkeys((Code.LIMIT_SINGLE_EXCEEDED, Code.LIMIT_DAILY_EXCEEDED, Code.LIMIT_ABOVE_CEILING), _ABOVE_LIMIT),
    Code.LIMIT_COUNT_EXCEEDED: _TOO_OFTEN,
    **dict.fromkeys((Code.CUSTOMER_NOT_FOUND, Code.ACCOUNT_NOT_FOUND, Code.ACCOUNT_NOT_OWNED), BAD_CARD),
    **dict.fromkeys((Code.TRANSACTION_NOT_FOUND, Code.ORIGINAL_NOT_FOUND), _NO_ORIGINAL),
    **dict.fromkeys((Code.PAYEE_NOT_FOUND, Code.PAYEE_NAME_MISMATCH), _NO_PAYEE),
    Code.INSUFFICIENT_FUNDS: Answer("51", "116", "not enough money"),
    **dict.fromkeys(
        (Code.ACCOUNT_REPORTED_LOST, Code.LOSS_ALREADY_REPORTED), Answer("41", "208", "card reported lost: keep it")
    ),
    **dict.fromkeys((Code.ACCOUNT_CLOSED, Code.ACCOUNT_FROZEN), _RESTRICTED),
    **dict.fromkeys((Code.ALREADY_REVERSED, Code.REVERSED), _UNDONE),
    Code.DUPLICATE_AT_HOST: OUT_OF_DATE,
    Code.REJECTED_BY_HOST: Answer("05", "100", "refused by the host"),
    Code.DISPENSE_CONTRADICTED: Answer("21", "902", "contradicts what the terminal said before: people look at it"),
    Code.HOST_UNAVAILABLE: _UNAVAILABLE,
    Code.HOST_CLOSED_FOR_MAINTENANCE: _CLOSED,
    **dict.fromkeys((Code.HOST_BUSY, Code.OVERLOADED, Code.RATE_LIMITED, Code.SHUTTING_DOWN), _BUSY),
    **dict.fromkeys(
        (
            Code.STILL_RUNNING,
            Code.COMMUNICATION_TIMEOUT,
            Code.HOST_REPLY_UNREADABLE,
            Code.OUTCOME_UNKNOWN,
            Code.DEADLINE_EXCEEDED,
            Code.STORE_UNAVAILABLE,
            Code.INTERNAL,
        ),
        OUTCOME_UNKNOWN,
    ),
}
"""Every code that can come of what a cash machine asks for."""

OF_MISTAKE: Final[Mapping[tuple[str, str], Answer]] = {
    ("pin", "not_a_pin"): _SHORT_PIN,
    ("new_pin", "not_a_pin"): _NEW_PIN_LENGTH,
    ("new_pin", "same_as_before"): _WEAK_NEW_PIN,
    ("new_pin", "too_simple"): _WEAK_NEW_PIN,
    ("transfer.own_account", "same_as_debit_account"): _SAME_ACCOUNT,
}
"""What a customer got wrong at the keypad, by the refused field and the word for it: his message is in order."""


def answer_of(code: Code) -> Answer:
    """Its answer; ``BAD_TRANSACTION`` for a code of what no cash machine does: all of those are definite."""
    return OF_CODE.get(code, BAD_TRANSACTION)


def answer_of_refusal(refusal: RefusalError) -> Answer:
    """That of its code, unless one of its violations is in ``OF_MISTAKE``."""
    for violation in refusal.violations:
        mistake = OF_MISTAKE.get((violation.field, violation.why))
        if mistake is not None:
            return mistake
    return answer_of(refusal.code)


def of_repeat(answer: Answer) -> Answer:
    """``answer`` to a repeat of what may have been done: what keeps the repeat out says nothing of the first."""
    return OUTCOME_UNKNOWN if answer in _OF_THE_DOOR else answer
