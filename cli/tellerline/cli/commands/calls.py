"""``tellerline calls``: the calls that are up, and why each is where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellerline.cli import call_recordings
from tellerline.cli.call_centre_access import AgentOption, CallCentreOption, find_call_centre
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text

if TYPE_CHECKING:
    from tellerline.gateway.client import Client

ORDER = 641
_SERVICE = "calls.v1.CallService"
_EXPLAIN = "queues.v1.QueueService/ExplainCall"


def register(app: typer.Typer) -> None:
    calls = typer.Typer(no_args_is_help=True, help="Telephone calls. 呼叫")
    calls.command("list")(list_)
    calls.command()(show)
    call_recordings.register(calls)
    app.add_typer(calls, name="calls")


def list_(call_centre: CallCentreOption = "", agent: AgentOption = "", json: JsonOption = False) -> None:
    """List the calls that are up. 查看当前呼叫"""
    out = Output(json=json)
    reply = find_call_centre(out, call_centre, agent).call(out, f"{_SERVICE}/ListCalls")
    out.result(reply)
    if not reply["calls"]:
        out.say("No call is up.", "当前没有呼叫。")
        return
    out.table(("call", "caller", "place", "where", "since"), [_row(call) for call in reply["calls"]])


def _row(call: dict[str, Any]) -> list[object]:
    return [
        call["name"].removeprefix("calls/"),
        call["caller_number"],
        place_word(call["place"]),
        _where(call),
        clock_text(call["begin_time"]),
    ]


def place_word(place: str) -> str:
    """``queue`` for ``PLACE_QUEUE``."""
    return place.removeprefix("PLACE_").lower()


def _where(call: dict[str, Any]) -> str:
    """Agents, or else the queue, or else the step of the flow."""
    if call["agents"]:
        return ", ".join(agent.removeprefix("agents/") for agent in call["agents"])
    return call["queue"].removeprefix("queues/") or "/".join(part for part in (call["flow"], call["node"]) if part)


def show(
    call: Annotated[str, typer.Argument(help="The call's id, as in the list.")],
    call_centre: CallCentreOption = "",
    agent: AgentOption = "",
    json: JsonOption = False,
) -> None:
    """Show a call, and why it waits or went to its agent. 查看呼叫及其路由原因"""
    out = Output(json=json)
    asked = find_call_centre(out, call_centre, agent)
    name = f"calls/{call.removeprefix('calls/')}"

    async def work(client: Client) -> tuple[dict[str, Any], dict[str, Any]]:
        from tellerline.gateway.client import CanonicalError

        found = await client.call(f"{_SERVICE}/GetCall", {"context": asked.context(), "name": name})
        try:
            why = await client.call(_EXPLAIN, {"context": asked.context(), "call": name})
        except CanonicalError as error:
            if not error.code:
                raise
            why = {}
        return found, why

    found, why = asked.ask(out, work)
    out.result({"call": found, "explanation": why})
    out.table(("", ""), _facts(out, found))
    for leg in found["legs"]:
        line = f"  {_word(leg['role'])} {leg['party']}: {_word(leg['state'])}"
        out.say(line, line)
    if why.get("text"):
        out.say(why["text"], why["text"], style="cyan")
    out.hint(f"tellerline trace {name}", "everything that happened in it", "查看全过程")


def _facts(out: Output, call: dict[str, Any]) -> list[tuple[str, str]]:
    facts = [
        (out.text("caller", "来电"), f"{call['caller_number']} → {call['called_number']}"),
        (out.text("place", "位置"), f"{place_word(call['place'])} {_where(call)}".strip()),
        (out.text("begun", "开始"), clock_text(call["begin_time"])),
    ]
    if call.get("end_time"):
        facts.append((out.text("ended", "结束"), clock_text(call["end_time"])))
    return facts


def _word(constant: str) -> str:
    return constant.rpartition("_")[2].lower()
