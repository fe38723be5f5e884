"""Calendars to the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time

from tellerline.api.operations.v1 import calendars_pb2 as pb
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.ports import HostCalendarFacts
from tellerline.gateway.services.values import instant_to_proto
from tellerline.routing.model.calendar import HostCalendar

VERDICTS = EnumPair(pb.CalendarChange.Verdict.DESCRIPTOR, "VERDICT_", RoutingVerdict)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def calendar_to_proto(facts: HostCalendarFacts, changes: Sequence[RoutingChange]) -> pb.HostCalendar:
    calendar = facts.day.calendar
    return pb.HostCalendar(
        host=facts.host,
        file=facts.file,
        digest=facts.digest,
        time_zone=calendar.zone.key if calendar else "",
        cut_over=_clock(calendar.cut_over) if calendar and calendar.cut_over else "",
        windows=list(_windows(calendar)) if calendar else (),
        trading_hours=list(_hours(calendar)) if calendar else (),
        stand_ins=[f"{operation}={stand_in}" for operation, stand_in in sorted(facts.day.stand_ins.items())],
        changes=[change_to_proto(change) for change in changes],
    )


def change_to_proto(change: RoutingChange) -> pb.CalendarChange:
    return pb.CalendarChange(
        number=change.number,
        host=change.host,
        change_time=instant_to_proto(change.at),
        instance=change.instance,
        operator=change.operator,
        verdict=VERDICTS.to_proto(change.verdict),
        digest=change.digest,
        reason=change.reason,
    )


def _windows(calendar: HostCalendar) -> Iterator[str]:
    for weekly in calendar.weekly:
        days = ",".join(_DAYS[day] for day in sorted(weekly.days))
        yield f"{days} {_clock(weekly.start)}-{_clock(weekly.end)}"
    for dated in calendar.dated:
        yield f"{_wall(dated.start)}..{_wall(dated.end)}"


def _hours(calendar: HostCalendar) -> Iterator[str]:
    for hours in calendar.hours:
        sessions = (f"{_clock(start)}-{_clock(end)}" for start, end in hours.sessions)
        yield " ".join((",".join(hours.operations), *sessions))


def _clock(moment: time) -> str:
    return moment.isoformat("minutes")


def _wall(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
