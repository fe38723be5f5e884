"""Find every service: a folder beside this module with a ``handlers.py`` that has a ``build``."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from tellerline.gateway.channels.service import Service
from tellerline.gateway.services.parts import Parts

_HERE = Path(__file__).parent


def build_services(parts: Parts) -> tuple[Service, ...]:
    """One ``Service`` of each folder, by folder name. A folder without a ``build`` is a defect and raises."""
    folders = sorted(module.name for module in pkgutil.iter_modules([str(_HERE)]) if module.ispkg)
    return tuple(_build(folder, parts) for folder in folders)


def _build(folder: str, parts: Parts) -> Service:
    handlers = importlib.import_module(f"{__package__}.{folder}.handlers")
    service = handlers.build(parts)
    if not isinstance(service, Service):
        raise TypeError(f"{folder}.handlers.build returned no service")
    return service
