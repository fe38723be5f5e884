"""From bytes to the one element inside a SOAP body, refusing every XML feature that a host has no reason to use."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from lxml import etree

from tellerline.adapters.soap.errors import UnreadableReplyError

SOAP_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_ENVELOPE = f"{{{SOAP_ENVELOPE}}}Envelope"
_HEADER = f"{{{SOAP_ENVELOPE}}}Header"
_BODY = f"{{{SOAP_ENVELOPE}}}Body"
FAULT = f"{{{SOAP_ENVELOPE}}}Fault"

_DECLARED = re.compile(rb"""\A\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


_PARSER = _parser()


def admit(body: bytes) -> bytes:
    """``body`` without its byte order mark, if no parser can be harmed by it; before any parser sees it.

    Raises ``UnreadableReplyError`` (``forbidden_xml``) for a document type, and for every encoding but UTF-8, in which
    one could hide.
    """
    if b"<!DOCTYPE" in body or b"\0" in body:
        raise UnreadableReplyError("forbidden_xml", "document type or wide encoding")
    if body.startswith(_BYTE_ORDER_MARK):
        body = body[3:]
    declared = _DECLARED.match(body)
    if declared is not None and declared[1].lower() not in _ENCODINGS:
        raise UnreadableReplyError("forbidden_xml", "encoding other than UTF-8")
    return body


def parse(body: bytes) -> etree._Element:
    """The document element of an admitted ``body``, for the strict reader and the signature check.

    Raises ``UnreadableReplyError`` (``malformed``). Nothing is fetched and no entity is expanded.
    """
    try:
        return etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableReplyError("malformed", str(error)) from None


def parse_lightly(body: bytes) -> ElementTree.Element | None:
    """The same for the compiled decoders, a sixth cheaper; None if this parser is not content with ``body``."""
    try:
        return ElementTree.fromstring(body)  # noqa: S314 admitted: no document type, no entity but XML's own
    except (ElementTree.ParseError, ValueError):
        return None


def content(root: Any) -> Any:
    """The single child of the envelope's body, in either parser's tree.

    Raises ``UnreadableReplyError`` (``not_soap``) for any other shape.
    """
    parts = len(root)
    if root.tag != _ENVELOPE or not parts or (parts > 1 and (parts > 2 or root[0].tag != _HEADER)):
        raise UnreadableReplyError("not_soap", "no SOAP 1.1 envelope")
    body = root[parts - 1]
    if body.tag != _BODY or len(body) != 1:
        raise UnreadableReplyError("not_soap", "body does not hold exactly one element")
    return body[0]
