"""Telephone numbers in one form, and what may be shown of them and of names to whoever calls."""

from __future__ import annotations

import re

from tellerline.gateway.services.refusals import invalid

_SEPARATORS = str.maketrans("", "", " -()")
_HOME = re.compile(r"(?:\+|00)86")
_TRUNK_MOBILE = re.compile(r"0(1[0-9]{10})")
_DIGITS = re.compile(r"\+?[0-9]{5,20}")


def canonical_number(number: str) -> str:
    """Without separators, the country's own prefix, and the trunk prefix of a mobile number: equal numbers are equal
    texts. Whatever cannot be a telephone number comes back as empty."""
    plain = _HOME.sub("", number.translate(_SEPARATORS), count=1)
    plain = _TRUNK_MOBILE.sub(r"\1", plain) if _TRUNK_MOBILE.fullmatch(plain) else plain
    return plain if _DIGITS.fullmatch(plain) else ""


def checked_number(number: str, field: str) -> str:
    """Raises ``INVALID_REQUEST`` for what cannot be a telephone number."""
    canonical = canonical_number(number)
    if not canonical:
        raise invalid(field, "malformed" if number else "missing")
    return canonical


def mask_mobile(number: str) -> str:
    """With the first three and last four places; less of a short one."""
    if len(number) < 11:
        return "*" * max(0, len(number) - 2) + number[-2:]
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_name(name: str) -> str:
    """The first character, and a star for each other one of a Chinese name; three stars for those of another."""
    if name.isascii():
        return f"{name[:1]}***" if name else ""
    return name[:1] + "*" * (len(name) - 1)
