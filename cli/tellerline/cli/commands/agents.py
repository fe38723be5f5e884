"""``tellerline agents``: who is at the telephones, and what each does."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellerline.cli.call_centre_access import AgentOption, Asked, CallCentreOption, find_call_centre
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text

ORDER = 640
_SERVICE = "agents.v1.AgentService"
WhoArgument = Annotated[str, typer.Argument(help="An agent or leader of the roster.")]


def register(app: typer.Typer) -> None:
    agents = typer.Typer(no_args_is_help=True, help="Who is at the telephones. 座席")
    agents.command("list")(list_)
    agents.command()(sign_in)
    agents.command()(sign_out)
    app.add_typer(agents, name="agents")


def list_(call_centre: CallCentreOption = "", agent: AgentOption = "", json: JsonOption = False) -> None:
    """List everybody who is signed in. 查看签入的座席"""
    out = Output(json=json)
    reply = find_call_centre(out, call_centre, agent).call(out, f"{_SERVICE}/ListAgents")
    out.result(reply)
    if not reply["agents"]:
        out.say("Nobody is signed in.", "没有座席签入。")
        out.hint("tellerline agents sign-in A1001 1001", "sign somebody in", "为座席签入")
        return
    columns = ("agent", "state", "since", "telephone", "call")
    out.table(columns, [_row(each) for each in reply["agents"]])


def _row(agent: dict[str, Any]) -> list[object]:
    cause = f" ({agent['cause']})" if agent["cause"] else ""
    return [
        agent["name"].removeprefix("agents/"),
        f"{state_word(agent['state'])}{cause}",
        clock_text(agent["state_time"]),
        agent["telephone"],
        agent["call"].removeprefix("calls/"),
    ]


def state_word(state: str) -> str:
    """``not ready`` for ``AGENT_STATE_NOT_READY``."""
    return state.removeprefix("AGENT_STATE_").replace("_", " ").lower()


def sign_in(
    who: WhoArgument,
    telephone: Annotated[str, typer.Argument(help="The extension at which the agent sits.")],
    ready: Annotated[bool, typer.Option(help="And take calls.")] = True,
    call_centre: CallCentreOption = "",
    json: JsonOption = False,
) -> None:
    """Sign an agent in, ready for calls. 签入、示闲"""
    out = Output(json=json)
    asked = find_call_centre(out, call_centre, who)
    reply = asked.call(out, f"{_SERVICE}/SignIn", telephone=telephone)
    if ready:
        reply = asked.call(out, f"{_SERVICE}/BecomeReady", agent=f"agents/{who}")
    out.result(reply)
    out.say(f"{who} is {state_word(reply['state'])} at {telephone}.", f"{who} 已在 {telephone} 签入。", style="green")


def sign_out(who: WhoArgument, call_centre: CallCentreOption = "", json: JsonOption = False) -> None:
    """Sign an agent out, and show the figures of the day. 签出"""
    out = Output(json=json)
    asked: Asked = find_call_centre(out, call_centre, who)
    reply = asked.call(out, f"{_SERVICE}/SignOut", agent=f"agents/{who}")
    out.result(reply)
    figures = reply.get("day_figures")
    if not figures:
        out.say(f"{who} will be signed out after the call.", f"{who} 将在通话结束后签出。")
        return
    out.say(
        f"{who} is signed out: {figures['call_count']} call(s), {figures['talk_duration']} of talk.",
        f"{who} 已签出：通话 {figures['call_count']} 次，时长 {figures['talk_duration']}。",
        style="green",
    )
