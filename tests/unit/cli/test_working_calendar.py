"""Working days at the command line: the calendar that is wired, and what ``doctor`` says of years."""

from __future__ import annotations

import json
from datetime import date

import pytest
from ticket_rules import HOURS_2026
from typer.testing import CliRunner

from tellerline.cli.exits import Exit
from tellerline.cli.main import build_app
from tellerline.cli.working_calendar import working_calendar
from tellerline.routing.tickets.working_time import UnknownYearError


def test_the_calendar_that_is_wired_is_the_one_written_by_hand() -> None:
    wired = working_calendar(range(2024, 2031))
    days = [date.fromordinal(number) for number in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert [wired.works_on(day) for day in days] == [HOURS_2026.works_on(day) for day in days]
    assert wired.sessions == HOURS_2026.sessions
    with pytest.raises(UnknownYearError):
        wired.works_on(date(2030, 1, 4))


@pytest.mark.parametrize(("year", "verdict"), [(2026, "ok"), (2005, "missing"), (2099, "missing")])
def test_the_doctor_refuses_a_year_that_nobody_knows(year: int, verdict: str) -> None:
    done = CliRunner().invoke(build_app(), ["doctor", "--year", str(year), "--json"])
    report = json.loads(done.stdout)
    (finding,) = [each for each in report["findings"] if each["name"] == f"working days of {year}"]
    assert finding["verdict"] == verdict
    if verdict == "missing":
        assert (done.exit_code, report["healthy"]) == (Exit.SETUP, False)
        assert finding["remedy"] == "pip install -U chinesecalendar holidays"
