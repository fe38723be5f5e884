"""The part of an XML Signature that says what is signed and how, read with no choice left to the sender."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from lxml import etree

from tellerline.adapters.soap import wss
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.wss import DSIG, EXCLUSIVE, SHA256

_INCLUSIVE = f"{{{EXCLUSIVE}}}InclusiveNamespaces"


@dataclass(frozen=True, slots=True)
class Reference:
    """``uri`` with its leading #; ``prefixes`` are to be treated as inclusive when what it names is canonicalised."""

    uri: str
    digest: bytes
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedInfo:
    """``canonical`` is what ``signature`` is over."""

    canonical: bytes
    algorithm: str
    signature: bytes
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
    SHA-256: no other transform, no other digest, no embedded object."""
    info, value = _children(signature, "SignedInfo", "SignatureValue", "KeyInfo", least=2)[:2]
    how, method, first, second = _children(info, "CanonicalizationMethod", "SignatureMethod", "Reference", "Reference")
    return SignedInfo(
        canonical(info, _exclusive(how)),
        method.get("Algorithm", ""),
        _binary(value),
        (_reference(first), _reference(second)),
    )


def _reference(reference: etree._Element) -> Reference:
    transforms, method, value = _children(reference, "Transforms", "DigestMethod", "DigestValue")
    (transform,) = _children(transforms, "Transform")
    uri = reference.get("URI", "")
    if not uri.startswith("#") or method.get("Algorithm") != SHA256 or len(method):
        raise refuse("a reference that is not by id and SHA-256")
    return Reference(uri, _binary(value), _exclusive(transform))


def _exclusive(element: etree._Element) -> tuple[str, ...]:
    """The prefixes to treat as inclusive."""
    if element.get("Algorithm") != EXCLUSIVE:
        raise refuse("a canonicalisation other than the exclusive one")
    inside = list(element)
    if not inside:
        return ()
    if len(inside) > 1 or inside[0].tag != _INCLUSIVE:
        raise refuse("an unknown parameter of the canonicalisation")
    return tuple(inside[0].get("PrefixList", "").split())


def _children(parent: etree._Element, *names: str, least: int = 0) -> list[etree._Element]:
    """The children, which must be of these names in this order; behind the first ``least`` some may be missing."""
    tags = [child.tag for child in parent]
    expected = [f"{{{DSIG}}}{name}" for name in names]
    if tags != expected[: len(tags)] or len(tags) < (least or len(expected)):
        raise refuse(f"not {', '.join(names)} in {etree.QName(parent).localname}")
    return list(parent)


def _binary(element: etree._Element) -> bytes:
    try:
        return b64decode("".join((element.text or "").split()), validate=True)
    except (Base64Error, ValueError):
        raise refuse("a value that is not base64") from None
