"""``tellerline telephone``: a simulated telephone picked up, and what is heard in it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption, find_system
from tellerline.cli.output import Output

ORDER = 642
_PATIENCE = 120.0


def register(app: typer.Typer) -> None:
    app.command()(telephone)


def telephone(
    number: Annotated[str, typer.Argument(help="Of the telephone, such as 13800138000.")],
    steps: Annotated[
        list[str] | None,
        typer.Argument(help="In order: 'call 95588', 'hear prompt:NAME within 9', 'press 2', 'wait 3', 'hang up' …"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Do something with a telephone of the simulated switch, and say what is heard in it then. 模拟话机

    A number of an extension is a telephone inside, any other one outside. Ends with 1 at the first step that fails.
    """
    out = Output(json=json)
    address = find_system(out).telephones
    if not address:
        english = "The running system has no simulated telephones: tellerline up --switch softswitch"
        out.fail(Exit.UNREACHABLE, "NO_TELEPHONES", english, "运行中的系统没有模拟话机。")
    try:
        seen = asyncio.run(_do(address, number, "\n".join(steps or ())))
    except TimeoutError:
        out.fail(Exit.UNKNOWN, "STILL_RUNNING", "The steps take longer than two minutes.", "操作超过两分钟仍未完成。")
    except OSError:
        out.fail(Exit.UNREACHABLE, "UNREACHABLE", f"Nobody answers at {address}.", f"{address} 无应答。")
    if isinstance(seen, str):
        out.fail(Exit.REFUSED, "STEP_FAILED", seen, seen)
    out.result(seen)
    heard = ", ".join(seen["hears"]) or out.text("nothing", "无声")
    state = seen["state"].lower()
    out.say(f"{number} is {state} and hears: {heard}", f"{number} {state}，听到：{heard}")


async def _do(address: str, number: str, script: str) -> dict[str, Any] | str:
    """What is seen of the telephone afterwards, or why a step failed."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    async def ask(do: str, **fields: str) -> dict[str, Any]:
        writer.write(orjson.dumps({"id": 1, "do": do, "number": number, **fields}) + b"\n")
        answer: dict[str, Any] = orjson.loads(await reader.readline())
        return answer

    async with asyncio.timeout(_PATIENCE):
        try:
            if "error" in await ask("phone"):
                await ask("outside")
            answer = await ask("script", script=script)
            seen: dict[str, Any] = (await ask("phone"))["result"]
            return str(answer["error"]) if "error" in answer else seen
        finally:
            writer.close()
