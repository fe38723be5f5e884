"""Plans are read whole, and every mistake is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellerline.routing.calls.model import Step, StepKind
from tellerline.routing.calls.plan import PlanError, load_plan, parse_plan

_PLAN = """
version = 3
languages = ["zh"]
reoffer_after = 30
skills.cards = { zh = "卡", en = "cards" }
classes.standard.title = { zh = "普通", en = "standard" }

[queues.cards]
title = { zh = "卡", en = "cards" }
skills = ["cards"]
service_level = 20
steps = [{ kind = "exact", proficiency = 4, until = 30 }, { kind = "lower", proficiency = 2 }]
"""


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(PlanError) as refused:
        parse_plan(text)
    return refused.value.mistakes


def with_steps(steps: str) -> str:
    return _PLAN[: _PLAN.index("steps")] + f"steps = [{steps}]"


def test_reads_a_plan() -> None:
    plan = parse_plan(_PLAN)
    assert plan.version == 3
    queue = plan.queues["cards"]
    assert queue.steps == (
        Step(kind=StepKind.EXACT, proficiency=4, until=30),
        Step(kind=StepKind.LOWER, proficiency=2),
    )
    assert queue.title.in_language("zh-CN") == "卡"
    assert queue.title.in_language("en") == "cards"
    assert plan.classes["standard"].credit == 0


def test_the_shipped_example_is_a_plan_with_the_banks_credit() -> None:
    plan = load_plan()
    assert plan.classes["priority"].credit == 90
    assert {step.kind for queue in plan.queues.values() for step in queue.steps} == set(StepKind)


def test_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(_PLAN, encoding="utf-8")
    assert load_plan(path) == parse_plan(_PLAN)


def test_names_every_mistake_with_its_place() -> None:
    text = _PLAN.replace("version = 3", "version = 0").replace("service_level = 20", "service_level = -1\ncolour = 1")
    assert mistakes_of(text.replace('skills = ["cards"]', 'skills = ["card"]')) == [
        "queues.cards.skills: 'card' is not known",
        "queues.cards.service_level: must be a number, 0 or more",
        "queues.cards.colour: is not known",
        "version: must be a whole number, 1 or more",
    ]


@pytest.mark.parametrize(
    ("steps", "mistake"),
    [
        ("", "need one exact step"),
        ('{ kind = "dedicated" }', "need one exact step"),
        ('{ kind = "voicemail" }, { kind = "exact" }', "must come in the order"),
        ('{ kind = "exact", until = 9 }', "the last one has no until"),
        ('{ kind = "exact", proficiency = 2, until = 9 }, { kind = "lower", proficiency = 2 }', "must ask less"),
        ('{ kind = "exact", until = 9 }, { kind = "callback", until = 9 }, { kind = "voicemail" }', "must be later"),
        ('{ kind = "exact" }, { kind = "voicemail" }, { kind = "voicemail" }', "more than one voicemail"),
        ('{ kind = "exact" }, { kind = "overflow", group = "none" }', "'none' is none of"),
        ('{ kind = "exact", proficiency = 11 }', "must be a whole number, 1 to 10"),
        ('{ kind = "exact", group = "all" }', "is not known"),
        ('{ kind = "nearest" }', "'nearest' is none of dedicated, exact"),
        ('{ kind = "exact", until = nan }, { kind = "callback" }', "must be a number"),
    ],
)
def test_refuses_steps_that_make_no_sense(steps: str, mistake: str) -> None:
    assert any(mistake in found for found in mistakes_of(with_steps(steps)))


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("version = ", "not TOML"),
        ("version = 1\nreoffer_after = 1\nqueues = 3", "queues: must be a table"),
        ("version = true\nreoffer_after = 1", "version: must be a whole number"),
        (_PLAN.replace('zh = "普通", ', ""), "classes.standard.title.zh: must be a text"),
        (_PLAN.replace('["zh"]', '["zh", "zh"]'), "languages: names one twice"),
        (_PLAN.replace('["zh"]', '"zh"'), "languages: must be a list of words"),
        (_PLAN + "steps2 = 1", "queues.cards.steps2: is not known"),
    ],
)
def test_refuses_what_is_no_plan(text: str, mistake: str) -> None:
    assert any(mistake in found for found in mistakes_of(text))
