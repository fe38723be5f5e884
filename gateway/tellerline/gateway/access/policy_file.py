"""The access policy as a file: lines of CSV, read strictly, each known by its number."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from tellerline.adapters.rpc.identity import identity_pattern
from tellerline.api.common.v1.context_pb2 import Channel
from tellerline.gateway.access.operations import unknown_operations

ANY = "*"
NOBODY = "-"
"""The identity of a caller without one."""

_COLUMNS = {
    "p": ("channel", "role", "operation", "proof", "effect", "because"),
    "g": ("identity", "role", "channel"),
    "g2": ("role", "role"),
    "g3": ("identity", "person"),
}
_CHANNELS = [name.removeprefix("CHANNEL_") for name, number in Channel.items() if number]
_SHAPES = {
    "channel": re.compile("|".join((r"\*", *_CHANNELS))),
    "role": re.compile(r"\*|[a-z][a-z_]{0,31}"),
    "operation": re.compile(r"\*|[a-z]+\.[A-Za-z*]+"),
    "proof": re.compile(r"grant|open"),
    "effect": re.compile(r"allow|deny"),
    "because": re.compile(r".{0,200}"),
    "identity": re.compile(r"\S{1,200}"),
    "person": re.compile(r"[A-Za-z0-9._*-]{1,64}"),
}


class PolicyError(ValueError):
    """A policy that cannot be used; ``mistakes`` names each with its line."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """``number`` counts from 1 in its file; ``text`` is how it reads, ``words`` the columns behind the ``kind``."""

    number: int
    text: str
    kind: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """``name`` is what people call it; ``digest`` the SHA-256 of ``content`` in hexadecimal."""

    name: str
    content: str
    digest: str
    lines: tuple[PolicyLine, ...]

    def of(self, kind: str) -> Iterator[PolicyLine]:
        return (line for line in self.lines if line.kind == kind)

    @property
    def roles(self) -> tuple[str, ...]:
        """Those that somebody can have, in order."""
        given = {line.words[1] for line in self.of("g")}
        return tuple(sorted({role for each in given for role in self.roles_within(each)} - {ANY}))

    def roles_within(self, role: str) -> frozenset[str]:
        """The role with all that it includes."""
        found, new = {role}, {role}
        while new := {line.words[1] for line in self.of("g2") if line.words[0] in new} - found:
            found |= new
        return frozenset(found)

    @property
    def version(self) -> str:
        """Enough of the digest to tell versions apart."""
        return self.digest[:12]


def standard_policy() -> PolicyFile:
    """The one that comes with the product."""
    text = (files("tellerline.gateway.access") / "standard.csv").read_text(encoding="utf-8")
    return parse_policy(text, "standard.csv")


def load_policy(file: Path | None) -> PolicyFile:
    """A bank's own, or without one the standard. Raises ``PolicyError``, also for a file that cannot be read."""
    if file is None:
        return standard_policy()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError([f"{file}: {error}"]) from None
    return parse_policy(text, str(file))


def parse_policy(text: str, name: str) -> PolicyFile:
    """Raises ``PolicyError`` with every mistake; a policy without a right is one."""
    lines, mistakes = [], []
    for number, row in enumerate(text.splitlines(), 1):
        stripped = row.strip()
        if not stripped or stripped.startswith("#"):
            continue
        kind, *words = (word.strip() for word in next(csv.reader([stripped], skipinitialspace=True)))
        columns = _COLUMNS.get(kind, ())
        words += [""] * (len(columns) - len(words))
        found = [f"{name}:{number}: {what}" for what in _mistakes(kind, columns, words)]
        mistakes += found
        if not found:
            lines.append(PolicyLine(number, stripped, kind, tuple(words)))
    mistakes += [f"{name}:{line.number}: {what}" for line, what in _given_to_nobody(lines)]
    if not mistakes and not any(line.kind == "p" for line in lines):
        mistakes = [f"{name}: there is no line p"]
    if mistakes:
        raise PolicyError(mistakes)
    return PolicyFile(name, text, hashlib.sha256(text.encode()).hexdigest(), tuple(lines))


def _mistakes(kind: str, columns: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    if not columns:
        yield f"a line begins with {', '.join(_COLUMNS)}, not {kind!r}"
    elif len(words) != len(columns):
        yield f"{kind} has the columns {', '.join(columns)}"
    else:
        for column, word in zip(columns, words, strict=True):
            if not _SHAPES[column].fullmatch(word):
                yield f"{word!r} is no {column}"
            elif column == "operation" and unknown_operations((word,)):
                yield f"no operation is {word!r}, or like it"
        if kind == "p" and words[3:5] == ["open", "allow"] and not words[5]:
            yield "what is open says why, in the last column"
        if "identity" in columns:
            try:
                identity_pattern(words[0])
            except ValueError as error:
                yield str(error)


def _given_to_nobody(lines: Iterable[PolicyLine]) -> Iterator[tuple[PolicyLine, str]]:
    """A right of a role that nobody can have is a slip of the pen."""
    lines = list(lines)
    given = {line.words[1] for line in lines if line.kind in {"g", "g2"}}
    for line in lines:
        if line.kind == "p" and line.words[1] not in {ANY, *given}:
            yield line, f"nobody has the role {line.words[1]!r}"
