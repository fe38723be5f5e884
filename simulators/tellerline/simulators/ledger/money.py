"""Amounts between the wire's decimals and the ledger's whole minor units, exactly."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}


def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217); two where the standard says nothing else."""
    return _EXPONENTS.get(currency, 2)


def minor_units(text: str, currency: str) -> int:
    """Minor units of a plain decimal; ``ValueError`` for anything else, or for more places than the currency has."""
    try:
        scaled = Decimal(text).scaleb(exponent(currency))
    except InvalidOperation as error:
        raise ValueError("not a decimal number") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError("more decimal places than the currency has")
    return int(scaled)


def major_units(minor: int, currency: str) -> str:
    """A plain decimal with exactly the currency's places."""
    places = exponent(currency)
    if places == 0:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{places}d}"
