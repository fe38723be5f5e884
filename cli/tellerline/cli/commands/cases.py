"""``tellerline indoubt``: what is not known yet, and what two people decide."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellerline.cli.commands.transactions import find_transaction
from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text

if TYPE_CHECKING:
    from tellerline.gateway.client import Client

ORDER = 310
_SERVICE = "operations.v1.OperationsService"
_ENDINGS = {"DONE": ("done", "已成功"), "UNDONE": ("not done", "未成功或已撤销")}
_STATES = {
    "OPEN": ("waits for another person", "待复核"),
    "CONFIRMED": ("confirmed", "已复核"),
    "REJECTED": ("rejected", "已退回"),
}

SerialArgument = Annotated[str, typer.Argument(help="Global, channel or host serial.")]
OperatorOption = Annotated[str, typer.Option("--operator", envvar="TELLERLINE_OPERATOR", help="Who you are.")]
NumberOption = Annotated[
    int, typer.Option("--proposal", min=0, help="The proposal that you have read; else the open one.")
]


class Ending(StrEnum):
    DONE = "done"
    UNDONE = "undone"


def register(app: typer.Typer) -> None:
    doubts = typer.Typer(no_args_is_help=True, help="Transactions whose outcome is not known yet. 存疑交易")
    doubts.command("list")(list_doubts)
    doubts.command("resolve")(resolve)
    doubts.command("confirm")(confirm)
    doubts.command("reject")(reject)
    app.add_typer(doubts, name="indoubt")


def list_doubts(
    host: Annotated[str, typer.Option(help="Only this host's.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """List open doubts, oldest first, manual cases included. 列出存疑交易"""
    out = Output(json=json)
    request = {"context": operator_context(), "host": f"hosts/{host}" if host else "", "page_size": 100}
    reply = ask(out, gateway, lambda client: client.call(f"{_SERVICE}/ListDoubts", request))
    out.result(reply)
    if not reply["doubts"]:
        out.say("No doubts: every transaction is definite.", "没有存疑交易：每笔交易都有确定结果。", style="green")
        return
    columns = ("serial", "host", "operation", "stage", "attempts", "reason", "next step")
    out.table(columns, [_doubt_row(out, doubt) for doubt in reply["doubts"]])


def _doubt_row(out: Output, doubt: dict[str, Any]) -> list[object]:
    serial = str(doubt.get("transaction", doubt["name"])).rpartition("/")[2]
    stage = str(doubt["stage"]).rpartition("_")[2]
    return [
        serial,
        doubt["host"],
        doubt["operation"],
        stage,
        doubt["attempt_count"],
        doubt["reason"],
        _next(out, doubt),
    ]


def _next(out: Output, doubt: dict[str, Any]) -> str:
    """When the gateway acts, or whom it waits for."""
    if not str(doubt["stage"]).endswith("MANUAL"):
        return str(doubt.get("due_time", ""))
    proposed = doubt.get("resolution")
    if not proposed:
        return out.text("a proposal", "待经办")
    ending = out.text(*_ENDINGS[_word(proposed["ending"], "ENDING_")])
    return out.text(f"proposed as {ending} by {proposed['proposer']}", f"{proposed['proposer']} 提出：{ending}")


def resolve(
    serial: SerialArgument,
    ending: Annotated[Ending, typer.Option("--as", help="How it ended at the host.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")],
    operator: OperatorOption,
    evidence: Annotated[str, typer.Option(help="What it rests on: the host's entry, a page, who was asked.")] = "",
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Propose how a case ended; another person confirms it. 提出处理意见"""
    out = Output(json=json)
    context = operator_context(agent=operator)
    said = {"ending": f"ENDING_{ending.name}", "reason": reason, "evidence": evidence}

    async def work(client: Client) -> dict[str, Any]:
        parent = f"doubts/{await _global_serial(client, serial)}"
        request = {"context": context, "parent": parent, "resolution": said}
        return await client.call(f"{_SERVICE}/ProposeResolution", request)

    reply = ask(out, gateway, work)
    _show(out, reply)
    out.hint(f"tellerline indoubt confirm {serial} --operator …", "somebody else agrees", "由另一人复核")


def confirm(
    serial: SerialArgument,
    operator: OperatorOption,
    remark: Annotated[str, typer.Option(help="For the history.")] = "",
    proposal: NumberOption = 0,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Agree with another person's proposal: the case ends. 复核通过"""
    out = Output(json=json)
    _show(out, _decide(out, gateway, "ConfirmResolution", serial, proposal, operator, remark))
    out.hint(f"tellerline trace {serial}", "its whole history", "查看全部过程")


def reject(
    serial: SerialArgument,
    operator: OperatorOption,
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")],
    proposal: NumberOption = 0,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Disagree with a proposal, or withdraw one's own: the case stays open. 退回"""
    out = Output(json=json)
    _show(out, _decide(out, gateway, "RejectResolution", serial, proposal, operator, reason))


def _decide(
    out: Output, gateway: str, method: str, serial: str, proposal: int, operator: str, remark: str
) -> dict[str, Any]:
    async def work(client: Client) -> dict[str, Any]:
        case = await _global_serial(client, serial)
        number = proposal or await _open_number(client, case)
        if not number:
            return {}
        name = f"doubts/{case}/resolutions/{number}"
        request = {"context": operator_context(agent=operator), "name": name, "remark": remark}
        return await client.call(f"{_SERVICE}/{method}", request)

    reply = ask(out, gateway, work)
    if not reply:
        text, zh = f"Nothing is proposed about {serial}.", f"{serial} 没有待复核的处理意见。"
        out.fail(Exit.REFUSED, "RESOLUTION_NOT_OPEN", text, zh)
    return reply


async def _global_serial(client: Client, serial: str) -> str:
    """The transaction's own; what was given, where nothing is found by it: the gateway says so."""
    return (await find_transaction(client, serial)).rpartition("/")[2] or serial


async def _open_number(client: Client, serial: str) -> int:
    """Of the proposal that waits; 0 when none does."""
    request = {"context": operator_context(), "name": f"transactions/{serial}"}
    transaction = await client.call(f"{_SERVICE}/GetTransaction", request)
    for resolution in transaction.get("resolutions", []):
        if resolution["state"] == "STATE_OPEN":
            return int(str(resolution["name"]).rpartition("/")[2])
    return 0


def _show(out: Output, resolution: dict[str, Any]) -> None:
    """What is proposed, by whom, and what became of it."""
    out.result(resolution)
    _, serial, _, number = str(resolution["name"]).split("/")
    decided = resolution.get("decide_time")
    said = [
        (out.text("case", "事项"), f"{serial} #{number}"),
        (out.text("ended as", "结论"), out.text(*_ENDINGS[_word(resolution["ending"], "ENDING_")])),
        (out.text("reason", "理由"), resolution["reason"]),
        (out.text("evidence", "依据"), resolution["evidence"] or "–"),
        (out.text("proposed", "经办"), f"{resolution['proposer']}, {clock_text(resolution['propose_time'])}"),
        (out.text("state", "状态"), out.text(*_STATES[_word(resolution["state"], "STATE_")])),
    ]
    if decided:
        said.append((out.text("decided", "复核"), f"{resolution['decider']}, {clock_text(decided)}"))
    out.table(("", ""), said)


def _word(value: object, prefix: str) -> str:
    return str(value).removeprefix(prefix)
