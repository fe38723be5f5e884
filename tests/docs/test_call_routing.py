"""The plan that the page on call routing shows is one."""

from __future__ import annotations

import re

from tellerline.routing.calls.model import StepKind
from tellerline.routing.calls.plan import parse_plan
from tests.docs.terminal import ROOT

PAGE = (ROOT / "docs/call-routing.md").read_text(encoding="utf-8")


def test_the_plan_shown_is_a_plan_with_every_kind_of_step() -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    plan = parse_plan(shown)
    assert [step.kind for step in plan.queues["loans"].steps] == list(StepKind)
    assert plan.classes["priority"].credit == 90
