"""``tellerline tickets``: flows checked and shown, and clocks worked out over breaks and holidays."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

if TYPE_CHECKING:
    from tellerline.routing.tickets.events import ClockStarted
    from tellerline.routing.tickets.flow import Flow

ORDER = 650

HoursOption = Annotated[Path | None, typer.Option("--hours", help="A bank's office hours (TOML); else the usual ones.")]
FlowArgument = Annotated[str, typer.Argument(help="A flow that comes with the product, or a file of one (TOML).")]


def register(app: typer.Typer) -> None:
    tickets = typer.Typer(no_args_is_help=True, help="Flows of tickets, and their clocks in working time. 工单")
    tickets.command()(flows)
    tickets.command()(check)
    tickets.command()(due)
    app.add_typer(tickets, name="tickets")


def flows(json: JsonOption = False) -> None:
    """List the flows that come with the product. 随附的工单流程"""
    from tellerline.routing.tickets.reading import read_flow, shipped_flows

    out = Output(json=json)
    found = [read_flow(text) for text in shipped_flows().values()]
    out.result({"flows": [_document(flow) for flow in found]})
    rows = [
        (flow.name, out.text(flow.title.en, flow.title.zh), " → ".join(step.name for step in flow.steps))
        for flow in found
    ]
    out.table(("flow", "title", "steps"), rows)


def check(
    file: Annotated[Path, typer.Argument(help="A flow (TOML).", exists=True, dir_okay=False)], json: JsonOption = False
) -> None:
    """Check a flow before it is proposed. Ends with 1 and names the place when there is a mistake. 检查工单流程"""
    out = Output(json=json)
    flow = _flow(out, str(file))
    out.result(_document(flow))
    said = f"{flow.name}, version {flow.version}: {len(flow.steps)} steps, {len(flow.clocks)} clocks"
    out.say(f"✓ {said}", f"✓ {said}", style="green")


def due(
    flow: FlowArgument,
    start: Annotated[datetime, typer.Argument(help="Wall time of the bank, such as 2026-02-13T15:00.")],
    hours: HoursOption = None,
    json: JsonOption = False,
) -> None:
    """Work out when each clock of a flow is due, and who is called before, had it started then. 推算办理时限"""
    from tellerline.cli.working_calendar import working_calendar
    from tellerline.routing.tickets.details import Details
    from tellerline.routing.tickets.timing import started
    from tellerline.routing.tickets.working_time import CalendarError, UnknownYearError

    out = Output(json=json)
    rules = _flow(out, flow)
    try:
        text = hours.read_text(encoding="utf-8") if hours else ""
        calendar = working_calendar(range(start.year - 1, start.year + 3), text)
        instant = start.replace(tzinfo=calendar.zone)
        clocks = [started(rule, Details(), instant, 1, calendar) for rule in rules.clocks]
    except (CalendarError, OSError) as error:
        out.fail(Exit.USAGE, "HOURS_NOT_READ", str(error), f"办公时间有误：{error}")
    except UnknownYearError as error:
        out.fail(Exit.SETUP, "WORKING_DAYS_UNKNOWN", str(error), f"尚不掌握 {error.year} 年的节假日安排")
    running = [clock for clock in clocks if clock is not None]
    out.result({"flow": rules.name, "clocks": [_clock_document(clock, calendar.zone) for clock in running]})
    rows = [(clock.clock, _wall(clock.due, calendar.zone), _calls(clock, calendar.zone)) for clock in running]
    out.table(("clock", "due", "called before"), rows)


def _flow(out: Output, name: str) -> Flow:
    from tellerline.routing.tickets.flow import FlowError
    from tellerline.routing.tickets.reading import read_flow, shipped_flows

    shipped = shipped_flows()
    try:
        return read_flow(shipped[name] if name in shipped else Path(name).read_text(encoding="utf-8"))
    except FlowError as error:
        out.fail(Exit.REFUSED, "FLOW_BROKEN", str(error), f"流程有误：{error}")
    except (OSError, UnicodeDecodeError):
        known = ", ".join(shipped)
        out.fail(Exit.USAGE, "FLOW_NOT_FOUND", f"{name} is no file, and none of {known}", f"没有流程 {name}")


def _document(flow: Flow) -> dict[str, Any]:
    return {
        "name": flow.name,
        "kind": flow.kind.value,
        "version": flow.version,
        "title": {"zh": flow.title.zh, "en": flow.title.en},
        "steps": [step.name for step in flow.steps],
        "clocks": {clock.name: str(clock.days) if clock.days else clock.until for clock in flow.clocks},
    }


def _clock_document(clock: ClockStarted, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "clock": clock.clock,
        "due": clock.due.astimezone(zone).isoformat(),
        "calls": [{"role": alarm.to.value, "at": alarm.at.astimezone(zone).isoformat()} for alarm in clock.alarms],
    }


def _calls(clock: ClockStarted, zone: ZoneInfo) -> str:
    return ", ".join(f"{alarm.to} {_wall(alarm.at, zone)}" for alarm in clock.alarms)


def _wall(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%a %d %b %H:%M}"
