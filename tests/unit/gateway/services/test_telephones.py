"""Telephone numbers in one form, and what is shown of numbers and names."""

from __future__ import annotations

import pytest

from tellerline.gateway.services.customers.telephones import canonical_number, mask_mobile, mask_name


@pytest.mark.parametrize(
    ("number", "canonical"),
    [
        ("11000000001", "11000000001"),
        ("+8611000000001", "11000000001"),
        ("008611000000001", "11000000001"),
        ("011000000001", "11000000001"),
        ("+86 110-0000-0001", "11000000001"),
        ("010 8888 0001", "01088880001"),
        ("+86 010 8888 0001", "01088880001"),
        ("+1 (202) 5550100", "+12025550100"),
        ("95588", "95588"),
        ("", ""),
        ("anonymous", ""),
        ("1234", ""),
        ("1" * 21, ""),
        ("110000\u06600001", ""),
    ],
)
def test_equal_numbers_are_equal_texts(number: str, canonical: str) -> None:
    assert canonical_number(number) == canonical


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("欧阳娜娜", "欧***"), ("王", "王"), ("John Smith", "J***"), ("", "")],
)
def test_a_name_shows_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"), [("11000000001", "110****0001"), ("95588", "***88"), ("1", "1"), ("", "")]
)
def test_a_number_shows_its_ends(number: str, masked: str) -> None:
    assert mask_mobile(number) == masked
