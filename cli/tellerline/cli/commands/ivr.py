"""``tellerline ivr``: flows of the voice menu checked, shown and tried by hand; words to be recorded."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output, language

if TYPE_CHECKING:
    from tellerline.callcenter.ivr.flow import Flow
    from tellerline.callcenter.ivr.library import Flows

ORDER = 385
FlowArgument = Annotated[str, typer.Argument(help="A flow's name, of those shipped, or a file.", metavar="FLOW")]
SpokenOption = Annotated[str, typer.Option("--language", help="zh or en; else the terminal's.")]


def register(app: typer.Typer) -> None:
    ivr = typer.Typer(no_args_is_help=True, help="Flows of the voice menu. 自动语音流程")
    for command in (check, show, words):
        ivr.command()(command)
    ivr.command("try")(try_flow)
    app.add_typer(ivr, name="ivr")


def check(
    files: Annotated[list[Path], typer.Argument(help="Flow files, or folders of them.", exists=True)],
    json: JsonOption = False,
) -> None:
    """Check flows, and name every mistake in them. Ends with 1 when there is one. 检查流程文件"""
    from tellerline.callcenter.ivr.library import FlowError, check_files

    out = Output(json=json)
    paths = [path for given in files for path in (sorted(given.glob("*.toml")) if given.is_dir() else [given])]
    try:
        check_files(paths)
    except FlowError as error:
        out.result({"mistakes": error.mistakes})
        for mistake in error.mistakes:
            out.say(mistake, mistake)
        raise typer.Exit(Exit.REFUSED) from None
    out.result({"mistakes": []})
    out.say(f"No mistakes in {len(paths)} files.", f"{len(paths)} 个文件无误。", style="green")


def show(
    flow: FlowArgument,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="A Mermaid flowchart.")] = False,
    spoken: SpokenOption = "",
    json: JsonOption = False,
) -> None:
    """Show a flow: where each key leads, and what is said. 查看流程"""
    from tellerline.callcenter.ivr import picture

    out = Output(json=json)
    flows, found = _find(out, flow)
    chart = picture.mermaid(found)
    out.result({"flow": found.id, "version": found.version, "title": dict(found.title), "mermaid": chart})
    lines = [chart] if mermaid else picture.tree(found, flows, _spoken(out, spoken))
    for line in lines:
        out.say(line, line)


def words(
    flow: Annotated[str, typer.Argument(help="A flow's name or file; else all that are shipped.")] = "",
    spoken: SpokenOption = "",
    json: JsonOption = False,
) -> None:
    """List every sound that must be recorded, with its words. 列出需要录制的语音"""
    from tellerline.callcenter.ivr.library import load_flows
    from tellerline.callcenter.ivr.wording import recordings

    out = Output(json=json)
    prompts = load_flows().prompts
    if flow:
        flows, found = _find(out, flow)
        prompts = {prompt.name: prompt for prompt in (*found.prompts.values(), *flows.shared.values())}
    sounds = recordings(prompts, _spoken(out, spoken))
    out.result(sounds)
    out.table(("sound", "words"), list(sounds.items()))


def try_flow(
    flow: FlowArgument,
    spoken: SpokenOption = "",
    tier: Annotated[str, typer.Option(help="unknown, standard, group or vip.")] = "standard",
    period: Annotated[str, typer.Option(help="day, night or holiday.")] = "day",
    customer: Annotated[str, typer.Option(help="Customer number of the caller.")] = "8000000001",
    gateway: Annotated[str, typer.Option("--gateway", help="host:port of a bank that answers.")] = "",
    json: JsonOption = False,
) -> None:
    """Be the caller: type keys, read what you hear. A script of docs/ivr.md may be typed or piped in. 试听流程"""
    from tellerline.callcenter.ivr.script import ANYBODY, ScriptError
    from tellerline.cli.ivr.trying import Trial, a_player, typed_lines

    out = Output(json=json)
    flows, found = _find(out, flow)
    values = {**ANYBODY, "language": _spoken(out, spoken), "tier": tier, "period": period}
    values["customer"] = f"customers/{customer}"

    async def run() -> list[dict[str, str]]:
        async with a_player(flows, found.id, values, gateway) as player:
            trial = Trial(out, player, patient=sys.stdin.isatty())
            await trial.run(typed_lines())
            return trial.told

    try:
        out.result({"told": asyncio.run(run())})
    except ScriptError as error:
        out.fail(Exit.REFUSED, "SCRIPT_NOT_KEPT", str(error), str(error))


def _find(out: Output, name: str) -> tuple[Flows, Flow]:
    from tellerline.callcenter.ivr.library import FlowError, FlowNotFoundError, check_files, load_flows

    try:
        if not name.endswith(".toml"):
            flows = load_flows()
            return flows, flows.flow(name)
        flows = check_files([Path(name)])
        return flows, flows.flow(Path(name).stem)
    except FlowNotFoundError as error:
        out.fail(Exit.USAGE, "FLOW_NOT_FOUND", str(error), str(error))
    except OSError as error:
        out.fail(Exit.USAGE, "FILE_NOT_READ", f"{name}: {error.strerror}", f"{name}：{error.strerror}")
    except FlowError as error:
        text = "\n".join(error.mistakes)
        out.fail(Exit.REFUSED, "FLOW_BROKEN", text, text)


def _spoken(out: Output, given: str) -> str:
    from tellerline.callcenter.ivr.flow import LANGUAGES

    chosen = given or language().partition("-")[0]
    if chosen not in LANGUAGES:
        out.fail(Exit.USAGE, "LANGUAGE_UNKNOWN", f"{chosen!r} is none of zh, en", f"{chosen!r} 不是 zh 或 en")
    return chosen
