"""Copybook text cut into sentences of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tellerline.adapters.copybook.errors import CopybookError

_WORD = re.compile(r"""'[^']*'|"[^"]*"|[^\s'",;.]+(?:\.[^\s'",;.]+)*|\.|[,;]|\S""")
_INDICATOR, _LAST_COLUMN = 6, 72
_INDICATORS = ("", " ", "*", "/")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one entry up to its full stop, and the line it begins on."""

    line: int
    words: tuple[str, ...]


def sentences(text: str) -> Iterator[Sentence]:
    """Cut a copybook in fixed format (sequence number, indicator, columns 8 to 72) or in free format.

    Words are upper case; literals keep their case and quotes. Raises ``CopybookError`` for an entry without its full
    stop.
    """
    words: list[str] = []
    begin = 0
    for number, line in enumerate(text.splitlines(), 1):
        for word in _WORD.findall(_content(line)):
            if word in (",", ";"):
                continue
            begin = begin or number
            if word != ".":
                words.append(word if word[0] in "'\"" else word.upper())
                continue
            if words:
                yield Sentence(begin, tuple(words))
            words, begin = [], 0
    if words:
        raise CopybookError(begin, "an entry does not end with a full stop")


def _content(line: str) -> str:
    line = line.expandtabs()
    numbered = line[:_INDICATOR].isdigit()
    indicator = line[_INDICATOR : _INDICATOR + 1]
    fixed = (numbered or not line[:_INDICATOR].strip()) and indicator in _INDICATORS
    if line.lstrip().startswith("*") or (fixed and indicator in ("*", "/")):
        return ""
    if fixed:
        line = line[_INDICATOR + 1 : _LAST_COLUMN]
    return line.split("*>", 1)[0]
