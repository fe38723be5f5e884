"""Resource names (AIP-122): taken apart, put together, and an account's turned into its number."""

from __future__ import annotations

import re

from tellerline.gateway.services.refusals import invalid

UNSIGNED = "unsigned-"
"""Begins the holder's name that stands in the journal where a caller has no customer number."""

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_SEQUENCE = re.compile(r"[1-9][0-9]{0,8}")


def segments(name: str, pattern: str, field: str) -> tuple[str, ...]:
    """The variable parts of ``name``, which must have the shape of ``pattern`` (``customers/*/accounts/*``)."""
    parts, shape = name.split("/"), pattern.split("/")
    if not name:
        raise invalid(field, "missing")
    if len(parts) != len(shape):
        raise invalid(field, "not_a_name")
    found = []
    for part, wanted in zip(parts, shape, strict=True):
        if wanted == "*" and _ID.fullmatch(part):
            found.append(part)
        elif part != wanted:
            raise invalid(field, "not_a_name")
    return tuple(found)


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
