"""What a call itself tells of its caller: the time of day, and the region."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from importlib.resources import files
from pathlib import Path

from tellerline.callcenter.ivr.library import FlowError
from tellerline.routing.calls.reading import Reader
from tellerline.routing.tickets.working_time import UnknownYearError, WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRules:
    """``regions`` are words by prefix of the calling number; ``opens`` and ``closes`` in the bank's wall time."""

    version: int
    opens: time
    closes: time
    regions: Mapping[str, str]

    def period(self, calendar: WorkingCalendar, at: datetime) -> str:
        """``day``, ``night`` or ``holiday`` at an instant. A year that the calendar does not know goes by the days of
        the week alone."""
        here = at.astimezone(calendar.zone)
        try:
            works = calendar.works_on(here.date())
        except UnknownYearError:
            works = here.weekday() in calendar.weekdays
        if not works:
            return "holiday"
        return "day" if self.opens <= here.time() < self.closes else "night"

    def region(self, number: str) -> str:
        """Empty for a number that belongs nowhere, or is withheld."""
        fitting = [prefix for prefix in self.regions if number.removeprefix("+").startswith(prefix)]
        return self.regions[max(fitting, key=len)] if fitting else ""


def load_caller_rules(path: Path | None = None) -> CallerRules:
    """Of a file; without one those shipped. Raises ``FlowError`` with all mistakes, and ``OSError``."""
    if path is None:
        text = (files("tellerline.callcenter.ivr") / "callers.toml").read_text("utf-8")
    else:
        text = path.read_text("utf-8")
    name = str(path or "callers.toml")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise FlowError([f"{name}: not TOML: {mistake}"]) from None
    mistakes: list[str] = []
    reader = Reader(document, "", mistakes)
    opens, closes = (reader.wall_time(key) for key in ("opens", "closes"))
    if closes <= opens:
        reader.note("closes", "must be later than opens")
    rules = CallerRules(
        version=reader.whole("version", None, 1), opens=opens, closes=closes, regions=reader.texts("regions")
    )
    reader.close()
    if mistakes:
        raise FlowError([f"{name}: {mistake}" for mistake in mistakes])
    return rules
