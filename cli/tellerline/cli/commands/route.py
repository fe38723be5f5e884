"""``tellerline route``: call routing on virtual time, among recorded callers or theory's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output, language

if TYPE_CHECKING:
    from tellerline.routing.simulation.centre_model import CentreModel
    from tellerline.routing.simulation.replay import Staffing
    from tellerline.routing.staffing.record import RecordedCall

ORDER = 96
_CALLS = 'Recorded calls, tab-separated (the Technion\'s "Anonymous Bank").'

CallsOption = Annotated[Path | None, typer.Option("--calls", help=_CALLS)]
ModelOption = Annotated[Path | None, typer.Option("--model", help="Fitted; without it, one is fitted on --calls.")]
StaffingOption = Annotated[str, typer.Option(help="Taken from --calls: activity (all absences) or shifts alone.")]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same figures.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Call routing on virtual time. 话务路由仿真")
    group.command("sim")(sim)
    group.command("why")(why)
    app.add_typer(group, name="route")


def sim(
    erlang: Annotated[bool, typer.Option("--erlang", help="Compare with Erlang-C and Erlang-A over a grid.")] = False,
    calls: CallsOption = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Fit what the record does not say, and write it to --out.")
    ] = False,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where --fit writes the model (JSON).")] = None,
    model: ModelOption = None,
    staffing: StaffingOption = "activity",
    html: Annotated[Path | None, typer.Option(help="Also write the replay as one HTML page with plots.")] = None,
    seed: SeedOption = 1,
    replications: Annotated[int, typer.Option(min=0, help="Independent runs; 0: 30 for --erlang, else 10.")] = 0,
    callers: Annotated[int, typer.Option(min=100, help="Callers of each run of --erlang.")] = 3000,
    json: JsonOption = False,
) -> None:
    """Run the live router on virtual time.

    --erlang: exit code 0 only if each simulated figure agrees with theory. --calls: what became of recorded calls, and
    what would have become of them under the bank's own rule, plain FIFO and the default policy.
    """
    out = Output(json=json)
    if erlang == (calls is not None) or fit != (out_file is not None) or (fit and (model or html)):
        out.fail(
            Exit.USAGE,
            "BAD_ARGUMENT",
            "either --erlang, or --calls FILE with --fit --out MODEL, or --calls FILE with --model, --html as wished",
            "用法：--erlang；或 --calls 文件 --fit --out 模型；或 --calls 文件 [--model 模型] [--html 页面]",
        )
    if calls is None:
        _erlang(out, seed, replications or 30, callers)
    elif out_file is not None:
        _fit(out, calls, out_file)
    else:
        _replay(out, calls, model, html, _staffing(out, staffing), seed=seed, replications=replications or 10)


def why(
    calls: Annotated[Path, typer.Option("--calls", help=_CALLS)],
    call: Annotated[str, typer.Option("--call", help="LINE-NUMBER, or the number: then all lines' calls.")],
    model: ModelOption = None,
    staffing: StaffingOption = "activity",
    policy: Annotated[str, typer.Option(help="bank, fifo or default.")] = "bank",
    lang: Annotated[str, typer.Option(help="zh or en; without it, the language of the terminal.")] = "",
    seed: SeedOption = 1,
    json: JsonOption = False,
) -> None:
    """Say why a call of a replay was given to this agent, and why it waited until then, in sentences.

    It is the first of the runs that ``sim`` makes with the same seed, model, staffing and policy.
    """
    from tellerline.cli.route.why import UnknownCallError, document, explain, find, titled
    from tellerline.routing.simulation.replay import POLICIES

    out = Output(json=json)
    if policy not in POLICIES or lang not in ("", "zh", "en"):
        out.fail(Exit.USAGE, "BAD_ARGUMENT", "a policy of bank, fifo, default; a language of zh, en", "策略或语言无效")
    spoken = lang or language()
    listed = _read(out, calls)
    try:
        wanted = find(listed, call)
    except UnknownCallError as error:
        out.fail(Exit.USAGE, "UNKNOWN_CALL", str(error), f"没有这个来电：{error}")
    ready = titled(listed, _model(out, listed, model), _staffing(out, staffing))
    found = [document(each, explain(ready, each, POLICIES[policy], seed, spoken), spoken) for each in wanted]
    out.result({"policy": policy, "calls": found})
    for each in found:
        record = f"{'实际记录：' if spoken.startswith('zh') else 'On record: '}{each['recorded']}"
        out.heading(each["call"], each["call"])
        for at, sentence in ((each["asked"], record), *((line["at"], line["sentence"]) for line in each["said"])):
            out.say(f"{at}  {sentence}", f"{at}  {sentence}")


def _erlang(out: Output, seed: int, replications: int, callers: int) -> None:
    from tellerline.cli.route.erlang import Effort, compare_grid, document, show

    effort = Effort(seed=seed, replications=max(2, replications), callers=callers)
    result = document(list(compare_grid(effort)), effort)
    out.result(result)
    show(out, result)
    if result["outside"]:
        raise typer.Exit(Exit.REFUSED)


def _fit(out: Output, calls: Path, path: Path) -> None:
    from tellerline.cli.route.replaying import ModelFileError, write_model
    from tellerline.cli.route.showing import show_fit
    from tellerline.routing.simulation.centre_model import to_document

    model = _fitted(out, _read(out, calls))
    try:
        write_model(path, model)
    except ModelFileError as error:
        out.fail(Exit.SETUP, "CANNOT_WRITE", str(error), str(error))
    out.result(to_document(model))
    show_fit(out, model)


def _replay(
    out: Output, path: Path, model: Path | None, html: Path | None, staffing: Staffing, *, seed: int, replications: int
) -> None:
    from tellerline.cli.route.page import page
    from tellerline.cli.route.replaying import document, replay
    from tellerline.cli.route.showing import show_replay

    calls = _read(out, path)
    found = replay(calls, _model(out, calls, model), staffing, seed=seed, replications=replications)
    result = {
        "file": str(path),
        "model": None if model is None else str(model),
        "staffing": staffing.value,
        "seed": seed,
        "replications": replications,
        **document(found),
    }
    if html is not None:
        html.write_text(page(out, found, result, language()), encoding="utf-8")
    out.result(result)
    show_replay(out, result)


def _staffing(out: Output, name: str) -> Staffing:
    from tellerline.routing.simulation.replay import Staffing

    try:
        return Staffing(name)
    except ValueError:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", "a staffing of activity, shifts", "人员来源只能是 activity 或 shifts")


def _read(out: Output, path: Path) -> Sequence[RecordedCall]:
    from tellerline.cli.route.call_file import CallFileError, read_calls

    try:
        return read_calls(path)
    except CallFileError as error:
        out.fail(Exit.USAGE, "BAD_FILE", str(error), f"来电文件有误：{error}")


def _model(out: Output, calls: Sequence[RecordedCall], path: Path | None) -> CentreModel:
    """The given model, or one of the calls themselves."""
    from tellerline.cli.route.replaying import ModelFileError, read_model

    try:
        return read_model(path) if path is not None else _fitted(out, calls)
    except ModelFileError as error:
        out.fail(Exit.USAGE, "BAD_MODEL", str(error), f"模型文件有误：{error}")


def _fitted(out: Output, calls: Sequence[RecordedCall]) -> CentreModel:
    from tellerline.routing.simulation.fitting import TooFewCallsError, fit

    try:
        return fit(calls)
    except TooFewCallsError as error:
        out.fail(Exit.USAGE, "TOO_FEW_CALLS", str(error), f"记录太少，无法拟合：{error}")
