"""Prompts in Asterisk's words, and numbers as they are read in Chinese."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.connectors.asterisk.numerals import chinese_sounds
from tellerline.connectors.asterisk.prompts import PAUSES, media
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason

_WRITTEN = {
    **{f"digits/{digit}": character for digit, character in enumerate("零一二三四五六七八九")},
    "digits/ten": "十",
    "digits/hundred": "百",
    "digits/thousand": "千",
    "digits/ten-thousand": "万",
    "digits/hundred-million": "亿",
    "digits/trillion": "万亿",
    "digits/minus": "负",
}
_VALUES = {"十": 10, "百": 100, "千": 1000}


def _written(number: int) -> str:
    return "".join(_WRITTEN[name] for name in chinese_sounds(number))


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1005, "一千零五"),
        (1050, "一千零五十"),
        (10_000, "一万"),
        (10_010, "一万零一十"),
        (12_000, "一万二千"),
        (100_000, "十万"),
        (120_300, "十二万零三百"),
        (20_305, "二万零三百零五"),
        (100_000_000, "一亿"),
        (100_000_001, "一亿零一"),
        (100_020_000, "一亿零二万"),
        (-42, "负四十二"),
    ],
)
def test_numbers_are_read_as_they_are_written(number: int, written: str) -> None:
    assert _written(number) == written


def _value(written: str) -> int:
    """Read a Chinese number below a trillion back."""
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        if unit in written:
            high, _, low = written.partition(unit)
            return _value(high) * value + (_value(low) if low else 0)
    total, digit = 0, 0
    for character in written.replace("零", ""):
        if character in _VALUES:
            total, digit = total + (digit or 1) * _VALUES[character], 0
        else:
            digit = "零一二三四五六七八九".index(character)
    return total + digit


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_no_number_is_misread(number: int) -> None:
    assert _value(_written(number)) == number


def test_a_number_too_long_to_be_read_is_an_error() -> None:
    with pytest.raises(ValueError, match="16 digits"):
        chinese_sounds(10**16)


def test_each_kind_of_prompt() -> None:
    prompts = ["sound:main-menu", "digits:12#", "number:305", "recording:r.1"]
    assert media(prompts, "en") == ["sound:main-menu", "digits:12#", "number:305", "recording:r.1"]
    assert media(["number:12"], "zh") == ["sound:digits/ten", "sound:digits/2"]


@given(st.integers(min_value=0, max_value=99_999))
def test_silence_is_never_shorter_than_asked_for(milliseconds: int) -> None:
    played = sum(int(item.removeprefix("sound:pause/")) for item in media([f"silence:{milliseconds}"], "zh"))
    assert max(milliseconds, 1) <= played < milliseconds + PAUSES[-1] + 1


@pytest.mark.parametrize("prompt", ["sound:", "sound:/etc/x", "sound:a b", "tone:busy", "digits:12a", "number:1.5", ""])
def test_what_is_no_prompt_is_refused(prompt: str) -> None:
    with pytest.raises(SwitchError) as caught:
        media([prompt], "zh")
    assert caught.value.reason is SwitchReason.REFUSED


def test_digits_that_are_refused_are_not_repeated() -> None:
    with pytest.raises(SwitchError) as caught:
        media(["digits:4711x"], "zh")
    assert "4711" not in str(caught.value)
