"""``tellerline calendars``: when hosts are closed, and what is done then; files put into force anew."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text

ORDER = 325
_SERVICE = "operations.v1.CalendarService"


def register(app: typer.Typer) -> None:
    calendars = typer.Typer(no_args_is_help=True, help="When hosts are closed, and what is done then. 主机日历")
    calendars.command()(show)
    calendars.command()(reload)
    app.add_typer(calendars, name="calendars")


def show(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show each host's calendar in force, and the newest changes. 查看主机日历"""
    out = Output(json=json)
    reply = _call(out, gateway, "ListHostCalendars")
    out.result(reply)
    columns = ("host", "zone", "cut-over", "closed", "trading hours", "stand-ins", "file")
    out.table(columns, [_row(calendar) for calendar in reply["calendars"]])
    changes = [change for calendar in reply["calendars"] for change in calendar["changes"]]
    if changes:
        changes.sort(key=lambda change: int(change["number"]), reverse=True)
        out.heading("Changes", "变更记录")
        rows = [_change_row(change) for change in changes[:10]]
        out.table(("number", "time", "host", "gateway", "operator", "verdict", "digest", "reason"), rows)


def _row(calendar: dict[str, Any]) -> list[object]:
    return [
        calendar["host"],
        calendar["time_zone"],
        calendar["cut_over"],
        "; ".join(calendar["windows"]),
        "; ".join(calendar["trading_hours"]),
        ", ".join(calendar["stand_ins"]),
        calendar["file"] or "host.toml",
    ]


def _change_row(change: dict[str, Any]) -> list[object]:
    return [
        change["number"],
        clock_text(change["change_time"]),
        change["host"],
        change["instance"],
        change["operator"],
        str(change["verdict"]).removeprefix("VERDICT_").replace("_", " ").lower(),
        change["digest"][:12],
        change["reason"],
    ]


def reload(
    host: Annotated[str, typer.Argument(help="Only this host's.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Put calendars' files into force anew. Ends with 1 when one is refused: the old one stays. 重载日历"""
    out = Output(json=json)
    changes = _call(out, gateway, "ReloadHostCalendars", host=host)["changes"]
    refused = [change for change in changes if change["verdict"] != "VERDICT_IN_FORCE"]
    if refused:
        reasons = "; ".join(f"{change['host']}: {change['reason']}" for change in refused)
        out.fail(Exit.REFUSED, "CALENDAR_REFUSED", f"The old calendar stays: {reasons}", f"沿用原日历：{reasons}")
    out.result({"changes": changes})
    if not changes:
        out.say("No host has a calendar's file in the settings.", "配置中没有日历文件。")
    for change in changes:
        name, digest = change["host"], change["digest"][:12]
        out.say(f"{name}: {digest} is in force.", f"{name}：{digest} 已生效。", style="green")


def _call(out: Output, gateway: str, method: str, **fields: str) -> dict[str, Any]:
    request = {"context": operator_context(), **{name: value for name, value in fields.items() if value}}
    return ask(out, gateway, lambda client: client.call(f"{_SERVICE}/{method}", request))
