"""Who is who: the roles that a bank gives to its people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tellerline.routing.tickets.commands import Actor
from tellerline.routing.tickets.kinds import Role
from tellerline.routing.tickets.tables import Table


class Staff(Protocol):
    """The bank's list of people, as it is now."""

    async def find(self, person: str) -> Actor | None:
        """None for somebody who is not on it."""


class StaffError(ValueError):
    """A list that cannot be read; the text names the place and the mistake."""


class ListedStaff:
    """People written down once."""

    def __init__(self, people: Mapping[str, Actor]) -> None:
        self._people = people

    async def find(self, person: str) -> Actor | None:
        return self._people.get(person)


def read_staff(text: str) -> ListedStaff:
    """From TOML, one table ``[[people]]`` each: ``id``, ``roles``, ``department`` for those of one. Raises
    ``StaffError``."""
    table = Table.document(text, StaffError)
    people = table.tables("people", _person)
    table.close()
    listed = {person.id: person for person in people}
    if len(listed) < len(people):
        raise StaffError("people: somebody stands twice")
    return ListedStaff(listed)


def _person(table: Table) -> Actor:
    person = Actor(
        id=table.text("id"),
        roles=frozenset(table.words("roles", Role)),
        department=table.text("department", ""),
    )
    if (Role.DEPARTMENT in person.roles) != bool(person.department):
        raise table.fail("department", f"{person.id}: stands with the role department, and only there")
    return person
