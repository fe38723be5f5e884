"""The plans, one module per area; each names its own in ``PLANS`` and is found by itself."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from tellerline.routing.transactions.legs import Plan


def discover() -> Mapping[str, Plan[Any]]:
    """Every plan by its operation. Raises ``ValueError`` when two are of the same operation."""
    found: dict[str, Plan[Any]] = {}
    for module_info in pkgutil.iter_modules(__path__, __name__ + "."):
        for plan in import_module(module_info.name).PLANS:
            if plan.operation in found:
                raise ValueError(f"two plans of {plan.operation}")
            found[plan.operation] = plan
    return found
