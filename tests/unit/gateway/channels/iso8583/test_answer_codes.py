"""Field 39: every canonical code has an answer, and only what is definite is called so."""

from __future__ import annotations

import pytest

from tellerline.gateway.channels.iso8583 import answer_codes
from tellerline.gateway.channels.iso8583.answer_codes import (
    BAD_MAC,
    BAD_TRANSACTION,
    NO_KEYS,
    NO_MODULE,
    OF_CODE,
    Answer,
    answer_of,
    answer_of_refusal,
    of_repeat,
)
from tellerline.gateway.errors import describe
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

ANSWERS = [value for value in vars(answer_codes).values() if isinstance(value, Answer)]


@pytest.mark.parametrize("code", Code)
def test_every_code_is_answered_and_unknown_is_never_called_definite(code: Code) -> None:
    answer = answer_of(code)
    assert answer.unknown == (not describe(code).definite)
    assert answer.y1987 != "00"
    assert not answer.y1993.startswith(("0", "4", "8"))


@pytest.mark.parametrize("code", sorted(OF_CODE))
def test_codes_have_the_standards_shape(code: Code) -> None:
    answer = OF_CODE[code]
    assert (len(answer.y1987), len(answer.y1993)) == (2, 3)
    assert (answer.y1987 + answer.y1993).isdigit()


def test_unknown_is_one_code_in_each_version() -> None:
    unknown = {(answer.y1987, answer.y1993) for answer in (*ANSWERS, *OF_CODE.values()) if answer.unknown}
    assert unknown == {("68", "911")}
    assert not any(answer.y1987 == "68" and not answer.unknown for answer in (*ANSWERS, *OF_CODE.values()))


@pytest.mark.parametrize("code", [code for code in Code if code not in OF_CODE])
def test_what_no_cash_machine_asks_for_is_no_transaction_of_its(code: Code) -> None:
    assert answer_of(code) is BAD_TRANSACTION


def test_the_version_picks_the_column() -> None:
    answer = answer_of(Code.PIN_INVALID)
    assert (answer.of("1987"), answer.of("1993")) == ("55", "117")


@pytest.mark.parametrize(
    ("field", "why", "answer"),
    [
        ("new_pin", "too_simple", ("05", "100")),
        ("transfer.own_account", "same_as_debit_account", ("42", "114")),
        ("transfer.own_account", "missing", ("30", "904")),
        ("pin_block", "not_a_pin", ("30", "904")),
    ],
)
def test_a_refused_field_is_a_bad_message_unless_the_customer_filled_it(
    field: str, why: str, answer: tuple[str, str]
) -> None:
    refusal = RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(field, why),))
    told = answer_of_refusal(refusal)
    assert (told.y1987, told.y1993) == answer
    assert not of_repeat(told).unknown


@pytest.mark.parametrize("code", [Code.HOST_UNAVAILABLE, Code.OVERLOADED, Code.PIN_LOCKED, Code.PIN_INVALID])
def test_what_is_definite_of_a_first_request_is_not_of_its_repeat(code: Code) -> None:
    assert not answer_of(code).unknown
    assert of_repeat(answer_of(code)).unknown


@pytest.mark.parametrize("code", [Code.INSUFFICIENT_FUNDS, Code.REVERSED, Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD])
def test_what_the_books_say_of_a_repeat_stands(code: Code) -> None:
    assert of_repeat(answer_of(code)) is answer_of(code)


def test_only_faults_of_keys_and_of_the_security_module_are_called_so() -> None:
    theirs = {"916", "917", "918", "919", "920", "921"}
    told = {answer for answer in (*ANSWERS, *OF_CODE.values()) if answer.y1993 in theirs}
    assert told == {BAD_MAC, NO_KEYS, NO_MODULE}
