"""Who may sit at a telephone: agents with their skills, and who leads."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tellerline.routing.calls.model import AgentProfile


class RosterError(ValueError):
    """A roster that cannot be used: each mistake with its place, a line each."""


@dataclass(frozen=True, slots=True)
class Listed:
    profile: AgentProfile
    leader: bool


class _Agent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    leader: bool = False
    skills: dict[str, int] = Field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    clearance: int = 0
    conflicts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


class _Roster(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agents: list[_Agent]


def read_roster(text: str) -> Mapping[str, Listed]:
    """From TOML, one table ``[[agents]]`` each; by id. Raises ``RosterError``."""
    try:
        roster = _Roster.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RosterError(f"no TOML: {error}") from None
    except ValidationError as error:
        mistakes = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False))
        raise RosterError("\n".join(mistakes)) from None
    listed = {
        agent.id: Listed(AgentProfile(**agent.model_dump(exclude={"leader"})), agent.leader) for agent in roster.agents
    }
    if len(listed) < len(roster.agents):
        raise RosterError("agents: somebody stands twice")
    return listed
