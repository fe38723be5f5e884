"""The one list of the centre's people: who sits at a telephone with which skills, who leads, who acts on tickets."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tellerline.callcenter.services.roster import Listed
from tellerline.callcenter.tickets.staff import ListedStaff
from tellerline.routing.calls.model import AgentProfile, RoutingPlan
from tellerline.routing.tickets.commands import Actor
from tellerline.routing.tickets.kinds import Role

_AT_TELEPHONES = frozenset({Role.AGENT, Role.LEADER})


class PeopleError(ValueError):
    """A list that cannot be used; ``mistakes`` names each with its place."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class Person(BaseModel):
    """One of the list. ``telephone`` is where he usually sits; agents and leaders alone have skills."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    roles: frozenset[Role] = Field(min_length=1)
    department: str = ""
    telephone: str = Field(default="", pattern=r"^[0-9]{0,32}$")
    skills: dict[str, int] = Field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    clearance: int = 0
    conflicts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _whole(self) -> Person:
        if (Role.DEPARTMENT in self.roles) != bool(self.department):
            raise ValueError("a department stands with the role department, and only there")
        if not self.roles & _AT_TELEPHONES and (self.telephone or self.skills):
            raise ValueError("telephone and skills stand with the roles agent and leader, and only there")
        return self

    @property
    def profile(self) -> AgentProfile:
        return AgentProfile(**self.model_dump(exclude={"roles", "department", "telephone"}))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    people: list[Person] = Field(min_length=1)


@dataclass(frozen=True)
class People:
    """Everybody, in the order of the file."""

    everybody: tuple[Person, ...]

    @cached_property
    def roster(self) -> Mapping[str, Listed]:
        """Who may sit at a telephone, by id."""
        return {
            person.id: Listed(person.profile, Role.LEADER in person.roles)
            for person in self.everybody
            if person.roles & _AT_TELEPHONES
        }

    @cached_property
    def staff(self) -> ListedStaff:
        """Who acts on tickets."""
        return ListedStaff(
            {each.id: Actor(id=each.id, roles=each.roles, department=each.department) for each in self.everybody}
        )

    @property
    def telephones(self) -> Mapping[str, str]:
        """Where people usually sit: numbers by id."""
        return {person.id: person.telephone for person in self.everybody if person.telephone}

    @property
    def leader(self) -> str:
        """The first who leads; empty when nobody does."""
        return next((person.id for person in self.everybody if Role.LEADER in person.roles), "")


def load_people(path: Path | None = None, plan: RoutingPlan | None = None) -> People:
    """Of a file; without one the fictional people that come with the product. Raises ``PeopleError``, ``OSError``."""
    shipped = files("tellerline.callcenter") / "data" / "people.toml"
    return read_people((path or shipped).read_text(encoding="utf-8"), plan)


def read_people(text: str, plan: RoutingPlan | None = None) -> People:
    """From TOML, one table ``[[people]]`` each. With a ``plan``, nobody has a skill that it does not know.

    Raises ``PeopleError`` with all mistakes.
    """
    try:
        listed = _File.model_validate(tomllib.loads(text)).people
    except tomllib.TOMLDecodeError as error:
        raise PeopleError([f"not TOML: {error}"]) from None
    except ValidationError as error:
        raise PeopleError(
            [
                f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}"
                for each in error.errors(include_input=False)
            ]
        ) from None
    mistakes = [*_twice(listed), *(_unknown(listed, plan) if plan else ())]
    if mistakes:
        raise PeopleError(mistakes)
    return People(tuple(listed))


def _twice(listed: list[Person]) -> Iterator[str]:
    for name, count in Counter(person.id for person in listed).items():
        if count > 1:
            yield f"people: {name} stands twice"
    for number, count in Counter(person.telephone for person in listed if person.telephone).items():
        if count > 1:
            yield f"people: telephone {number} stands twice"


def _unknown(listed: list[Person], plan: RoutingPlan) -> Iterator[str]:
    for place, person in enumerate(listed):
        said: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
            "skills": (frozenset(person.skills), frozenset(plan.skills)),
            "languages": (person.languages, plan.languages),
            "licences": (person.licences, frozenset(plan.licences)),
            "groups": (person.groups, frozenset(plan.groups)),
        }
        for key, (given, known) in said.items():
            for word in sorted(given - known):
                yield f"people.{place}.{key}: {word!r} is not in the plan"
