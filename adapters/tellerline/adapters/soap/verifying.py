"""WS-Security of replies: the host signed this very body, now, and we have not had it before."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as Base64Error
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from lxml import etree

from tellerline.adapters.clock import Clock
from tellerline.adapters.soap import wss
from tellerline.adapters.soap.credentials import MessageSecurity, trusted_keys
from tellerline.adapters.soap.envelope import admit, parse
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.signed_info import Reference, Signature, SignedInfo, canonical, read_signed_info, refuse
from tellerline.adapters.soap.usual_signature import Example, UsualSignatures

_IDS = etree.XPath(
    "//@*[contains('id Id iD ID', local-name()) and string-length(local-name()) = 2]", smart_strings=False
)


@dataclass(frozen=True, slots=True)
class _Message:
    """The parts of an envelope, each found by where it stands."""

    body: etree._Element
    timestamp: etree._Element
    signature: etree._Element
    ids: list[str]


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What a timestamp says, each of ``nonces`` as it is remembered."""

    created: datetime
    expires: datetime | None
    nonces: list[bytes]


class ReplyVerifier:
    """Checks one host's replies against its pinned certificates, whatever certificate the reply itself shows.

    The one signature must stand in the one Security header of an envelope that is a Header and a Body and nothing else,
    and cover exactly that Body and the Timestamp beside it. A reply is accepted within ``skew`` of its timestamp, and
    once: its nonce, if it has one, and what it signed are remembered in this process for as long as its timestamp could
    still pass; only what was signed by the host is. Raises ``CredentialsError`` for certificates that cannot be used.
    """

    def __init__(self, security: MessageSecurity, clock: Clock, skew: timedelta = timedelta(minutes=5)) -> None:
        self._keys = trusted_keys(security)
        self._clock = clock
        self._skew = skew
        self._seen: OrderedDict[bytes, datetime] = OrderedDict()
        self._usual = UsualSignatures()

    def open(self, reply: bytes) -> bytes:
        """The canonical form of the Body, the very bytes that were signed, in an envelope without a header.

        Only that is to be read: what the signature does not cover is gone. Raises ``UnreadableReplyError``:
        ``unsigned``, ``bad_signature``, ``stale_timestamp``, ``replayed``, or what ``envelope.parse`` raises.
        """
        now = self._clock.now()
        usual = self._usual.read(reply)
        if usual is None:
            return wss.OPENING + self._open_unusual(admit(reply), now) + wss.CLOSING
        self._check_signature(usual.signature, now)
        self._accept(_stamp(usual.stamped), usual.signature, now)
        return wss.OPENING + usual.body + wss.CLOSING

    def _open_unusual(self, reply: bytes, now: datetime) -> bytes:
        message = _parts(parse(reply))
        signed = read_signed_info(message.signature)
        references = _own_references(message, signed)
        self._check_signature(signed.signature, now)
        body = canonical(message.body, references[0].prefixes)
        timestamp = canonical(message.timestamp, references[1].prefixes)
        if [hashlib.sha256(part).digest() for part in (body, timestamp)] != [each.digest for each in references]:
            raise refuse("the body or the timestamp is not what was signed")
        stamped = [(str(part.tag), part.text) for part in message.timestamp]
        self._accept(_stamp(stamped), signed.signature, now)
        self._usual.learn(
            Example(
                reply=reply,
                body_id=message.body.get(wss.ID, ""),
                stamp_id=message.timestamp.get(wss.ID, ""),
                stamped=stamped,
                ids=frozenset(message.ids),
                info=signed,
                timestamp=timestamp,
                body=body,
            )
        )
        return body

    def _check_signature(self, signature: Signature, now: datetime) -> None:
        fitting = [key for key in self._keys if key.algorithm == signature.algorithm and key.begins <= now <= key.ends]
        if not fitting:
            raise refuse("no trusted certificate of this algorithm is valid now")
        if not any(key.holds(signature.value, signature.canonical) for key in fitting):
            raise refuse("the signature is not the host's")

    def _fresh(self, stamp: _Stamp, now: datetime) -> datetime:
        """When this timestamp stops being acceptable."""
        if abs(now - stamp.created) > self._skew:
            raise UnreadableReplyError("stale_timestamp", "created too long ago, or in the future")
        until = stamp.created + self._skew
        if stamp.expires is not None:
            until = min(until, stamp.expires)
        if now > until:
            raise UnreadableReplyError("stale_timestamp", "expired")
        return until

    def _accept(self, stamp: _Stamp, signature: Signature, now: datetime) -> None:
        """Raises unless it is fresh, and the first of its kind; remembers it."""
        until = self._fresh(stamp, now)
        while self._seen and next(iter(self._seen.values())) < now:
            self._seen.popitem(last=False)
        marks = [hashlib.sha256(signature.canonical).digest(), *stamp.nonces]
        if any(mark in self._seen for mark in marks):
            raise UnreadableReplyError("replayed", "this reply, or one with its nonce, was received before")
        self._seen.update(dict.fromkeys(marks, until))


def _stamp(stamped: Iterable[tuple[str, str | None]]) -> _Stamp:
    """What these parts of a timestamp, each with its text, say: of each instant the first counts; every nonce does."""
    instants: dict[str, datetime] = {}
    nonces = []
    for tag, text in stamped:
        if tag == wss.NONCE:
            nonces.append(_nonce_mark(text))
        elif tag in (wss.CREATED, wss.EXPIRES) and tag not in instants:
            instants[tag] = _instant(text)
    if wss.CREATED not in instants:
        raise UnreadableReplyError("stale_timestamp", "no instant of creation")
    return _Stamp(instants[wss.CREATED], instants.get(wss.EXPIRES), nonces)


def _instant(text: str | None) -> datetime:
    instant = wss.instant(text)
    if instant is None:
        raise UnreadableReplyError("stale_timestamp", "something that is no instant")
    return instant


def _nonce_mark(text: str | None) -> bytes:
    try:
        return b"nonce" + b64decode(text or "")
    except (Base64Error, ValueError):
        raise refuse("a nonce that is not base64") from None


def _parts(root: etree._Element) -> _Message:
    if root.tag != wss.ENVELOPE:
        raise UnreadableReplyError("not_soap", "no SOAP 1.1 envelope")
    parts = list(root)
    security = [each for part in parts if part.tag == wss.HEADER for each in part if each.tag == wss.SECURITY]
    inside = list(security[0]) if security else []
    signatures = [each for each in inside if each.tag == wss.SIGNATURE]
    if not signatures:
        raise UnreadableReplyError("unsigned", "no signature in a Security header")
    if [part.tag for part in parts] != [wss.HEADER, wss.BODY] or len(security) != 1 or len(signatures) != 1:
        raise refuse("not one Header, one Body, one Security header and one signature")
    timestamps = [each for each in inside if each.tag == wss.TIMESTAMP]
    if len(timestamps) != 1:
        raise refuse("not exactly one timestamp")
    ids = cast("list[str]", _IDS(root))
    if len(set(ids)) != len(ids):
        raise refuse("ids are not unique")
    return _Message(parts[1], timestamps[0], signatures[0], ids)


def _own_references(message: _Message, signed: SignedInfo) -> tuple[Reference, Reference]:
    """The references to the body and to the timestamp, which carry these ids themselves."""
    wanted = [message.body.get(wss.ID), message.timestamp.get(wss.ID)]
    if not all(wanted) or {each.uri for each in signed.references} != {f"#{name}" for name in wanted}:
        raise refuse("the body and the timestamp are not what is signed")
    by_uri = {each.uri: each for each in signed.references}
    return by_uri[f"#{wanted[0]}"], by_uri[f"#{wanted[1]}"]
