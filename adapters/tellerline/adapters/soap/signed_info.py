"""The part of an XML Signature that says what is signed and how, read with no choice left to the sender."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from lxml import etree

from tellerline.adapters.soap import wss
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.wss import DSIG, EXCLUSIVE, SHA256

_INFO = f"{{{DSIG}}}SignedInfo"
_VALUE = f"{{{DSIG}}}SignatureValue"
_INCLUSIVE = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
_SIGNATURES = ([_INFO, _VALUE], [_INFO, _VALUE, f"{{{DSIG}}}KeyInfo"])

_LONGEST_PREFIXES = 200

_EXCLUSIVELY = f'Algorithm="{re.escape(EXCLUSIVE)}"'
_PREFIXES = (
    rf'(?:<(?:[\w.-]+:)?InclusiveNamespaces xmlns(?::[\w.-]+)?="{re.escape(EXCLUSIVE)}"'
    rf' PrefixList="([^"<]{{0,{_LONGEST_PREFIXES}}})"></(?:[\w.-]+:)?InclusiveNamespaces>)?'
)
_REFERENCE = (
    r'<(?P=p)Reference(?: Id="[^"<]*")?(?: Type="[^"<]*")? URI="(\#[^"<]*)">~'
    rf"<(?P=p)Transforms>~<(?P=p)Transform {_EXCLUSIVELY}>~{_PREFIXES}~</(?P=p)Transform>~</(?P=p)Transforms>~"
    rf'<(?P=p)DigestMethod Algorithm="{re.escape(SHA256)}"></(?P=p)DigestMethod>~'
    r"<(?P=p)DigestValue>([^<]*)</(?P=p)DigestValue>~</(?P=p)Reference>~"
)
_SIGNED_INFO = (
    r"<(?P<p>(?:[\w.-]+:)?)SignedInfo [^<]*>~"
    rf"<(?P=p)CanonicalizationMethod {_EXCLUSIVELY}>~{_PREFIXES}~</(?P=p)CanonicalizationMethod>~"
    r'<(?P=p)SignatureMethod Algorithm="([^"<]*)"></(?P=p)SignatureMethod>~'
    rf"{_REFERENCE}{_REFERENCE}</(?P=p)SignedInfo>"
)
_CANONICAL = re.compile(_SIGNED_INFO.replace("~", r"\s*+").encode()).fullmatch
"""The canonical form of a SignedInfo with two references; nothing may stand in it but what stands here.

Space is never given back: it is read before anybody has proved who he is, and must take no longer than it is long.
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """``uri`` with its leading #; ``prefixes`` are to be treated as inclusive when what it names is canonicalised."""

    uri: str
    digest: bytes
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """``canonical`` is what ``value`` is over."""

    canonical: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class SignedInfo:
    """A signature and what it refers to, in its order."""

    signature: Signature
    references: tuple[Reference, Reference]


def refuse(why: str) -> UnreadableReplyError:
    return UnreadableReplyError("bad_signature", why)


def canonical(element: etree._Element, inclusive_prefixes: tuple[str, ...]) -> bytes:
    """As ``wss.canonical``; refuses what has no canonical form, such as a relative namespace."""
    try:
        return wss.canonical(element, inclusive_prefixes)
    except etree.C14NError:
        raise refuse("a part without a canonical form") from None


def read_signed_info(signature: etree._Element) -> SignedInfo:
    """Raises ``UnreadableReplyError`` for anything but two references by id under exclusive canonicalisation and
    SHA-256: no other transform, no other digest, no embedded object.

    It is read from its canonical form, the very bytes that the signature is over.
    """
    children = list(signature)
    if [child.tag for child in children] not in _SIGNATURES:
        raise refuse("not SignedInfo, SignatureValue and at most KeyInfo in the signature")
    info, value = children[0], children[1]
    signed = canonical(info, _own_prefixes(info))
    read = _CANONICAL(signed)
    if read is None:
        raise refuse("not two references by id, exclusive canonicalisation and SHA-256")
    _, _, algorithm, *references = read.groups(b"")
    return SignedInfo(
        Signature(signed, algorithm.decode(), _binary((value.text or "").encode())),
        (_reference(*references[:3]), _reference(*references[3:])),
    )


def _own_prefixes(info: etree._Element) -> tuple[str, ...]:
    """The prefixes that SignedInfo wishes to be treated as inclusive in its own canonical form."""
    inside = next(info.iterchildren(), info).find(_INCLUSIVE)
    prefixes = "" if inside is None else inside.get("PrefixList", "")
    if len(prefixes) > _LONGEST_PREFIXES:
        raise refuse("more prefixes than anybody needs")
    return tuple(prefixes.split())


def _reference(uri: bytes, prefixes: bytes, digest: bytes) -> Reference:
    return Reference(uri.decode(), _binary(digest), tuple(prefixes.decode().split()))


def _binary(text: bytes) -> bytes:
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except (Base64Error, ValueError):
        raise refuse("a value that is not base64") from None
