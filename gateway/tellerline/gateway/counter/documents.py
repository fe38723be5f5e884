"""Identity documents by kind, checked for what their numbers say of themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]")
_RESIDENT_CHECKS = "10X98765432"
_CREDIT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class DocumentKind(StrEnum):
    RESIDENT_ID = "RESIDENT_ID"
    PASSPORT = "PASSPORT"
    MILITARY_ID = "MILITARY_ID"
    HK_MACAO_PERMIT = "HK_MACAO_PERMIT"
    TAIWAN_PERMIT = "TAIWAN_PERMIT"
    PERMANENT_RESIDENT = "PERMANENT_RESIDENT"
    CREDIT_CODE = "CREDIT_CODE"


def is_resident_id(number: str) -> bool:
    """A citizen identification number of GB 11643: a day of the calendar in it, and the check character of ISO 7064
    MOD 11-2. Which division it was given in is not looked at: divisions come and go."""
    if not _RESIDENT.fullmatch(number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return number[17] == _RESIDENT_CHECKS[total % 11]


def is_credit_code(code: str) -> bool:
    """A unified social credit code of GB 32100, with the right check character."""
    if not _CREDIT.fullmatch(code):
        return False
    total = sum(_CREDIT_DIGITS.index(digit) * pow(3, place, 31) for place, digit in enumerate(code[:17]))
    return code[17] == _CREDIT_DIGITS[-total % 31]


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda number: compiled.fullmatch(number) is not None


_CHECKS: Mapping[DocumentKind, Callable[[str], bool]] = MappingProxyType(
    {
        DocumentKind.RESIDENT_ID: is_resident_id,
        DocumentKind.PASSPORT: _matches(r"[A-Z0-9]{5,17}"),
        DocumentKind.MILITARY_ID: _matches(r"\w{1,4}字?第?[0-9]{4,10}号?"),
        DocumentKind.HK_MACAO_PERMIT: _matches(r"[HM][0-9]{8}(?:[0-9]{2})?"),
        DocumentKind.TAIWAN_PERMIT: _matches(r"[0-9]{8}|[0-9]{10}[A-Z]?"),
        DocumentKind.PERMANENT_RESIDENT: lambda number: (
            is_resident_id(number) if number[:1] == "9" else bool(re.fullmatch(r"[A-Z]{3}[0-9]{12}", number))
        ),
        DocumentKind.CREDIT_CODE: is_credit_code,
    }
)


def kind_by_shape(number: str) -> DocumentKind | None:
    """What a number without a kind must be: eighteen places of which only the last may be an X are a resident's."""
    return DocumentKind.RESIDENT_ID if re.fullmatch(r"[0-9]{17}[0-9X]", number) else None


def is_sound(kind: DocumentKind, number: str) -> bool:
    """Whether the number can be one of this kind."""
    return _CHECKS[kind](number)


def mask_document(number: str) -> str:
    """The first three and last two places; of one below 13 the last two alone, and at most a quarter: what is hidden
    is too much to be tried out."""
    if len(number) < 13:
        hidden = len(number) - min(2, len(number) // 4)
        return "*" * hidden + number[hidden:]
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"
