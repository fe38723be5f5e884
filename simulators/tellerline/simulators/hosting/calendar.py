"""The bank's day: which accounting date an instant belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tellerline.adapters.clock import Clock

BANK_ZONE = ZoneInfo("Asia/Shanghai")
CUT_OVER = time(23, 30)


class BankCalendar:
    """Reads the injected clock. The accounting date changes at cut-over and never goes back by itself.

    ``restart`` takes the clock as it stands, back if need be: for an operator who has set it.
    """

    def __init__(self, clock: Clock, cut_over: time = CUT_OVER, zone: ZoneInfo = BANK_ZONE) -> None:
        self._clock = clock
        self._cut_over = cut_over
        self._zone = zone
        self._until = datetime.min.replace(tzinfo=UTC)
        self._date = ""
        self._last = (self._until, "")

    def accounting_date(self) -> str:
        """ISO 8601 date of the bank's day that is running."""
        now = self._clock.now()
        if now >= self._until:
            self._turn(now)
        return self._date

    def now(self) -> str:
        """The instant in the bank's time zone, ISO 8601 with offset."""
        return self.local(self._clock.now())

    def local(self, instant: datetime) -> str:
        if instant is not self._last[0]:
            self._last = (instant, instant.astimezone(self._zone).isoformat())
        return self._last[1]

    def instant(self) -> datetime:
        return self._clock.now()

    def restart(self) -> None:
        self._turn(self._clock.now())

    def _turn(self, now: datetime) -> None:
        local = now.astimezone(self._zone)
        cut = datetime.combine(local.date(), self._cut_over, self._zone)
        if local >= cut:
            cut = datetime.combine(local.date() + timedelta(days=1), self._cut_over, self._zone)
        self._until = cut.astimezone(UTC)
        self._date = cut.date().isoformat()
