"""Signed replies whose markup up to the Body's content is known byte for byte: read by one pattern, without a parser.

A host spells all its signed replies alike, but for two ids and a few texts. Between known markup an id of plain
characters, an instant or base64 can be nothing but itself, also in canonical form, so the canonical SignedInfo and
Timestamp are known too. The Body's content is taken as it stands if its looks tell that a parser would make the very
same bytes of it; a digest proves nothing of that, for whoever signs may have digested what he liked. What is read here
has both digests right; whose signature it is, when and how often it came is for the verifier to judge. Everything else
is left to the parser, so that no answer depends on what was learnt before.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from tellerline.adapters.soap import wss
from tellerline.adapters.soap.errors import UnrecognisedError
from tellerline.adapters.soap.plain import DECLARATION, plain_content, start_tag
from tellerline.adapters.soap.signed_info import Signature, SignedInfo

_LONGEST = 16384
_SHAPES = 4
_LESSONS = 32
_ID, _INSTANT, _BASE64 = r"[\w.-]{1,200}+", r"[0-9TZ:.+-]{1,40}+", r"[A-Za-z0-9+/=]{1,1000}+"
_KINDS = {
    "body": _ID,
    "stamp": _ID,
    "created": _INSTANT,
    "expires": _INSTANT,
    "nonce": _BASE64,
    "first": _BASE64,
    "second": _BASE64,
    "value": _BASE64,
}
_STAMPED = {wss.CREATED: "created", wss.EXPIRES: "expires", wss.NONCE: "nonce"}
_DECLARATION = re.compile(DECLARATION.encode())
_TO_BODY = re.compile(rb"</(?:[\w.-]+:)?Header>\s*<(?:[\w.-]+:)?Body(?:\s[^<>]*)?>")
_FROM_BODY = re.compile(rb"</(?:[\w.-]+:)?Body>\s*</(?:[\w.-]+:)?Envelope>\s*\Z")
_NAMESPACES = r'((?: xmlns(?::[\w.-]+)?="(?:urn|https?):[\w.:/-]+")*+)'
_FIRST_TAG = re.compile(start_tag(_NAMESPACES, r"((?:[A-Za-z_][\w.-]*:)?)").encode()).match
_DEFAULT_NAMESPACE = re.compile(rb"\sxmlns\s*=").search


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A reply that was believed: what was signed, in canonical form, and what stands where.

    ``stamped`` is what the Timestamp holds, each with its text; ``ids`` are all in the reply.
    """

    reply: bytes
    body_id: str
    stamp_id: str
    stamped: list[tuple[str, str | None]]
    ids: frozenset[str]
    info: SignedInfo
    timestamp: bytes
    body: bytes

    def texts(self) -> dict[str, str]:
        """What differs from reply to reply, by what it is."""
        first, second = self.info.references
        binary = {"first": first.digest, "second": second.digest, "value": self.info.signature.value}
        return {
            "body": self.body_id,
            "stamp": self.stamp_id,
            **{name: b64encode(value).decode() for name, value in binary.items()},
            **{_STAMPED[tag]: text or "" for tag, text in self.stamped if tag in _STAMPED},
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says it signs: ``body`` and its timestamp have the digests that stand in the signature's bytes.

    ``stamped`` is what the Timestamp holds, each with its text.
    """

    signature: Signature
    body: bytes
    stamped: list[tuple[str, str | None]]


class UsualSignatures:
    """The few shapes of a host's signed replies that were used last.

    Learns only from what the verifier has believed, a bounded number of times. Whoever slips oddities into the unsigned
    part of such a reply makes later ones be read the long way, and no more.
    """

    def __init__(self) -> None:
        self._shapes: deque[_Shape] = deque(maxlen=_SHAPES)
        self._lessons = _LESSONS

    def read(self, reply: bytes) -> Reading | None:
        """None if a parser has to look at it."""
        if len(reply) > _LONGEST:
            return None
        for shape in self._shapes:
            found = shape.match(reply)
            if found is not None:
                if shape is not self._shapes[0]:
                    self._shapes.remove(shape)
                    self._shapes.appendleft(shape)
                return shape.read(reply, found)
        return None

    def learn(self, example: Example) -> None:
        """Remember its shape, unless that is known, or would not be read alike."""
        reply = example.reply
        if not self._lessons or len(reply) > _LONGEST or any(shape.match(reply) for shape in self._shapes):
            return
        self._lessons -= 1
        try:
            shape = _shape(example)
        except UnrecognisedError:
            return
        found = shape.match(reply)
        if found and shape.read(reply, found) == Reading(example.info.signature, example.body, example.stamped):
            self._shapes.appendleft(shape)


@dataclass(frozen=True, slots=True)
class _Template:
    """Canonical bytes with the texts of some of a pattern's groups in between."""

    form: bytes
    groups: Callable[[tuple[bytes, ...]], Any]

    def fill(self, found: tuple[bytes, ...]) -> bytes:
        filled: bytes = self.form % self.groups(found)
        return filled


@dataclass(frozen=True, slots=True)
class _Shape:
    """``match`` finds everything up to the Body's content; ``is_plain`` judges that; ``tail`` is what stands behind."""

    match: Callable[[bytes], re.Match[bytes] | None]
    is_plain: Callable[[bytes], bool]
    tail: bytes
    ids: frozenset[bytes]
    algorithm: str
    info: _Template
    timestamp: _Template
    opening: _Template
    closing: bytes
    digests: Callable[[tuple[bytes, ...]], Any]
    named: Callable[[tuple[bytes, ...]], Any]
    stamped: list[tuple[str, int]]

    def read(self, reply: bytes, found: re.Match[bytes]) -> Reading | None:
        texts = found.groups()
        body_id, stamp_id, value = self.named(texts)
        if body_id == stamp_id or body_id in self.ids or stamp_id in self.ids or not reply.endswith(self.tail):
            return None
        inside = reply[found.end() : -len(self.tail)]
        if not self.is_plain(inside):
            return None
        body = b"%b%b%b" % (self.opening.fill(texts), inside, self.closing)
        if (_digest(body), _digest(self.timestamp.fill(texts))) != self.digests(texts):
            return None
        try:
            signature = Signature(self.info.fill(texts), self.algorithm, a2b_base64(value, strict_mode=True))
        except Base64Error:
            return None
        return Reading(signature, body, [(tag, texts[group].decode()) for tag, group in self.stamped])


def _digest(part: bytes) -> bytes:
    return b64encode(hashlib.sha256(part).digest())


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands before and behind the Body's content, and how that begins."""

    head: bytes
    first: re.Match[bytes]
    tail: bytes


def _frame(reply: bytes) -> _Frame:
    """Raises ``UnrecognisedError`` if there is anything but tags, attributes and text in the head."""
    borders, tail = _TO_BODY.findall(reply), _FROM_BODY.search(reply)
    if len(borders) != 1 or tail is None:
        raise UnrecognisedError
    head = reply[: reply.index(borders[0]) + len(borders[0])]
    declared = _DECLARATION.match(head)
    markup = head[declared.end() :] if declared else head
    first = _FIRST_TAG(reply, len(head))
    if first is None or b"&" in markup or b"<!" in markup or b"<?" in markup:
        raise UnrecognisedError
    return _Frame(head, first, tail[0])


def _plain_content(frame: _Frame) -> tuple[str, Callable[[bytes], bool]]:
    """The pattern of such a first tag, and the test of what it begins.

    These very namespaces were canonical in this place. A name without prefix among others needs none unless the head
    sets a default one.
    """
    prefix, namespaces = (re.escape(each.decode()) for each in frame.first.groups())
    prefixes = prefix if not prefix or _DEFAULT_NAMESPACE(frame.head) else f"(?:{prefix})?"
    return start_tag(namespaces, prefix), plain_content(namespaces, prefix, prefixes)


def _shape(example: Example) -> _Shape:
    """Raises ``UnrecognisedError`` if it cannot be told for certain which place in the markup holds which text."""
    tags = [tag for tag, _ in example.stamped]
    if not {wss.CREATED} <= set(tags) <= _STAMPED.keys() or len(set(tags)) != len(tags):
        raise UnrecognisedError
    frame = _frame(example.reply)
    first, is_plain = _plain_content(frame)
    texts = example.texts()
    holes = _Holes(texts)
    pattern = holes.pattern(frame.head, first)
    body_first = example.info.references[0].uri == f"#{example.body_id}"
    opening, _, rest = example.body.partition(b">")
    return _Shape(
        match=pattern.match,
        is_plain=is_plain,
        tail=frame.tail,
        ids=frozenset(each.encode() for each in example.ids - {example.body_id, example.stamp_id}),
        algorithm=example.info.signature.algorithm,
        info=holes.template(example.info.signature.canonical, {"body", "stamp", "first", "second"}),
        timestamp=holes.template(example.timestamp, texts.keys() & {"stamp", "created", "expires", "nonce"}),
        opening=holes.template(opening + b">", {"body"}),
        closing=rest[rest.rindex(b"</") :],
        digests=holes.getter(*(("first", "second") if body_first else ("second", "first"))),
        named=holes.getter("body", "stamp", "value"),
        stamped=[(tag, holes.order.index(_STAMPED[tag])) for tag, _ in example.stamped],
    )


class _Holes:
    """Where the texts of an example stand, each told by what it is between ``>`` and ``<``, or in quotes."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._names = {text.encode(): name for name, text in texts.items()}
        self._distinct = len(self._names) == len(texts)
        longest_first = sorted(map(re.escape, self._names), key=len, reverse=True)
        self._texts = re.compile(rb"(?<=[>\"'#])(" + b"|".join(longest_first) + rb")(?=[<\"'])")
        self.order: list[str] = []

    def pattern(self, head: bytes, following: str) -> re.Pattern[bytes]:
        """A group for every text of ``head``, twice for the ids, which stand in their reference too.

        Behind it the pattern ``following`` must match. Raises ``UnrecognisedError``, as ``template`` does.
        """
        pieces = self._texts.split(head)
        names = [self._names[text] for text in pieces[1::2]]
        self.order = list(dict.fromkeys(names))
        if not self._distinct or sorted(names) != sorted([*self._names.values(), "body", "stamp"]):
            raise UnrecognisedError
        source = re.escape(pieces[0])
        seen: set[str] = set()
        for name, constant in zip(names, pieces[2::2], strict=True):
            hole = f"(?P={name})" if name in seen else f"(?P<{name}>{_KINDS[name]})"
            source += hole.encode() + re.escape(constant)
            seen.add(name)
        return re.compile(source + f"(?={following})".encode())

    def template(self, canonical: bytes, names: set[str]) -> _Template:
        pieces = self._texts.split(canonical)
        found = [self._names[text] for text in pieces[1::2]]
        if sorted(found) != sorted(names):
            raise UnrecognisedError
        return _Template(b"%b".join(piece.replace(b"%", b"%%") for piece in pieces[::2]), self.getter(*found))

    def getter(self, *names: str) -> Callable[[tuple[bytes, ...]], Any]:
        return itemgetter(*map(self.order.index, names))
