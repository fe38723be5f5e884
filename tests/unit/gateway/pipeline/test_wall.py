"""Instants on the bank's wall are written as Python writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from tellerline.gateway.pipeline.wall import on_the_wall

_ZONES = ("Asia/Shanghai", "UTC", "Asia/Kathmandu", "America/St_Johns", "Europe/London", "Pacific/Kiritimati")


@given(
    st.datetimes(min_value=datetime(1972, 6, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(_ZONES),
)
@example(datetime(2026, 3, 2, tzinfo=UTC), "Asia/Shanghai")
@example(datetime(2026, 3, 2, 1, 2, 3, 40, tzinfo=UTC), "Asia/Shanghai")
def test_an_instant_is_written_as_python_writes_it(instant: datetime, zone: str) -> None:
    assert on_the_wall(instant, ZoneInfo(zone)) == instant.astimezone(ZoneInfo(zone)).isoformat()
