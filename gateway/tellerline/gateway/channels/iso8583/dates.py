"""Dates without a year, or without a century, held against the clock."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from tellerline.gateway.channels.iso8583.answer_codes import BAD_FORMAT, OUT_OF_DATE
from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.gateway.channels.iso8583.problems import AnsweredError

_SLACK_OF_ADVICES: Final = timedelta(days=30)
_NONE: Final = timedelta()
_A_DAY: Final = 1
_HALF_A_YEAR: Final = 6


@dataclass(frozen=True, slots=True)
class DateRules:
    """``tolerance`` is how far a terminal's clock may be off; ``zone`` is the bank's, in which local times are."""

    tolerance: timedelta
    zone: tzinfo

    def check(self, message: Message, version: str, now: datetime, *, advice: bool) -> None:
        """Return if the message's dates are dates, and are now; raise ``AnsweredError`` if not.

        Advices tell of what has been, and may be 30 days late; no message may be of the future.
        """
        earliest = now - (_SLACK_OF_ADVICES if advice else self.tolerance)
        latest = now + self.tolerance
        if not earliest <= _nearest(message.get(7), now.year, now.month) <= latest:
            raise AnsweredError(OUT_OF_DATE, "not_now")
        local = self._local(message, version, now)
        if local is not None and not earliest <= local <= latest:
            raise AnsweredError(OUT_OF_DATE, "not_now")

    def _local(self, message: Message, version: str, now: datetime) -> datetime | None:
        """The instant that the terminal's own clock shows; None where the message has none, or no day."""
        here = now.astimezone(self.zone)
        offset = here.utcoffset() or _NONE
        day, time = message.get(13), message.get(12)
        if version == "1993":
            return _instant(here.year // 100 * 100 + int(time[:2]), time[2:]) - offset if time else None
        if day:
            return _nearest(day + (time or here.strftime("%H%M%S")), here.year, here.month) - offset
        if time:
            _instant(here.year, f"0101{time}")
        return None


def with_year(text: str, now: datetime) -> str:
    """``YYMMDDThhmmss`` of an instant MMDDhhmmss that has been: the last one of that name, tomorrow's at most.

    The same for a request and for all that is said of it within a year, over the turn of the year too. Raises
    ``AnsweredError``.
    """
    return _last(text, now.toordinal() + _A_DAY)


@lru_cache(1024)
def _last(text: str, day: int) -> str:
    year = date.fromordinal(day).year
    for each in (year, year - 1):
        with suppress(AnsweredError):
            instant = _instant(each, text)
            if instant.toordinal() <= day:
                return f"{instant:%y%m%dT%H%M%S}"
    raise AnsweredError(BAD_FORMAT, "not_a_date")


@lru_cache(1024)
def _nearest(text: str, year: int, month: int) -> datetime:
    """The instant MMDDhhmmss that is nearest to this month, whatever its year: a message knows none."""
    months = int(text[:2] or 0) - month
    return _instant(year + (1 if months < -_HALF_A_YEAR else -1 if months > _HALF_A_YEAR else 0), text)


@lru_cache(1024)
def _instant(year: int, text: str) -> datetime:
    try:
        month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(0, 10, 2))
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise AnsweredError(BAD_FORMAT, "not_a_date") from None
