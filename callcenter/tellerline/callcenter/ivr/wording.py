"""Prompts with their values, as words to be read and as sounds to be played: both made of the same pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from tellerline.callcenter.ivr.flow import LANGUAGES, Form, Prompt, Slot

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
UNITS: Mapping[str, Mapping[str, str]] = {
    "minus": {"zh": "负", "en": "minus"},
    "CNY": {"zh": "元", "en": "yuan"},
    "USD": {"zh": "美元", "en": "US dollars"},
    "EUR": {"zh": "欧元", "en": "euros"},
    "HKD": {"zh": "港元", "en": "Hong Kong dollars"},
    "JPY": {"zh": "日元", "en": "yen"},
    "GBP": {"zh": "英镑", "en": "pounds"},
    "jiao": {"zh": "角", "en": "jiao"},
    "fen": {"zh": "分", "en": "fen"},
    "cents": {"zh": "分", "en": "cents"},
    "day": {"zh": "日", "en": ""},
    "hour": {"zh": "点", "en": ""},
    "past": {"zh": "分", "en": ""},
    "minute": {"zh": "分钟", "en": "minute"},
    "minutes": {"zh": "分钟", "en": "minutes"},
    **{f"month-{number}": {"zh": f"{number}月", "en": name} for number, name in enumerate(_MONTHS, 1)},
}
"""Words around figures, one sound each: ``unit/<name>``."""


@dataclass(frozen=True, slots=True)
class Words:
    """``sound`` is the name of the recording in which they are said."""

    sound: str
    text: str


@dataclass(frozen=True, slots=True)
class Number:
    number: int


@dataclass(frozen=True, slots=True)
class Digits:
    digits: str


Piece: TypeAlias = Words | Number | Digits


def pieces(prompt: Prompt, values: Mapping[str, str], language: str) -> Iterator[Piece]:
    """In the order in which they are said. A value that is missing or not of its form is left out."""
    for place, part in enumerate(prompt.parts[language]):
        if isinstance(part, Slot):
            yield from _said(part.form, values.get(part.value, ""), language)
        else:
            yield Words(_recording(prompt, place), part.strip())


def words(prompt: Prompt, values: Mapping[str, str], language: str) -> str:
    """What the caller hears, to be read."""
    gap = "" if language == "zh" else " "
    said = gap.join(_text(piece) for piece in pieces(prompt, values, language))
    return re.sub(r"\s+([,.;:?!])", r"\1", said)


def sounds(prompt: Prompt, values: Mapping[str, str], language: str) -> tuple[str, ...]:
    """What a switch plays (see the telephony port's ``play``)."""
    return tuple(_sound(piece) for piece in pieces(prompt, values, language) if _audible(piece))


def recordings(prompts: Mapping[str, Prompt], language: str) -> dict[str, str]:
    """The text of every sound that these prompts need, by its name."""
    units = {f"unit/{name}": unit[language] for name, unit in UNITS.items() if unit[language]}
    said = (
        (_recording(prompt, place), part.strip())
        for prompt in prompts.values()
        for place, part in enumerate(prompt.parts[language])
        if isinstance(part, str) and _SPOKEN.search(part)
    )
    return {**dict(said), **units}


def texts(prompts: Mapping[str, Prompt]) -> dict[str, dict[str, str]]:
    """``recordings`` of every language, by language."""
    return {language: recordings(prompts, language) for language in LANGUAGES}


_SPOKEN = re.compile(r"\w")


def _recording(prompt: Prompt, place: int) -> str:
    """The sound of a prompt's fixed words: a file ``<flow>/<prompt>/<place>`` of the language."""
    return f"{prompt.name.replace('.', '/')}/{place}"


def _audible(piece: Piece) -> bool:
    return not isinstance(piece, Words) or _SPOKEN.search(piece.text) is not None


def _text(piece: Piece) -> str:
    match piece:
        case Words(text=text):
            return text
        case Number(number=number):
            return str(number)
        case Digits(digits=digits):
            return digits


def _sound(piece: Piece) -> str:
    match piece:
        case Words(sound=sound):
            return f"sound:{sound}"
        case Number(number=number):
            return f"number:{number}"
        case Digits(digits=digits):
            return f"digits:{digits}"


def _unit(name: str, language: str) -> Words:
    return Words(f"unit/{name}", UNITS[name][language])


def _said(form: Form, value: str, language: str) -> Iterator[Piece]:
    try:
        yield from _FORMS[form](value, language)
    except (ValueError, InvalidOperation, KeyError):
        return


def _number(value: str, language: str) -> list[Piece]:
    return [Number(int(value))]


def _digits(value: str, language: str) -> list[Piece]:
    figures = re.sub(r"\D", "", value)
    return [Digits(figures)] if figures else []


def _ending(value: str, language: str) -> list[Piece]:
    return _digits(value[-4:], language)


def _minutes(value: str, language: str) -> list[Piece]:
    minutes = max(1, -(-int(float(value)) // 60))
    return [Number(minutes), _unit("minute" if minutes == 1 else "minutes", language)]


def _money(value: str, language: str) -> list[Piece]:
    currency, _, amount = value.partition(" ")
    minor = int((Decimal(amount) * 100).to_integral_value())
    said: list[Piece] = [_unit("minus", language)] if minor < 0 else []
    units, rest = divmod(abs(minor), 100)
    said += [Number(units), _unit(currency, language)]
    if not rest:
        return said
    if currency == "CNY" and language == "zh":
        tenths, hundredths = divmod(rest, 10)
        said += [Number(tenths), _unit("jiao", language)] if tenths else [Number(0)]
        return said + ([Number(hundredths), _unit("fen", language)] if hundredths else [])
    return [*said, Number(rest), _unit("fen" if currency == "CNY" else "cents", language)]


def _date(value: str, language: str) -> list[Piece]:
    day = date.fromisoformat(value)
    said: list[Piece] = [_unit(f"month-{day.month}", language), Number(day.day)]
    return [*said, _unit("day", language)] if language == "zh" else said


def _time(value: str, language: str) -> list[Piece]:
    at = datetime.fromisoformat(value)
    if language == "zh":
        return [Number(at.hour), _unit("hour", language), Number(at.minute), _unit("past", language)]
    return [Number(at.hour), Digits(f"{at.minute:02}")]


_FORMS = {
    Form.NUMBER: _number,
    Form.DIGITS: _digits,
    Form.ENDING: _ending,
    Form.MONEY: _money,
    Form.MINUTES: _minutes,
    Form.DATE: _date,
    Form.TIME: _time,
}
