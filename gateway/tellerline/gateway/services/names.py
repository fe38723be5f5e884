"""Resource names (AIP-122): taken apart, put together, and an account's turned into its number."""

from __future__ import annotations

import re
from functools import cache

from tellerline.gateway.services.refusals import invalid

UNSIGNED = "unsigned-"
"""Begins the holder's name that stands in the journal where a caller has no customer number."""

_ID = r"[A-Za-z0-9._:-]{1,64}"
_SEQUENCE = re.compile(r"[1-9][0-9]{0,8}")


def segments(name: str, pattern: str, field: str) -> tuple[str, ...]:
    """The variable parts of ``name``, which must have the shape of ``pattern`` (``customers/*/accounts/*``)."""
    found = _shape(pattern).fullmatch(name)
    if found is None:
        raise invalid(field, "not_a_name" if name else "missing")
    return found.groups()


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile("/".join(f"({_ID})" if part == "*" else re.escape(part) for part in pattern.split("/")))


def customer_of(name: str, field: str) -> str:
    """The customer number of ``customers/{customer}``."""
    return segments(name, "customers/*", field)[0]


def customer_name(customer: str) -> str:
    """Empty for a caller without a customer number."""
    return f"customers/{customer}" if customer and not customer.startswith(UNSIGNED) else ""


def account_name(customer: str, sequence: int) -> str:
    return f"customers/{customer}/accounts/{sequence}"


def sequence_of(text: str, field: str) -> int:
    """An account sequence number: from 1, without leading zeros."""
    if not _SEQUENCE.fullmatch(text):
        raise invalid(field, "not_a_sequence_number")
    return int(text)
