"""``tellerline list``, ``describe`` and ``call``: the contract at the terminal, in the manner of grpcurl."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import orjson
import typer

from tellerline.cli.call_centre_access import AREAS, find_call_centre
from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, operator_context
from tellerline.cli.output import Output

if TYPE_CHECKING:
    from tellerline.gateway.client import Client, ContractMethod

ORDER = 200


def register(app: typer.Typer) -> None:
    app.command("list")(list_methods)
    app.command()(describe)
    app.command()(call)


def _method_names() -> list[str]:
    from tellerline.gateway.client import Contract

    return [method.name for method in Contract().methods]


def list_methods(
    service: Annotated[str, typer.Argument(help="Only this service.")] = "", json: JsonOption = False
) -> None:
    """List the methods of the contract. 列出全部方法"""
    out = Output(json=json)
    names = [name for name in _method_names() if service.removeprefix("tellerline.api.") in name]
    if not names:
        _not_in_the_contract(out, service)
    for name in names:
        out.say(name, name)
    out.result({"methods": names})
    out.hint(f"tellerline describe {names[0]}", "what it promises", "查看其约定")


def describe(
    name: Annotated[str, typer.Argument(help="Service, method, message or enum.", autocompletion=_method_names)] = "",
    json: JsonOption = False,
) -> None:
    """Show a part of the contract in its own words. 查看接口约定"""
    from tellerline.gateway.client import Contract, UnknownMethodError

    out = Output(json=json)
    try:
        text = Contract().describe(name)
    except UnknownMethodError:
        _not_in_the_contract(out, name)
    out.say(text, text)
    out.result({"name": name, "text": text})


def call(
    method: Annotated[str, typer.Argument(help="Service/Method.", autocompletion=_method_names)],
    words: Annotated[list[str] | None, typer.Argument(help="key=value … or key:=JSON")] = None,
    gateway: GatewayOption = "",
    channel: Annotated[str, typer.Option(help="Channel in the context.")] = "COUNTER",
    json: JsonOption = False,
) -> None:
    """Call a method of the running gateway. 调用方法

    Fields of the request are key=value words: name=customers/8000000001/accounts/1/balance, amount=100.00CNY,
    start_date=2026-01-31. The context is filled in (counter, a serial of its own); context.KEY=VALUE changes it.
    With --json, a method that streams prints its replies as {"replies": [...]}.
    """
    out = Output(json=json)
    request, found = _request(out, method, words or [], channel)

    async def work(client: Client) -> list[Any]:
        if found.server_streaming:
            return [reply async for reply in client.stream(found.name, request, seconds=30.0)]
        return [await client.call(found.name, request)]

    replies = ask(out, gateway or _where(out, found, request), work)
    for reply in replies:
        text = orjson.dumps(reply, option=orjson.OPT_INDENT_2).decode()
        out.say(text, text)
    out.result({"replies": replies} if found.server_streaming else replies[0])


def _where(out: Output, method: ContractMethod, request: dict[str, Any]) -> str:
    """A call centre's contract is served by the call centre, to people of its roster."""
    if method.name.partition(".")[0] not in AREAS:
        return ""
    asked = find_call_centre(out, agent=request["context"].get("agent", ""))
    request["context"]["agent"] = asked.agent
    return asked.target


def _not_in_the_contract(out: Output, name: str) -> NoReturn:
    """Names the nearest thing that there is."""
    near = get_close_matches(name.removeprefix("tellerline.api."), _method_names(), n=3, cutoff=0.5)
    english = f"The contract has no {name}." + (f" Did you mean {' or '.join(near)}?" if near else "")
    chinese = f"接口中没有 {name}。" + (f"是否指 {'、'.join(near)}？" if near else "")
    out.hint("tellerline list", "all methods", "列出全部方法")
    out.fail(Exit.USAGE, "NOT_IN_THE_CONTRACT", english, chinese)


def _request(out: Output, name: str, words: list[str], channel: str) -> tuple[dict[str, Any], ContractMethod]:
    from tellerline.cli.arguments import ArgumentError, request_from_words
    from tellerline.gateway.client import Contract, UnknownMethodError

    try:
        method = Contract().method(name)
        request = request_from_words(words, method.request)
        given = request_from_words([f"context.channel={channel}"], method.request)
    except UnknownMethodError:
        _not_in_the_contract(out, name)
    except ArgumentError as error:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", str(error), str(error))
    return request | {"context": operator_context() | given["context"] | request.get("context", {})}, method
