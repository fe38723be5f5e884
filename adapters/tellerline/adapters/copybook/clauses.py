"""One data description entry, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tellerline.adapters.copybook.errors import CopybookError
from tellerline.adapters.copybook.source import Sentence

_NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?$")
_UNSUPPORTED = {
    "REDEFINES": "REDEFINES is not supported: one layout a record, name each variant as a record of its own",
    "RENAMES": "RENAMES is not supported",
    "COMP": "binary usage is not supported",
    "COMPUTATIONAL": "binary usage is not supported",
    "COMP-1": "floating-point usage is not supported",
    "COMP-2": "floating-point usage is not supported",
    "COMP-4": "binary usage is not supported",
    "COMP-5": "binary usage is not supported",
    "BINARY": "binary usage is not supported",
    "SYNC": "SYNCHRONIZED is not supported",
    "SYNCHRONIZED": "SYNCHRONIZED is not supported",
    "JUST": "JUSTIFIED is not supported",
    "JUSTIFIED": "JUSTIFIED is not supported",
    "BLANK": "BLANK WHEN ZERO is not supported",
    "GLOBAL": "GLOBAL is not supported",
    "EXTERNAL": "EXTERNAL is not supported",
    "COPY": "COPY is not supported: one file a copybook",
}


@dataclass(slots=True)
class Entry:
    """What one entry says, before it is laid out. ``occurs`` is 0 where it is not a table."""

    line: int
    level: int
    name: str
    filler: bool = False
    picture: str = ""
    packed: bool = False
    national: bool = False
    sign: str = ""
    separate: bool = False
    occurs: int = 0
    depending_on: str = ""
    values: tuple[str, ...] = field(default=())


class _Words:
    def __init__(self, sentence: Sentence) -> None:
        self.line = sentence.line
        self._words = sentence.words
        self._at = 0

    def next(self) -> str:
        """The next word; raises ``CopybookError`` when the entry ends too early."""
        if self._at >= len(self._words):
            raise CopybookError(self.line, "the entry ends in the middle of a clause")
        self._at += 1
        return self._words[self._at - 1]

    def peek(self) -> str:
        """The next word without taking it; empty at the end."""
        return self._words[self._at] if self._at < len(self._words) else ""

    def skip(self, *optional: str) -> None:
        while self.peek() in optional:
            self._at += 1

    def number(self) -> int:
        word = self.next()
        if not (word.isascii() and word.isdigit()):
            raise CopybookError(self.line, f"a number was expected, not {word}")
        return int(word)


def read_entry(sentence: Sentence) -> Entry:
    """Read one sentence; raises ``CopybookError`` for what is not COBOL or not supported."""
    words = _Words(sentence)
    entry = Entry(words.line, words.number(), "")
    if not (1 <= entry.level <= 49 or entry.level in (77, 88)):
        raise CopybookError(entry.line, f"level {entry.level} is not supported")
    if words.peek() == "FILLER" or words.peek() in _CLAUSES or not words.peek():
        words.skip("FILLER")
        entry.filler = True
    else:
        entry.name = _name(words)
    while words.peek():
        word = words.next()
        clause = _CLAUSES.get(word)
        if clause is None:
            raise CopybookError(entry.line, _UNSUPPORTED.get(word, f"{word} is not understood"))
        clause(words, entry)
    return entry


def _name(words: _Words) -> str:
    word = words.next()
    if not _NAME.match(word):
        raise CopybookError(words.line, f"{word} is not a data name")
    return word


def _picture(words: _Words, entry: Entry) -> None:
    words.skip("IS")
    entry.picture = words.next()


def _usage(words: _Words, entry: Entry) -> None:
    words.skip("IS")
    word = words.next()
    if word in _PACKED:
        entry.packed = True
    elif word == "NATIONAL":
        entry.national = True
    elif word != "DISPLAY":
        raise CopybookError(entry.line, _UNSUPPORTED.get(word, f"usage {word} is not understood"))


def _packed(words: _Words, entry: Entry) -> None:
    entry.packed = True


def _national(words: _Words, entry: Entry) -> None:
    entry.national = True


def _display(words: _Words, entry: Entry) -> None:
    entry.packed = False


def _sign(words: _Words, entry: Entry) -> None:
    words.skip("IS")
    entry.sign = words.next()
    if entry.sign not in ("LEADING", "TRAILING"):
        raise CopybookError(entry.line, f"SIGN {entry.sign} is not understood")
    if words.peek() == "SEPARATE":
        words.next()
        words.skip("CHARACTER")
        entry.separate = True


def _leading(words: _Words, entry: Entry) -> None:
    raise CopybookError(entry.line, "write SIGN before LEADING or TRAILING")


def _occurs(words: _Words, entry: Entry) -> None:
    entry.occurs = words.number()
    if words.peek() == "TO":
        words.next()
        entry.occurs = words.number()
    words.skip("TIMES")
    if words.peek() == "DEPENDING":
        words.next()
        words.skip("ON")
        entry.depending_on = _name(words)
    if entry.occurs < 1:
        raise CopybookError(entry.line, "OCCURS needs at least one occurrence")
    if words.peek() in ("INDEXED", "ASCENDING", "DESCENDING"):
        raise CopybookError(entry.line, f"OCCURS {words.peek()} is not supported")


def _value(words: _Words, entry: Entry) -> None:
    words.skip("IS", "ARE")
    values = [words.next()]
    while words.peek() and words.peek() not in _CLAUSES and words.peek() not in _UNSUPPORTED:
        values.append(words.next())
    if "THRU" in values or "THROUGH" in values:
        raise CopybookError(entry.line, "a range of values is not supported")
    entry.values = tuple(value[1:-1] if value[0] in "'\"" else value for value in values)


_PACKED = ("COMP-3", "COMPUTATIONAL-3", "PACKED-DECIMAL")
_CLAUSES: dict[str, Callable[[_Words, Entry], None]] = {
    "PIC": _picture,
    "PICTURE": _picture,
    "USAGE": _usage,
    "DISPLAY": _display,
    "NATIONAL": _national,
    **dict.fromkeys(_PACKED, _packed),
    "SIGN": _sign,
    "LEADING": _leading,
    "TRAILING": _leading,
    "OCCURS": _occurs,
    "VALUE": _value,
    "VALUES": _value,
}
