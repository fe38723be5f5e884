"""What the settings of a call centre refer to, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tellerline.adapters.clock import Clock
from tellerline.callcenter.ivr.callers import CallerRules, load_caller_rules
from tellerline.callcenter.ivr.library import Flows, load_flows
from tellerline.callcenter.people import People, load_people
from tellerline.callcenter.settings import SECTION, CentreSettings
from tellerline.cli.system.setting_mistakes import SettingsError
from tellerline.cli.working_calendar import working_calendar
from tellerline.routing.calls.model import RoutingPlan
from tellerline.routing.calls.plan import load_plan
from tellerline.routing.tickets.working_time import WorkingCalendar

_YEARS_BEFORE, _YEARS_AFTER = 2, 3
FileT = TypeVar("FileT")


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreFiles:
    """What one site goes by."""

    plan: RoutingPlan
    people: People
    flows: Flows
    callers: CallerRules
    calendar: WorkingCalendar

    def period(self, at: datetime) -> str:
        return self.callers.period(self.calendar, at)


def read_centre_files(settings: CentreSettings, clock: Clock) -> CentreFiles:
    """Raises ``SettingsError``."""
    mistakes: dict[str, str] = {}
    year = clock.now().year

    def calendar(path: Path | None) -> WorkingCalendar:
        text = path.read_text(encoding="utf-8") if path else ""
        return working_calendar(range(year - _YEARS_BEFORE, year + _YEARS_AFTER), text)

    plan = _read(mistakes, "plan", settings.plan, load_plan)
    people = _read(mistakes, "people", settings.people, lambda path: load_people(path, plan))
    flows = _read(mistakes, "flows", settings.flows, _flows)
    callers = _read(mistakes, "callers", settings.callers, load_caller_rules)
    hours = _read(mistakes, "office_hours", settings.office_hours, calendar)
    if flows is not None:
        mistakes |= _flows_named(settings, flows)
    usual = CentreSettings.model_fields["rescue_queue"].default
    if plan and settings.rescue_queue not in {"", usual, *plan.queues}:
        known = ", ".join(sorted(plan.queues))
        mistakes[f"{SECTION}.rescue_queue"] = f"no queue {settings.rescue_queue!r}; there are: {known}"
    if mistakes or not (plan and people and flows and callers and hours):
        raise SettingsError(mistakes)
    return CentreFiles(plan=plan, people=people, flows=flows, callers=callers, calendar=hours)


def _read(mistakes: dict[str, str], name: str, path: Path | None, read: Callable[[Path | None], FileT]) -> FileT | None:
    try:
        return read(path)
    except (OSError, ValueError) as error:
        mistakes[f"{SECTION}.{name}"] = str(error)
        return None


def _flows(folder: Path | None) -> Flows:
    if folder is not None and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder")
    return load_flows(folder)


def _flows_named(settings: CentreSettings, flows: Flows) -> dict[str, str]:
    """The waiting flow is the site's word for a time, and the flow that led there goes on in it."""
    named = {name: getattr(settings, name) for name in ("entry_flow", "closing_flow", "voicemail_flow")}
    named |= {f"numbers.{number}": flow for number, flow in settings.numbers.items()}
    known = ", ".join(sorted(flows.flows))
    return {
        f"{SECTION}.{name}": f"no flow {flow!r}; there are: {known}"
        for name, flow in named.items()
        if flow and flow not in flows.flows
    }
