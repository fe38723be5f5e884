"""``tellerline status``: what runs on this machine, and how its hosts are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import typer

from tellerline.cli.call_centre_access import Asked
from tellerline.cli.commands.agents import state_word
from tellerline.cli.commands.calls import place_word
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, find_system, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text, instant_text
from tellerline.cli.system.running import RunningSystem, running_systems

ORDER = 100


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(gateway: GatewayOption = "", json: JsonOption = False) -> None:
    """Show the running system, the state of its hosts, and its call centre. 查看运行状态"""
    out = Output(json=json)
    target = gateway or find_system(out).gateway
    system = next((each for each in running_systems() if each.gateway == target), None)
    request = {"context": operator_context()}
    reply = ask(out, target, lambda client: client.call("operations.v1.OperationsService/ListHostStatuses", request))
    centre = _call_centre(out, system) if system and system.call_centre and system.leader else {}
    out.result({"gateway": target, "hosts": reply["host_statuses"]} | ({"call_centre": centre} if centre else {}))
    out.say(f"gateway {target}", f"网关 {target}")
    columns = ("host", "state", "in flight", "queued", "doubts", "last success", "last failure")
    out.table(columns, [_row(host) for host in reply["host_statuses"]])
    for host in reply["host_statuses"]:
        _say_closed(out, host)
    if centre:
        _say_call_centre(out, centre)
    if any(host["open_doubt_count"] for host in reply["host_statuses"]):
        out.hint("tellerline indoubt list", "what is not known yet", "查看存疑交易")


def _call_centre(out: Output, system: RunningSystem) -> dict[str, Any]:
    """How many people and calls are where."""
    asked = Asked(system.call_centre, system.leader)
    agents = asked.call(out, "agents.v1.AgentService/ListAgents")["agents"]
    calls = asked.call(out, "calls.v1.CallService/ListCalls")["calls"]
    return {
        "address": system.call_centre,
        "switch": system.switch,
        "agents": dict(Counter(state_word(agent["state"]) for agent in agents)),
        "calls": dict(Counter(place_word(call["place"]) for call in calls)),
    }


def _say_call_centre(out: Output, centre: dict[str, Any]) -> None:
    agents, calls = (_counted(centre[kind]) for kind in ("agents", "calls"))
    out.say(
        f"call centre {centre['address']} on {centre['switch']}: agents {agents or '0'}; calls {calls or '0'}",
        f"客服中心 {centre['address']}（{centre['switch']}）：座席 {agents or '0'}；呼叫 {calls or '0'}",
    )


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in sorted(numbers.items()))


def _say_closed(out: Output, host: dict[str, Any]) -> None:
    if not host.get("closing"):
        return
    name, why, waiting = host["name"].split("/")[1], host["closing"], host["waiting_count"]
    back = instant_text(host["back_time"]) if host.get("back_time") else ""
    until_en, until_zh = (f" until {back}", f"，{back} 恢复") if back else ("", "，恢复时间未知")
    out.say(
        f"{name} is closed{until_en} ({why}); {waiting} transaction(s) wait for it.",
        f"{name} 停机维护（{why}）{until_zh}；{waiting} 笔交易待其恢复后发送。",
        style="yellow",
    )


def _row(host: dict[str, Any]) -> list[object]:
    failed = host.get("last_failure_time")
    return [
        host["name"].split("/")[1],
        host["state"].removeprefix("STATE_").replace("_", " ").lower(),
        host["in_flight_count"],
        host["queued_count"],
        host["open_doubt_count"],
        clock_text(host["last_success_time"]) if host.get("last_success_time") else "–",
        f"{clock_text(failed)} {host['last_failure']}" if failed else "–",
    ]
