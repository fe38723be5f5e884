"""Numbers that pass every check of their format and can belong to nobody."""

from __future__ import annotations

from datetime import date

TEST_BIN = "622999"
"""No issuer has it."""
FICTIONAL_REGION = "99"
"""No administrative division begins with it."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def card_number(serial: int) -> str:
    """Nineteen digits: test BIN, serial, Luhn digit."""
    body = f"{TEST_BIN}{serial:012d}"
    return body + luhn_digit(body)


def luhn_digit(body: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def passbook_number(serial: int) -> str:
    """Seventeen digits, as older savings accounts have."""
    return f"9900{serial:013d}"


def account_number(serial: int) -> str:
    """Twenty digits, as accounts without card or passbook have."""
    return f"9901{serial:016d}"


def mobile_number(customer: str) -> str:
    """Eleven digits of a prefix that no operator has, by the customer's number."""
    return f"11{int(customer[-9:]):09d}"


def identity_document(region: int, born: date, order: int) -> str:
    """Eighteen characters as GB 11643 has them; ``region`` is four digits behind the fictional 99."""
    body = f"{FICTIONAL_REGION}{region:04d}{born:%Y%m%d}{order:03d}"
    return body + _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
