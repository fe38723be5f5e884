"""Time of day and region, by calendar and calling number."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tellerline.callcenter.ivr.callers import load_caller_rules
from tellerline.callcenter.ivr.library import FlowError
from tellerline.cli.working_calendar import working_calendar

RULES = load_caller_rules()
CALENDAR = working_calendar(range(2026, 2027))
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("at", "period"),
    [
        ("2026-03-02T07:59", "night"),
        ("2026-03-02T08:00", "day"),
        ("2026-03-02T12:30", "day"),
        ("2026-03-02T20:00", "night"),
        ("2026-02-17T10:00", "holiday"),  # Spring Festival, a Tuesday
        ("2026-02-28T10:00", "day"),  # a Saturday made up for it
        ("2026-03-07T10:00", "holiday"),  # a plain Saturday
        ("2031-03-03T10:00", "day"),  # nobody has announced that year: a Monday
        ("2031-03-02T10:00", "holiday"),
    ],
)
def test_periods(at: str, period: str) -> None:
    assert RULES.period(CALENDAR, datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)) == period


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("02158888888", "shanghai"),
        ("075588888888", "shenzhen"),
        ("+85221234567", "hongkong"),
        ("13800000000", ""),
        ("", ""),
    ],
)
def test_regions(number: str, region: str) -> None:
    assert RULES.region(number) == region


def test_mistakes_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "callers.toml"
    path.write_text('version = 1\nopens = 20:00:00\ncloses = 08:00:00\nregion = 1\n[regions]\n"010" = 7\n', "utf-8")
    with pytest.raises(FlowError) as broken:
        load_caller_rules(path)
    assert [mistake.removeprefix(f"{path}: ") for mistake in broken.value.mistakes] == [
        "closes: must be later than opens",
        "regions.010: must be a text",
        "region: is not known",
    ]
