"""``tellerline fault``: make the simulated hosts misbehave."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from tellerline.cli.admin_access import admin
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

ORDER = 400


class Kind(StrEnum):
    LOSE_REQUEST = "lose-request"
    LOSE_REPLY = "lose-reply"
    DELAY = "delay"
    LATE_REPLY = "late-reply"
    DUPLICATE_REPLY = "duplicate-reply"
    CONTRADICTORY_REPLY = "contradictory-reply"
    REORDER = "reorder"
    GARBLE = "garble"
    REFUSE = "refuse"
    CRASH_AFTER_COMMIT = "crash-after-commit"


def register(app: typer.Typer) -> None:
    faults = typer.Typer(no_args_is_help=True, help="Faults of the simulated hosts. 故障注入")
    faults.command()(add)
    faults.command("list")(list_faults)
    faults.command()(clear)
    app.add_typer(faults, name="fault")


def add(
    kind: Annotated[Kind, typer.Argument(help="What happens to a request.")],
    host: Annotated[str, typer.Option(help="One host of the bank (core, …); every host without it.")] = "",
    operation: Annotated[list[str] | None, typer.Option(help="Only this operation of the host (Transfer, …).")] = None,
    account: Annotated[str, typer.Option(help="Only requests on this account number.")] = "",
    count: Annotated[int, typer.Option(min=0, help="The next N requests; 0: every one.")] = 0,
    probability: Annotated[float, typer.Option(min=0, max=1, help="Each with this probability.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the probability.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="Of a delay or a crash; 0: the kind's own.")] = 0.0,
    json: JsonOption = False,
) -> None:
    """Add a fault. Without --host and filters it strikes every request. 添加故障"""
    out = Output(json=json)
    wanted: dict[str, Any] = {
        "kind": kind.value,
        "host": host or None,
        "operations": operation or None,
        "account": account or None,
        "count": count or None,
        "probability": probability or None,
        "seed": seed or None,
        "seconds": seconds or None,
    }
    order = {key: value for key, value in wanted.items() if value is not None}
    added = admin(out, "POST", "/faults", order)["faults"]
    out.result({"faults": added})
    _show(out, added)
    out.hint("tellerline fault clear", "make the hosts healthy again", "恢复主机")


def list_faults(
    magic: Annotated[bool, typer.Option("--magic", help="Also those of the magic accounts and amounts.")] = False,
    json: JsonOption = False,
) -> None:
    """List the faults at work, and how often each has struck. 列出故障"""
    out = Output(json=json)
    faults = admin(out, "GET", "/faults" + ("?standing=true" if magic else ""))["faults"]
    out.result({"faults": faults})
    if not faults:
        out.say("No faults: the hosts are healthy.", "没有故障：主机正常。", style="green")
    else:
        _show(out, faults)


def clear(json: JsonOption = False) -> None:
    """Remove all faults but those of the magic accounts. 清除故障"""
    out = Output(json=json)
    reply = admin(out, "DELETE", "/faults")
    out.result(reply)
    out.say("The hosts are healthy again.", "主机已恢复正常。", style="green")


def _show(out: Output, faults: list[dict[str, Any]]) -> None:
    columns = ("host", "no.", "kind", "operations", "account", "remaining", "probability", "struck")
    out.table(columns, [_row(fault) for fault in faults])


def _row(fault: dict[str, Any]) -> list[object]:
    return [
        fault["host"],
        fault["number"],
        fault["kind"],
        ", ".join(fault["operations"]) or "all",
        fault["account"] or "all",
        "–" if fault["remaining"] is None else fault["remaining"],
        "–" if fault["probability"] is None else fault["probability"],
        fault["injected"],
    ]
