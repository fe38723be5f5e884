"""Who is who: the roles that a bank gives to its people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tellerline.routing.tickets.commands import Actor


class Staff(Protocol):
    """The bank's list of people, as it is now."""

    async def find(self, person: str) -> Actor | None:
        """None for somebody who is not on it."""


class ListedStaff:
    """People written down once."""

    def __init__(self, people: Mapping[str, Actor]) -> None:
        self._people = people

    async def find(self, person: str) -> Actor | None:
        return self._people.get(person)
