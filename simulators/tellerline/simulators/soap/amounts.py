"""The amounts that a SOAP request names."""

from __future__ import annotations

from collections.abc import Mapping

from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger.money import minor_units


def amount_in(fields: Mapping[str, str], name: str, *, refused_as: str) -> tuple[int, str]:
    """Minor units and currency of the composite ``name``.

    Refuses, with the host's own code, more places than the currency has, and what is not positive.
    """
    currency = fields[f"{name}/currency"]
    try:
        amount = minor_units(fields[f"{name}/value"], currency)
    except ValueError:
        raise RefusedError(refused_as) from None
    if amount <= 0:
        raise RefusedError(refused_as)
    return amount, currency
