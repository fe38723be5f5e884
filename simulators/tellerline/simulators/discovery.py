"""Finds the simulated hosts: a folder with a ``simulator.py`` is a host, and no list names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from tellerline.simulators.hosting.host import BankParts, SimulatedHost

PACKAGE = "tellerline.simulators"
FIRST = "core"
"""Keeps the customers' accounts, so every other host may ask it."""

HostBuilder = Callable[[BankParts], SimulatedHost]
"""``build`` of a host's ``simulator`` module."""


def discover(packages: Iterable[str] = (PACKAGE,)) -> dict[str, HostBuilder]:
    """The builder of every host folder in ``packages`` by the folder's name: core first, then by name.

    Folders that begin with an underscore are no hosts. ``ValueError`` for two hosts of one name, ``AttributeError``
    for a ``simulator`` module that builds nothing.
    """
    found: dict[str, HostBuilder] = {}
    for package in packages:
        for root in import_module(package).__path__:
            for file in Path(root).glob("[!_]*/simulator.py"):
                name = file.parent.name
                if name in found:
                    raise ValueError(f"{file}: another folder has a host named {name}")
                found[name] = import_module(f"{package}.{name}.simulator").build
    return {name: found[name] for name in sorted(found, key=lambda name: (name != FIRST, name))}
