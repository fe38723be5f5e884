"""Queues in the contract's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tellerline.callcenter.services.lines import Lines
from tellerline.callcenter.site.standings import Standings
from tellerline.callcenter.site.state import SiteState
from tellerline.routing.calls.expected_wait import ExpectedWaits
from tellerline.routing.calls.plan import load_plan
from tellerline.routing.calls.router import Router

PLAN = load_plan(None)


def lines(state: SiteState, language: str = "en") -> Lines:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return Lines(Standings(PLAN, state, Router(PLAN), ExpectedWaits(PLAN), at), language)


def test_how_wrong_waits_were_told_is_told() -> None:
    queue = lines(SiteState(wait_errors={"personal": [(30.0, 40.0), (20.0, 10.0), (5.0, 35.0)]})).queue("personal")
    assert queue.wait_error.call_count == 3
    assert queue.wait_error.bias_duration.ToTimedelta() == timedelta(seconds=-10)
    assert queue.wait_error.p90_absolute_duration.ToTimedelta() == timedelta(seconds=30)
    assert queue.wait_error.mean_absolute_duration.ToTimedelta() == timedelta(seconds=50) / 3


def test_nothing_is_said_of_waits_that_nobody_had() -> None:
    queue = lines(SiteState(), "zh-CN").queue("loss")
    assert (queue.display_name, queue.HasField("wait_error")) == ("挂失", False)
    assert lines(SiteState()).waiting_call("main-1") is None
