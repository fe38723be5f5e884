"""Routing plans as TOML: read, checked as a whole, with every mistake named by its place."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from tellerline.routing.calls.model import (
    GREATEST_PROFICIENCY,
    LEAST_PROFICIENCY,
    CallClass,
    Queue,
    RoutingPlan,
    Step,
    StepKind,
    Title,
)
from tellerline.routing.calls.reading import Reader


class PlanError(ValueError):
    """A plan that must not be used; ``mistakes`` names each, with its place."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def load_plan(path: Path | None = None) -> RoutingPlan:
    """The plan of a file; without one the shipped example. Raises ``PlanError``, and ``OSError`` for the file."""
    if path is None:
        text = files("tellerline.routing.calls").joinpath("data", "bank.toml").read_text(encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
    return parse_plan(text)


def parse_plan(text: str) -> RoutingPlan:
    """Raises ``PlanError`` with all mistakes there are."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise PlanError([f"not TOML: {mistake}"]) from None
    mistakes: list[str] = []
    reader = Reader(document, "", mistakes)
    plan = _plan(reader)
    reader.close()
    if mistakes:
        raise PlanError(mistakes)
    return plan


def _plan(reader: Reader) -> RoutingPlan:
    languages = frozenset(reader.words("languages"))
    skills = {name: _title(part) for name, part in reader.named_tables("skills")}
    licences = {name: _title(part) for name, part in reader.named_tables("licences")}
    groups = {name: _title(part) for name, part in reader.named_tables("groups")}
    classes = {name: _call_class(name, part) for name, part in reader.named_tables("classes")}
    queues = {}
    for name, part in reader.named_tables("queues"):
        queues[name] = Queue(
            id=name,
            title=_title_in(part),
            skills=part.words("skills", skills),
            steps=_steps(part, groups),
            service_level=part.number("service_level"),
            weight=part.number("weight", 0),
            licences=frozenset(part.words("licences", licences)),
            clearance=part.whole("clearance", 0, 0),
            handling=_seconds(part, "handling"),
            patience=_seconds(part, "patience"),
            told_every=part.number("told_every", 30, 5),
            callback_beyond=_seconds(part, "callback_beyond"),
        )
    for key, found in (("classes", classes), ("queues", queues)):
        if not found:
            reader.note(key, "needs one at least")
    return RoutingPlan(
        version=reader.whole("version", None, 1),
        languages=languages,
        skills=skills,
        licences=licences,
        groups=groups,
        classes=classes,
        queues=queues,
        reoffer_after=reader.number("reoffer_after"),
    )


def _seconds(reader: Reader, key: str) -> float | None:
    return reader.number(key, least=1) if reader.has(key) else None


def _title(reader: Reader) -> Title:
    return Title(zh=reader.text("zh"), en=reader.text("en"))


def _title_in(reader: Reader) -> Title:
    part = reader.table("title")
    title = _title(part)
    part.close()
    return title


def _call_class(name: str, reader: Reader) -> CallClass:
    return CallClass(id=name, title=_title_in(reader), credit=reader.number("credit", 0))


def _steps(reader: Reader, groups: dict[str, Title]) -> tuple[Step, ...]:
    steps = tuple(_step(part, groups) for part in reader.listed_tables("steps"))
    for mistake in _order_mistakes(steps):
        reader.note("steps", mistake)
    return steps


def _step(reader: Reader, groups: dict[str, Title]) -> Step:
    kind = StepKind(reader.word("kind", list(StepKind)))
    until = reader.number("until") if reader.has("until") else None
    least, greatest = LEAST_PROFICIENCY, GREATEST_PROFICIENCY
    by_skill = kind in (StepKind.EXACT, StepKind.LOWER)
    proficiency = reader.whole("proficiency", least, least, greatest) if by_skill else least
    group = reader.word("group", groups) if kind is StepKind.OVERFLOW else ""
    return Step(kind=kind, until=until, proficiency=proficiency, group=group)


_ORDER = list(StepKind)


def _order_mistakes(steps: tuple[Step, ...]) -> list[str]:
    kinds = [step.kind for step in steps]
    mistakes = []
    if kinds != sorted(kinds, key=_ORDER.index):
        mistakes.append(f"must come in the order {', '.join(_ORDER)}")
    if kinds.count(StepKind.EXACT) != 1:
        mistakes.append("need one exact step")
    for once in (StepKind.DEDICATED, StepKind.CALLBACK, StepKind.VOICEMAIL):
        if kinds.count(once) > 1:
            mistakes.append(f"have more than one {once} step")
    untils = [step.until for step in steps if step.until is not None]
    if any(later <= earlier for earlier, later in pairwise(untils)):
        mistakes.append("count from the call's age: each until must be later than the one before")
    floors = [step.proficiency for step in steps if step.kind in (StepKind.EXACT, StepKind.LOWER)]
    if any(later >= earlier for earlier, later in pairwise(floors)):
        mistakes.append("each lower step must ask less proficiency than the one before")
    if steps and steps[-1].until is not None:
        mistakes.append("the last one has no until")
    return mistakes
