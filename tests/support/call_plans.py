"""Small plans, agents and calls for tests of call routing."""

from __future__ import annotations

from typing import Any

from tellerline.routing.calls.model import (
    AgentProfile,
    Call,
    CallClass,
    Queue,
    RoutingPlan,
    Step,
    StepKind,
    Title,
)

LANGUAGES = ("zh", "en")
SKILLS = ("cards", "loans", "funds")
_CALL_CLASSES = {"standard": 0, "priority": 90, "vip": 15}


def title(name: str) -> Title:
    return Title(zh=name, en=name)


def exact(until: float | None = None, proficiency: int = 1) -> Step:
    return Step(kind=StepKind.EXACT, until=until, proficiency=proficiency)


def queue(name: str, *steps: Step, skills: tuple[str, ...] = ("cards",), **more: Any) -> Queue:
    """A queue with one step for anybody who has the skills, unless ``steps`` are given."""
    return Queue(
        id=name, title=title(name), skills=skills, steps=steps or (exact(),), **{"service_level": 20.0, **more}
    )


def plan(*queues: Queue, reoffer_after: float = 30) -> RoutingPlan:
    return RoutingPlan(
        version=1,
        languages=frozenset(LANGUAGES),
        skills={skill: title(skill) for skill in SKILLS},
        licences={"securities": title("securities")},
        groups={"all-hands": title("all-hands")},
        classes={name: CallClass(id=name, title=title(name), credit=credit) for name, credit in _CALL_CLASSES.items()},
        queues={each.id: each for each in queues},
        reoffer_after=reoffer_after,
    )


def agent(name: str, **more: Any) -> AgentProfile:
    """An agent with a middling proficiency in cards, unless told otherwise."""
    return AgentProfile(id=name, **{"skills": {"cards": 5}, "languages": frozenset(LANGUAGES), **more})


def call(name: str, queue: str = "cards", call_class: str = "standard", **more: Any) -> Call:
    return Call(id=name, queue=queue, call_class=call_class, **more)
