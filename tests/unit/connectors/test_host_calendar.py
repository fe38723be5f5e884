"""``[calendar]`` and ``[stand_in]`` of a manifest: read whole, refused with the key that is wrong."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from tellerline.connectors.discovery import HostFolder, discover
from tellerline.connectors.toml import ManifestError
from tellerline.routing.model.calendar import StandIn

GOOD = """
[calendar]
zone = "Asia/Shanghai"
cut_over = "23:30"
trading_days = ["Mon", "Tue"]
holidays = ["2026-10-01"]
extra_days = ["2026-10-10"]
[[calendar.weekly]]
days = ["Sun"]
from = "23:00"
to = "02:00"
[[calendar.dated]]
from = "2026-03-07T22:00"
to = "2026-03-08T06:00"
[[calendar.hours]]
operations = ["transfers.*"]
sessions = ["09:30-11:30", "13:00-15:00"]
[stand_in]
"accounts.ReportLoss" = "queue"
"accounts.GetBalance" = "last_known"
"transfers.CreateTransfer" = "refuse"
"""


def laid_over_core(tmp_path: Path, text: str) -> HostFolder:
    file = tmp_path / "core-day.toml"
    file.write_text(text, "utf-8")
    return next(folder for folder in discover() if folder.manifest.name == "core").with_day(file)


def test_a_day_is_read_whole(tmp_path: Path) -> None:
    day = laid_over_core(tmp_path, GOOD).manifest.day
    calendar = day.calendar
    assert calendar is not None
    assert (calendar.zone.key, calendar.cut_over) == ("Asia/Shanghai", time(23, 30))
    assert [(w.days, w.start, w.end) for w in calendar.weekly] == [(frozenset({6}), time(23, 0), time(2, 0))]
    assert [w.start for w in calendar.dated] == [datetime.fromisoformat("2026-03-07T22:00")]
    assert calendar.hours[0].sessions == ((time(9, 30), time(11, 30)), (time(13), time(15)))
    assert calendar.hours[0].concerns("transfers.CreateTransfer")
    assert (calendar.holidays, calendar.extra_days) == (
        frozenset({date(2026, 10, 1)}),
        frozenset({date(2026, 10, 10)}),
    )
    assert day.stand_ins["accounts.ReportLoss"] is StandIn.QUEUE


def test_a_host_without_a_calendar_never_closes_by_one(tmp_path: Path) -> None:
    assert laid_over_core(tmp_path, "").manifest.day.calendar is None


@pytest.mark.parametrize(
    ("old", "new", "key", "why"),
    [
        ('zone = "Asia/Shanghai"', "", "calendar.zone", "missing"),
        ("Asia/Shanghai", "Asia/Atlantis", "calendar.zone", "no such time zone"),
        ('cut_over = "23:30"', 'cut_over = "24:30"', "calendar.cut_over", "not a time of day"),
        ('days = ["Sun"]', 'days = ["Sunday"]', "calendar.weekly[1].days", "'Sunday' is not one of Mon"),
        ('days = ["Sun"]', "days = []", "calendar.weekly[1].days", "list of texts"),
        ('to = "02:00"', 'until = "02:00"', "calendar.weekly[1].to", "missing"),
        ('to = "02:00"', 'to = "02:00"\nsurprise = 1', "calendar.weekly[1].surprise", "not known"),
        ("2026-03-08T06:00", "2026-03-07T06:00", "calendar.dated[1].to", "later than from"),
        ("2026-03-08T06:00", "2026-02-30T06:00", "calendar.dated[1].to", "not in the calendar"),
        ("2026-03-08T06:00", "2026-03-08T06:00+08:00", "calendar.dated[1].to", "takes no offset"),
        ("09:30-11:30", "09:30", "calendar.hours[1].sessions", "is not like"),
        ("transfers.*", "fx.*", "calendar.hours[1].operations", "not one of the host's operations"),
        ("2026-10-01", "2026-13-01", "calendar.holidays", "not in the calendar"),
        ("[[calendar.weekly]]", "[calendar.weekly]", "calendar.weekly", "list of tables"),
        ('= "refuse"', '= "hope"', "stand_in.transfers.CreateTransfer", "must be one of refuse, queue, last_known"),
        ('= "refuse"', '= "queue"', "stand_in.transfers.CreateTransfer", "may wait for a host"),
        ('= "refuse"', '= "last_known"', "stand_in.transfers.CreateTransfer", "does not say when"),
        ('"transfers.CreateTransfer" = "refuse"', '"fx.CreateDeal" = "refuse"', "stand_in.fx.CreateDeal", "operations"),
        ("[stand_in]", "surprise = 1\n[stand_in]", "surprise", "not known"),
    ],
)
def test_a_complaint_names_the_key(tmp_path: Path, old: str, new: str, key: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(ManifestError) as refused:
        laid_over_core(tmp_path, GOOD.replace(old, new, 1))
    assert refused.value.key.endswith(key)
    assert why in str(refused.value)
