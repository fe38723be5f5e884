"""XML that is well-formed, and its own canonical form, by its looks: told by one pattern, without a parser.

Elements have a start tag and an end tag and, but for the first, no attribute; texts hold every character in the one way
in which canonical XML writes it. Whoever has other XML has to ask a parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable

DECLARATION = r"""<\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?\?>"""
"""What may stand before the document element, and says nothing."""

NO_CHARACTERS = b"\xef\xbf"
"""How U+FFFE and U+FFFF begin in UTF-8, which XML cannot carry, and 62 rare characters beside them."""

_DEPTH = 8
_NAME = r"[A-Za-z_][\w.-]*+"
_CHARACTERS = r"[^<>&\x00-\x08\x0b-\x1f]*+"
_TEXT = rf"{_CHARACTERS}(?:&(?:amp|lt|gt|#xD);{_CHARACTERS})*+"


def start_tag(namespaces: str, prefix: str = "") -> str:
    """The pattern of a start tag. ``prefix``, with its colon, and ``namespaces``, after the name, are patterns too."""
    return f"<{prefix}{_NAME}{namespaces}>"


def plain_content(namespaces: str, prefix: str = "", prefixes: str = "") -> Callable[[bytes], bool]:
    """A test of bytes: whether they are one plain element, at most eight deep, and behind it at most text.

    Its start tag is ``start_tag(namespaces, prefix)``; names inside begin with ``prefixes``. That these namespaces are
    canonical where the element stands, and that they bind these prefixes, is for the caller to know. It takes no longer
    than the bytes are long.
    """
    element = ""
    for level in range(_DEPTH - 1):
        element = _element(level, prefixes, "", element)
    element = _element(_DEPTH - 1, prefix, namespaces, element)
    matches = re.compile(f"{element}{_TEXT}".encode()).fullmatch

    def is_plain(content: bytes) -> bool:
        return matches(content) is not None and NO_CHARACTERS not in content and _is_utf8(content)

    return is_plain


def _element(level: int, prefix: str, namespaces: str, inner: str) -> str:
    children = f"(?:{inner}{_TEXT})*" if inner else ""
    return f"<(?P<name{level}>{prefix}{_NAME}){namespaces}>{_TEXT}{children}</(?P=name{level})>"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
