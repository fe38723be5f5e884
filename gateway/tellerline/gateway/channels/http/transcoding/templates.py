"""Path templates of ``google.api.http``: taken apart, and found again by a request's path."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

T = TypeVar("T")
_PIECE = re.compile(r"\{(?P<variable>[a-z][a-z0-9_.]*)(?:=(?P<shape>[^{}]+))?\}|(?P<literal>[A-Za-z0-9._~-]+)|/")
_VERB = re.compile(r":([A-Za-z][A-Za-z0-9]*)$")
WILD = "*"


@dataclass(frozen=True, slots=True)
class Variable:
    """A field of the request that is bound to the segments ``start`` to ``end`` of the path."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Template:
    """``segments`` are literals and ``*``; ``verb`` is what follows a colon at the end, empty without."""

    segments: tuple[str, ...]
    verb: str
    variables: tuple[Variable, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Raises ``ValueError`` for what it does not know (``**`` among them)."""
        verb = _VERB.search(text)
        path = text[: verb.start()] if verb else text
        segments: list[str] = []
        variables = []
        for piece in _pieces(path):
            if piece["literal"]:
                segments.append(piece["literal"])
            elif piece["variable"]:
                inside = (piece["shape"] or WILD).split("/")
                if any(not _is_segment(part) for part in inside):
                    raise ValueError(f"{text} has a segment that is neither a name nor *")
                variables.append(Variable(piece["variable"], len(segments), len(segments) + len(inside)))
                segments.extend(inside)
        return cls(tuple(segments), verb[1] if verb else "", tuple(variables))

    def place_of(self, collection: str) -> int | None:
        """The place of the id that follows the literal ``collection``; None where there is none."""
        for place, segment in enumerate(self.segments[:-1]):
            if segment == collection and self.segments[place + 1] == WILD:
                return place + 1
        return None


def _is_segment(part: str) -> bool:
    return part == WILD or re.fullmatch(r"[A-Za-z0-9._~-]+", part) is not None


def _pieces(path: str) -> list[re.Match[str]]:
    pieces, place = [], 0
    while place < len(path):
        piece = _PIECE.match(path, place)
        if piece is None:
            raise ValueError(f"{path} is no template that this server knows")
        pieces.append(piece)
        place = piece.end()
    return pieces


@dataclass(slots=True)
class _Node(Generic[T]):
    children: dict[str, _Node[T]] = field(default_factory=dict)
    wild: _Node[T] | None = None
    ends: dict[str, dict[str, T]] = field(default_factory=dict)


class PathTable(Generic[T]):
    """Finds what was added for a path; a literal goes before ``*``."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, template: Template, target: T) -> None:
        """Raises ``ValueError`` for a path that is taken."""
        node = self._root
        for segment in template.segments:
            if segment != WILD:
                node = node.children.setdefault(segment, _Node())
                continue
            if node.wild is None:
                node.wild = _Node()
            node = node.wild
        ends = node.ends.setdefault(template.verb, {})
        if method in ends:
            raise ValueError(f"{method} /{'/'.join(template.segments)} is served twice")
        ends[method] = target

    def find(self, raw_path: str) -> tuple[dict[str, T], list[str]] | None:
        """What each method has at this path, with the decoded segments; None where nothing is.

        ``raw_path`` is as the client sent it: an escaped ``/`` or ``:`` belongs to its segment and is never a
        separator. A segment that is empty, not UTF-8 or holds control characters fits nothing.
        """
        raw = raw_path.removeprefix("/").split("/")
        decoded = raw if "%" not in raw_path and raw_path.isprintable() else [_decoded(segment) for segment in raw]
        if ":" in raw[-1]:
            plain, _, verb = raw[-1].rpartition(":")
            segments = [*decoded[:-1], _decoded(plain)]
            found = _at(self._root, segments, verb)
            if found is not None:
                return found, segments
        found = _at(self._root, decoded, "")
        return None if found is None else (found, decoded)


def _at(node: _Node[T], segments: list[str], verb: str) -> dict[str, T] | None:
    """Depth first, literals first: where both lead on, ``*`` is the way to take when the literal's leads nowhere."""
    if "" in segments:
        return None
    for place, segment in enumerate(segments):
        child = node.children.get(segment)
        if child is None:
            child = node.wild
            if child is None:
                return None
        elif node.wild is not None:
            found = _at(child, segments[place + 1 :], verb)
            if found is not None:
                return found
            child = node.wild
        node = child
    return node.ends.get(verb)


def _decoded(segment: str) -> str:
    """Empty for what fits nothing."""
    if "%" in segment:
        try:
            segment = unquote_to_bytes(segment).decode("utf-8")
        except UnicodeDecodeError:
            return ""
    return segment if segment.isprintable() and "/" not in segment else ""
