"""``tellerline calls recording|messages|handle``: what was recorded of calls, and what callers have left word of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellerline.cli.call_centre_access import AgentOption, Asked, CallCentreOption, find_call_centre
from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text, instant_text

if TYPE_CHECKING:
    from tellerline.gateway.client import Client

_SERVICE = "calls.v1.CallService"
_REASON = "Why, for the records."


def register(calls: typer.Typer) -> None:
    """In the group of commands about calls."""
    calls.command()(recording)
    calls.command()(messages)
    calls.command()(handle)


def recording(
    call: Annotated[str, typer.Argument(help="The call's id, as in the list.")],
    leg: Annotated[str, typer.Option(help="Which one; else they are listed where there are several.")] = "",
    file: Annotated[Path | None, typer.Option("--out", help="The WAV file to write.", dir_okay=False)] = None,
    reason: Annotated[str, typer.Option(help=_REASON)] = "",
    call_centre: CallCentreOption = "",
    agent: AgentOption = "",
    json: JsonOption = False,
) -> None:
    """List a call's recordings, or save one; that is written down with who and why. 查看或调取录音"""
    out = Output(json=json)
    asked = find_call_centre(out, call_centre, agent)
    reply = asked.call(out, f"{_SERVICE}/ListRecordings", parent=f"calls/{call.removeprefix('calls/')}")
    found = [each for each in reply["recordings"] if leg in ("", each["leg"])]
    if file is None:
        out.result(reply | {"recordings": found})
        out.table(("leg", "who", "begun", "seconds", "recording"), [_recording_row(each) for each in found])
        return
    if not reason:
        out.fail(Exit.USAGE, "NO_REASON", "Say what it is for: --reason TEXT", "请说明用途：--reason")
    if len(found) != 1:
        english = f"The call has {len(found)} such recordings. Choose one by its leg: --leg LEG"
        out.fail(Exit.USAGE, "WHICH_RECORDING", english, f"符合条件的录音有 {len(found)} 个，请用 --leg 指定。")
    size = _save(out, asked, {"name": found[0]["name"], "reason": reason}, file)
    out.result({"recording": found[0], "file": str(file), "size_bytes": size})
    out.say(f"{file}: {size} bytes of {_who(found[0])}.", f"{file}：{_who(found[0])}，{size} 字节。")


def _save(out: Output, asked: Asked, fields: dict[str, str], file: Path) -> int:
    """How many bytes were written. Nothing is where nothing came."""

    async def work(client: Client) -> bytes:
        from base64 import b64decode

        request = {"context": asked.context(), **fields}
        return b"".join(
            [b64decode(piece["data"]) async for piece in client.stream(f"{_SERVICE}/DownloadRecording", request)]
        )

    content = asked.ask(out, work)
    try:
        file.write_bytes(content)
    except OSError as error:
        out.fail(Exit.USAGE, "CANNOT_WRITE", f"{file}: {error.strerror}", f"无法写入 {file}。")
    return len(content)


def _recording_row(each: dict[str, Any]) -> list[object]:
    length = _seconds(each)
    return [each["leg"], _who(each), clock_text(each["begin_time"]), length, each["name"].rpartition("/")[2]]


def _who(each: dict[str, Any]) -> str:
    role = each["role"].removeprefix("ROLE_").lower()
    return f"{role} {each['party']}".strip()


def _seconds(each: dict[str, Any]) -> str:
    """Of what has ended."""
    length = each.get("duration")
    return f"{float(length.removesuffix('s')):.1f}" if length else "…"


def messages(
    box: Annotated[str, typer.Option(help="Of this box alone.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Those that were handled too.")] = False,
    call_centre: CallCentreOption = "",
    agent: AgentOption = "",
    json: JsonOption = False,
) -> None:
    """List the messages that wait to be handled. 查看待处理的语音留言"""
    out = Output(json=json)
    asked = find_call_centre(out, call_centre, agent)

    async def work(client: Client) -> list[dict[str, Any]]:
        request = {"context": asked.context(), "box": box, "show_handled": all_, "page_token": ""}
        found: list[dict[str, Any]] = []
        while True:
            reply = await client.call(f"{_SERVICE}/ListMessages", request)
            found += reply["messages"]
            if not reply["next_page_token"]:
                return found
            request["page_token"] = reply["next_page_token"]

    found = asked.ask(out, work)
    out.result({"messages": found})
    if not found:
        out.say("No message waits.", "没有待处理的留言。")
        return
    columns = ("message", "box", "number", "left", "seconds", "handled by")
    out.table(columns, [_message_row(each) for each in found])
    call = found[0]["call"].removeprefix("calls/")
    out.hint(f"tellerline calls recording {call} --out FILE --reason TEXT", "save the sound", "保存录音")


def _message_row(message: dict[str, Any]) -> list[object]:
    by = message["marks"][-1]["agent"].removeprefix("agents/") if message["handled"] else ""
    name, left = message["name"].removeprefix("messages/"), instant_text(message["begin_time"])
    return [name, message["box"], message["customer_number"], left, _seconds(message), by]


def handle(
    message: Annotated[str, typer.Argument(help="The message's id, as in the list.")],
    reason: Annotated[str, typer.Option(help=_REASON)] = "",
    again: Annotated[bool, typer.Option("--reopen", help="Let it wait again.")] = False,
    call_centre: CallCentreOption = "",
    agent: AgentOption = "",
    json: JsonOption = False,
) -> None:
    """Mark a message as handled. 标记留言已处理"""
    out = Output(json=json)
    method, name = "ReopenMessage" if again else "HandleMessage", f"messages/{message.removeprefix('messages/')}"
    asked = find_call_centre(out, call_centre, agent)
    reply = asked.call(out, f"{_SERVICE}/{method}", name=name, reason=reason)
    out.result(reply)
    if again:
        out.say(f"{name} waits again.", f"{name} 恢复为待处理。")
    else:
        out.say(f"{name} is handled by {asked.agent}.", f"{name} 已由 {asked.agent} 处理。")
