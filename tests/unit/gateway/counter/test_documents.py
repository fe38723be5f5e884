"""Numbers of identity documents, checked for what they say of themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.counter.documents import (
    DocumentKind,
    is_credit_code,
    is_resident_id,
    is_sound,
    kind_by_shape,
    mask_document,
)
from tellerline.simulators.corporate.population import credit_code

RESIDENT = "11010519491231002X"
"""The example of GB 11643."""
CREDIT = "91350100M000100Y43"
"""The example of GB 32100."""
_PLACES = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_the_standards_own_examples_are_sound() -> None:
    assert is_resident_id(RESIDENT)
    assert is_credit_code(CREDIT)


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",
        "11010519490230002X",
        "01010519491231002X",
        "11010519491231002x",
        "1101051949123100",
        "１10105194912310021",
        "",
    ],
)
def test_no_resident_has_such_a_number(number: str) -> None:
    assert not is_resident_id(number)


@given(place=st.integers(0, 16), digit=st.integers(1, 9))
def test_one_wrong_digit_of_a_resident_is_found(place: int, digit: int) -> None:
    wrong = (int(RESIDENT[place]) + digit) % 10
    assert not is_resident_id(f"{RESIDENT[:place]}{wrong}{RESIDENT[place + 1 :]}")


@given(serial=st.integers(0, 99_999_999), place=st.integers(8, 17), step=st.integers(1, 30))
def test_one_wrong_character_of_a_credit_code_is_found(serial: int, place: int, step: int) -> None:
    code = credit_code(serial)
    assert is_credit_code(code)
    wrong = _PLACES[(_PLACES.index(code[place]) + step) % 31]
    assert not is_credit_code(f"{code[:place]}{wrong}{code[place + 1 :]}")


@pytest.mark.parametrize(
    ("kind", "sound", "unsound"),
    [
        (DocumentKind.RESIDENT_ID, RESIDENT, "E12345678"),
        (DocumentKind.PASSPORT, "E12345678", "护照"),
        (DocumentKind.MILITARY_ID, "军字第1234567号", "1"),
        (DocumentKind.HK_MACAO_PERMIT, "H12345678", "A12345678"),
        (DocumentKind.TAIWAN_PERMIT, "12345678", "1234567"),
        (DocumentKind.PERMANENT_RESIDENT, "USA310105080101", "USA3101050801"),
        (DocumentKind.CREDIT_CODE, CREDIT, "91350100M000100Y44"),
    ],
)
def test_each_kind_knows_its_own(kind: DocumentKind, sound: str, unsound: str) -> None:
    assert is_sound(kind, sound)
    assert not is_sound(kind, unsound)


def test_eighteen_digits_are_a_residents() -> None:
    assert kind_by_shape(RESIDENT) is DocumentKind.RESIDENT_ID
    assert kind_by_shape("E12345678") is None


@given(st.text(st.characters(exclude_characters="*"), min_size=1, max_size=32))
def test_a_masked_document_hides_its_middle(number: str) -> None:
    masked = mask_document(number)
    assert len(masked) == len(number)
    assert masked.count("*") >= min(6, len(number) * 3 / 4)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("04512376", "******76"),
        ("E12345678", "*******78"),
        ("H1234567801", "*********01"),
        ("ID100", "****0"),
        ("ABC123456789012", "ABC**********12"),
    ],
)
def test_what_is_hidden_of_a_short_document_is_too_much_to_try(number: str, masked: str) -> None:
    assert mask_document(number) == masked


def test_a_masked_resident_has_no_birthday() -> None:
    assert mask_document(RESIDENT) == "110*************2X"
