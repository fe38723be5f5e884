"""What a message asks for, and of which transaction it speaks, in both versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tellerline.adapters.telemetry.masking import mask_text
from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.gateway.channels.iso8583.dialect import Dialect, Original, Task, answer_type
from tellerline.gateway.channels.iso8583.problems import AnsweredError

D1987, D1993 = Dialect("1987"), Dialect("1993")
NOW = datetime(2026, 3, 2, 2, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mti", "answer"),
    [
        ("0100", "0110"),
        ("0201", "0210"),
        ("0221", "0230"),
        ("0420", "0430"),
        ("0421", "0430"),
        ("0800", "0810"),
        ("1200", "1210"),
        ("1804", "1814"),
        ("1805", "1814"),
        ("0210", ""),
        ("0430", ""),
        ("0240", ""),
        ("0208", ""),
        ("020", ""),
        ("", ""),
    ],
)
def test_the_type_of_the_answer(mti: str, answer: str) -> None:
    assert answer_type(mti) == answer


@pytest.mark.parametrize(
    ("dialect", "mti", "fields", "task"),
    [
        (D1987, "0800", {70: "001"}, Task.SIGN_ON),
        (D1987, "0800", {70: "002"}, Task.SIGN_OFF),
        (D1987, "0800", {70: "101"}, Task.KEY_EXCHANGE),
        (D1987, "0801", {70: "161"}, Task.KEY_EXCHANGE),
        (D1987, "0800", {70: "301"}, Task.ECHO),
        (D1993, "1804", {24: "801"}, Task.SIGN_ON),
        (D1993, "1804", {24: "811"}, Task.KEY_EXCHANGE),
        (D1987, "0100", {3: "310000"}, Task.BALANCE),
        (D1987, "0200", {3: "311000"}, Task.BALANCE),
        (D1987, "0200", {3: "380000"}, Task.STATEMENT),
        (D1987, "0200", {3: "011000"}, Task.WITHDRAWAL),
        (D1993, "1201", {3: "010000"}, Task.WITHDRAWAL),
        (D1987, "0200", {3: "401010"}, Task.TRANSFER),
        (D1987, "0100", {3: "920000"}, Task.PIN_CHANGE),
        (D1987, "0220", {3: "010000"}, Task.CONFIRMATION),
        (D1987, "0421", {3: "010000"}, Task.REVERSAL),
    ],
)
def test_what_is_asked(dialect: Dialect, mti: str, fields: dict[int, str], task: Task) -> None:
    assert dialect.task(Message(mti, fields)) is task


@pytest.mark.parametrize(
    ("dialect", "mti", "fields"),
    [
        (D1987, "0800", {70: "999"}),
        (D1987, "0800", {24: "801"}),
        (D1993, "1804", {70: "001"}),
        (D1987, "0200", {3: "000000"}),
        (D1987, "0200", {}),
        (D1987, "0100", {3: "010000"}),
        (D1987, "0100", {3: "400000"}),
        (D1987, "0300", {3: "310000"}),
    ],
)
def test_what_no_cash_machine_asks(dialect: Dialect, mti: str, fields: dict[int, str]) -> None:
    with pytest.raises(AnsweredError) as found:
        dialect.task(Message(mti, fields))
    assert found.value.answer.y1987 == "12"


def test_a_transaction_is_named_by_when_and_its_number() -> None:
    message = Message("0420", {7: "0302023000", 12: "260302103000", 90: "0200" + "000123" + "0302022959" + "0" * 22})
    assert (D1987.when(message, NOW), D1993.when(message, NOW)) == ("260302T023000", "260302T103000")
    assert D1987.original(message, NOW) == Original("260302T022959", "000123")
    second = Message("1420", {56: "1200" + "000124" + "260302102959" + "00"})
    assert D1993.original(second, NOW) == Original("260302T102959", "000124")


def test_the_same_number_in_the_same_second_of_another_year_is_another_transaction() -> None:
    message = Message("0200", {7: "0302023000"})
    assert D1987.when(message, NOW) != D1987.when(message, NOW.replace(year=2027))


def test_a_reversal_names_its_original_over_the_turn_of_the_year() -> None:
    message = Message("0420", {7: "1231235958", 90: "0200" + "000123" + "1231235958" + "0" * 22})
    sent = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    asked = D1987.when(message, sent)
    for days in (0, 1, 40, 330):
        assert D1987.original(message, sent + timedelta(days=days)).when == asked == "261231T235958"


@pytest.mark.parametrize("dialect", [D1987, D1993])
def test_a_transactions_name_is_not_masked_in_the_log(dialect: Dialect) -> None:
    serial = f"T0000001-{dialect.when(Message('', {7: '0302023000', 12: '260302103000'}), NOW)}-000123"
    assert mask_text(serial) == serial


@pytest.mark.parametrize("fields", [{}, {90: "0200000123"}, {90: f"0200000123{0:032d}"}, {56: "12000001242603021029"}])
def test_an_advice_without_original_is_refused(fields: dict[int, str]) -> None:
    for dialect in (D1987, D1993):
        with pytest.raises(AnsweredError) as found:
            dialect.original(Message("0420", fields), NOW)
        assert found.value.answer.y1987 == "30"


@pytest.mark.parametrize(
    ("dialect", "fields", "amounts"),
    [
        (D1987, {4: "000000050000"}, (50000, 0)),
        (D1987, {4: "000000050000", 95: "000000020000" + "0" * 30}, (50000, 20000)),
        (D1993, {4: "000000050000"}, (50000, 0)),
        (D1987, {4: "000000050000", 95: "0" * 42}, (50000, 0)),
        (D1993, {4: "000000020000", 30: "000000050000" + "0" * 12}, (50000, 20000)),
        (D1993, {4: "000000020000", 24: "401", 30: "000000050000" + "0" * 12}, (50000, 20000)),
        (D1993, {4: "000000050000", 24: "400", 30: "000000050000" + "0" * 12}, (50000, 0)),
        (D1993, {4: "000000000000", 24: "400", 30: "000000050000" + "0" * 12}, (50000, 0)),
        (D1993, {4: "000000050000", 24: "400", 30: "0" * 24}, (50000, 0)),
    ],
)
def test_the_amounts_of_a_reversal(dialect: Dialect, fields: dict[int, str], amounts: tuple[int, int]) -> None:
    assert dialect.amounts(Message("0420", fields)) == amounts


@pytest.mark.parametrize(
    ("dialect", "fields"),
    [
        (D1987, {}),
        (D1987, {4: "000000050000", 95: "C00000020000"}),
        (D1993, {4: "000000020000", 24: "401"}),
        (D1993, {4: "000000020000", 24: "400", 30: "000000050000" + "0" * 12}),
    ],
)
def test_amounts_that_are_none_or_contradict_each_other_are_refused(dialect: Dialect, fields: dict[int, str]) -> None:
    with pytest.raises(AnsweredError) as found:
        dialect.amounts(Message("0420", fields))
    assert found.value.answer.y1987 == "30"
