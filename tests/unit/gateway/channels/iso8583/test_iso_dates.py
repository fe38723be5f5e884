"""Dates without a year against the clock, over the turn of the year too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.gateway.channels.iso8583.dates import DateRules, with_year
from tellerline.gateway.channels.iso8583.problems import AnsweredError

RULES = DateRules(timedelta(minutes=10), ZoneInfo("Asia/Shanghai"))
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC)
LEAP = datetime(2028, 2, 29, 12, tzinfo=UTC)


def _refused(fields: dict[int, str], now: datetime = NOW, version: str = "1987", *, advice: bool = False) -> str:
    try:
        RULES.check(Message("0200", fields), version, now, advice=advice)
    except AnsweredError as error:
        return error.answer.y1987
    return ""


@pytest.mark.parametrize(
    ("fields", "now", "code"),
    [
        ({7: "0302023000", 12: "103000", 13: "0302"}, NOW, ""),
        ({7: "0302022001"}, NOW, ""),
        ({7: "0302021959"}, NOW, "94"),
        ({7: "0302024001"}, NOW, "94"),
        ({7: "0301023000"}, NOW, "94"),
        ({7: "0230023000"}, NOW, "30"),
        ({7: "0229120000"}, NOW, "30"),
        ({7: "0229120000"}, LEAP, ""),
        ({7: "0302246000"}, NOW, "30"),
        ({7: "0000000000"}, NOW, "30"),
        ({7: ""}, NOW, "30"),
        ({7: "1231235955"}, NEW_YEAR, ""),
        ({7: "0101000010"}, datetime(2026, 12, 31, 23, 59, 50, tzinfo=UTC), ""),
        ({7: "0302023000", 13: "0301", 12: "103000"}, NOW, "94"),
        ({7: "0302023000", 13: "0230", 12: "103000"}, NOW, "30"),
        ({7: "0302023000", 13: "0302", 12: "023000"}, NOW, "94"),
        ({7: "0302023000", 13: "0302"}, NOW, ""),
        ({7: "0302023000", 12: "999999"}, NOW, "30"),
        ({7: "1231235955", 13: "0101", 12: "075955"}, NEW_YEAR, ""),
    ],
)
def test_1987(fields: dict[int, str], now: datetime, code: str) -> None:
    assert _refused(fields, now) == code


@pytest.mark.parametrize(
    ("local", "code"),
    [("260302103000", ""), ("260301103000", "94"), ("250302103000", "94"), ("260230103000", "30"), ("", "")],
)
def test_1993_has_the_year(local: str, code: str) -> None:
    assert _refused({7: "0302023000", 12: local}, version="1993") == code


def test_advices_may_be_a_month_late_and_not_early() -> None:
    assert _refused({7: "0201023000"}, advice=True) == ""
    assert _refused({7: "0130023000"}, advice=True) == "94"
    assert _refused({7: "0302030000"}, advice=True) == "94"
    assert _refused({7: "0230023000"}, advice=True) == "30"
    assert _refused({7: "1215000000"}, datetime(2027, 1, 5, tzinfo=UTC), advice=True) == ""


@pytest.mark.parametrize(
    ("text", "now", "dated"),
    [
        ("0302023000", NOW, "260302T023000"),
        ("0303235959", NOW, "260303T235959"),
        ("0304000000", NOW, "250304T000000"),
        ("1231235955", NEW_YEAR, "261231T235955"),
        ("0101000003", datetime(2026, 12, 31, 23, 59, 55, tzinfo=UTC), "270101T000003"),
        ("0229120000", LEAP, "280229T120000"),
        ("0229120000", datetime(2029, 1, 5, tzinfo=UTC), "280229T120000"),
    ],
)
def test_a_date_without_a_year_is_of_the_last_time_that_it_was(text: str, now: datetime, dated: str) -> None:
    assert with_year(text, now) == dated


@pytest.mark.parametrize("text", ["0229120000", "0230120000", "0000000000", ""])
def test_what_is_no_date_has_no_year(text: str) -> None:
    with pytest.raises(AnsweredError) as found:
        with_year(text, NOW)
    assert found.value.answer.y1987 == "30"


def test_it_is_the_same_for_whatever_is_said_of_it_within_a_year() -> None:
    sent = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    text = f"{sent:%m%d%H%M%S}"
    said = {with_year(text, sent + timedelta(minutes=minutes)) for minutes in range(-10, 60 * 24 * 360, 607)}
    assert said == {"260302T023000"}
