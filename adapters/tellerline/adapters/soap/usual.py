"""Replies whose markup is known byte for byte: read by one pattern instead of a parser.

A host spells one operation's replies alike, but for the texts. What a parser makes of known markup is known too, as
long as the texts between cannot be anything but text: no ``<``, ``>`` or ``&``, no control character (so no carriage
return to normalise), nothing that XML cannot carry. Everything else is left to the parsers.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from tellerline.adapters.soap.decoder import reading
from tellerline.adapters.soap.envelope import content, parse_lightly
from tellerline.adapters.soap.errors import UnreadableReplyError, UnrecognisedError
from tellerline.adapters.soap.plain import DECLARATION, NO_CHARACTERS
from tellerline.adapters.soap.plan import Field, Record

_LONGEST = 4096
_SHAPES = 4
_LESSONS = 32
_TEXT = r"[^<>&\x00-\x1f]*+"
_GAPS = re.compile(rf">({_TEXT})</")
_MARKUP_ONLY = re.compile(rf"(?:{DECLARATION})?\s*+(?:<[^<>&!?][^<>&]*+>\s*+)+").fullmatch

_Fill = Callable[..., dict[str, Any]]
_Shape = tuple[Callable[[str], re.Match[str] | None], _Fill]


class UsualReplies:
    """The few shapes of one operation's reply that were used last, and what each shape's texts mean.

    Learns only from what the parser and the compiled decoder have accepted. Of a reply its markup is kept, never a
    text. A host that spells every reply anew is given up on: the number of lessons is bounded, like the size of a reply
    and the number of shapes.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._shapes: deque[_Shape] = deque(maxlen=_SHAPES)
        self._lessons = _LESSONS

    def read(self, body: bytes) -> dict[str, Any] | None:
        """What the compiled decoder would return for ``body``; None if a parser has to look at it."""
        if len(body) > _LONGEST or (NO_CHARACTERS[0] in body and NO_CHARACTERS in body):  # one byte is found sooner
            return None
        try:
            text = body.decode()
            for shape in self._shapes:
                found = shape[0](text)
                if found is not None:
                    if shape is not self._shapes[0]:
                        self._shapes.remove(shape)
                        self._shapes.appendleft(shape)
                    return shape[1](*found.groups())
        except (UnicodeDecodeError, UnrecognisedError):
            return None
        return None

    def learn(self, body: bytes) -> None:
        """Remember the shape of ``body``, which the compiled decoder has just accepted, unless it has none."""
        if not self._lessons or len(body) > _LONGEST or b"&" in body:
            return
        self._lessons -= 1
        shape = _shape(self._record, body.decode())
        if shape is not None:
            self._shapes.appendleft(shape)


def has_shapes(record: Record) -> bool:
    """Whether replies of this record come in a few shapes; those with repeated elements come in as many as counts."""
    return not any(
        field.repeated or (isinstance(field.type, Record) and not has_shapes(field.type)) for field in record.fields
    )


def _shape(record: Record, text: str) -> _Shape | None:
    """The pattern and the meaning of everything that has the markup of ``text``; None if that cannot be told.

    Which gap is which element's text is seen in a copy whose gaps are numbered.
    """
    pieces = _GAPS.split(text)
    markup, gaps = pieces[::2], pieces[1::2]
    numbers = [f"@{number}" for number in range(len(gaps))]
    root = parse_lightly(_joined(markup, numbers).encode())
    if root is None:
        return None
    texts = {element.text for element in root.iter() if not len(element)}
    constant = _joined(markup, ["" if number in texts else gap for number, gap in zip(numbers, gaps, strict=True)])
    if not _MARKUP_ONLY(constant):
        return None
    meaning = _Meaning(numbers)
    try:
        fill = meaning.compiled(record, content(root))
    except (UnrecognisedError, UnreadableReplyError):
        return None
    free = {number: _TEXT for number in numbers if number in texts} | dict.fromkeys(meaning.used, f"({_TEXT})")
    holes = [free.get(number, re.escape(gap)) for number, gap in zip(numbers, gaps, strict=True)]
    return re.compile(_joined([re.escape(piece) for piece in markup], holes)).fullmatch, fill


def _joined(markup: list[str], gaps: list[str]) -> str:
    return markup[0] + "".join(f">{gap}</{piece}" for gap, piece in zip(gaps, markup[1:], strict=True))


class _Meaning:
    """Python source of a record's values, made of the texts of the gaps that it uses, in their order."""

    def __init__(self, numbers: list[str]) -> None:
        self.used: list[str] = []
        self._variables = {number: f"t{number[1:]}" for number in numbers}
        self._scope: dict[str, Any] = {}

    def compiled(self, record: Record, element: Element) -> _Fill:
        values = self._record(record, element)
        parameters = ", ".join(self._variables[number] for number in self.used)
        source = f"def fill({parameters}): return {values}"
        exec(compile(source, "<usual reply>", "exec"), self._scope)  # noqa: S102 built from the contract
        fill: _Fill = self._scope["fill"]
        return fill

    def _record(self, record: Record, element: Element) -> str:
        children = iter(element)
        child = next(children, None)
        pairs: list[str] = []
        for field in record.fields:
            value = "None"
            if child is not None and child.tag == field.tag:
                value = self._value(field, child)
                child = next(children, None)
            elif not field.optional:
                raise UnrecognisedError
            pairs.append(f"{field.name!r}: {value}")
        if child is not None:
            raise UnrecognisedError
        return "{" + ", ".join(pairs) + "}"

    def _value(self, field: Field, element: Element) -> str:
        if isinstance(field.type, Record):
            return self._record(field.type, element)
        if element.text is None:
            return reading(field, field.type, "None", self._scope)
        if element.text not in self._variables:
            raise UnrecognisedError
        self.used.append(element.text)
        return reading(field, field.type, self._variables[element.text], self._scope)
