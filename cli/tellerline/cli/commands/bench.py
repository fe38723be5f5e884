"""``tellerline bench``: what a request or a routing decision costs, against bare libraries in the same run."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

ORDER = 100
_CALL_FIGURES = (
    ("offered", "calls offered", "呼入"),
    ("answered", "answered", "应答"),
    ("bridged", "bridged", "接通座席"),
    ("lost", "lost", "丢失"),
    ("with_sound", "recordings with sound", "有声录音"),
    ("silent", "silent recordings", "无声录音"),
    ("missing", "missing recordings", "缺失录音"),
    ("p50_ms", "agent originate to bridged, p50 ms", "呼叫座席至接通 p50 毫秒"),
    ("p99_ms", "agent originate to bridged, p99 ms", "呼叫座席至接通 p99 毫秒"),
    ("asterisk_cpu_ms", "CPU ms a call, Asterisk", "每通 CPU 毫秒，Asterisk"),
    ("controller_cpu_ms", "CPU ms a call, controller", "每通 CPU 毫秒，控制器"),
)


def register(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    rounds: Annotated[
        int | None, typer.Option(min=1, help="Rounds; medians of them are reported. 25, of routing 5.")
    ] = None,
    requests: Annotated[int, typer.Option(min=1, help="Of each kind in each round.")] = 400,
    fronts: Annotated[str, typer.Option(help="Which fronts, with commas between.")] = "connect,grpcio",
    quick: Annotated[bool, typer.Option("--quick", help="A few requests: shows that it runs, proves nothing.")] = False,
    routing: Annotated[bool, typer.Option("--routing", help="Measure routing decisions of the call centre.")] = False,
    asterisk: Annotated[bool, typer.Option("--asterisk", help="Measure calls on a real Asterisk, with media.")] = False,
    json: JsonOption = False,
) -> None:
    """Measure CPU time per request against the bare libraries and a peer. 性能基准

    Starts RabbitMQ, PostgreSQL, a simulated bank and one gateway process per front and store, with all features on.
    Takes some minutes; needs the machine for itself. With --routing it starts nothing and measures routing decisions.
    With --asterisk it starts an Asterisk, and has 300 calls routed, bridged and recorded; 1 when one is lost.
    """
    if routing:
        _bench_routing(Output(json=json), rounds, quick)
        return
    if asterisk:
        _bench_calls(Output(json=json), quick)
        return
    from tellerline.bench.run import FRONTS, QUICK, Plan, run
    from tellerline.bench.worker import BenchFailedError
    from tellerline.simulators.servers import ServerFailedError, ServerMissingError

    out = Output(json=json)
    chosen = tuple(fronts.split(","))
    if unknown := sorted(set(chosen) - set(FRONTS)):
        out.fail(Exit.USAGE, "BAD_ARGUMENT", f"no such front: {unknown[0]}", f"没有这种前端：{unknown[0]}")
    plan = replace(QUICK, fronts=chosen) if quick else Plan(rounds=rounds or 25, requests=requests, fronts=chosen)
    try:
        with out.errors.status("") if out.progress_wanted() else _silence() as status:
            document = run(plan, status.update)
    except ServerMissingError as error:
        out.fail(Exit.SETUP, "SERVER_MISSING", str(error), f"缺少 {error.name}，请运行：{error.command}")
    except (BenchFailedError, ServerFailedError) as error:
        out.fail(Exit.REFUSED, "BENCH_FAILED", str(error), f"基准测试未能完成：{error}")
    _show(out, document)
    out.result(document)


def _bench_routing(out: Output, rounds: int | None, quick: bool) -> None:
    from tellerline.bench.routing import QUICK_ROUTING, RoutingRun, run_routing

    run = QUICK_ROUTING if quick else RoutingRun(rounds=rounds or 5)
    with out.errors.status("") if out.progress_wanted() else _silence() as status:
        document = run_routing(run, status.update)
    rows = [
        (
            str(one["agents"]),
            f"{one['load']:g}",
            f"{one['per_second']:,}",
            f"{one['cpu_us']:.1f}",
            f"{one['ratio']:.1f}",
            f"{one['p50_us']:.1f}",
            f"{one['p99_us']:.1f}",
        )
        for one in document["routing"]
    ]
    heads = (("agents", "座席"), ("load", "负载"), ("per s", "每秒"), ("CPU µs", "CPU µs"), ("to heap", "堆的倍数"))
    out.table((*(out.text(en, zh) for en, zh in heads), "p50 µs", "p99 µs"), rows)
    judged = [
        (name, f"{value:g}", bound, "✓" if reached else "✗") for name, value, bound, reached in document["verdicts"]
    ]
    out.heading("Targets at the largest size", "最大规模的目标")
    out.table((out.text("what", "项目"), out.text("seen", "实测"), out.text("target", "目标"), ""), judged)
    out.result(document)


def _bench_calls(out: Output, quick: bool) -> None:
    from tellerline.bench.calls.run import QUICK_CALLS, CallsRun, run_calls
    from tellerline.bench.worker import BenchFailedError
    from tellerline.simulators.servers import ServerFailedError, ServerMissingError

    try:
        with out.errors.status("") if out.progress_wanted() else _silence() as status:
            document = run_calls(QUICK_CALLS if quick else CallsRun(), status.update)
    except ServerMissingError as error:
        out.fail(Exit.SETUP, "SERVER_MISSING", str(error), f"缺少 {error.name}，请运行：{error.command}")
    except (BenchFailedError, ServerFailedError) as error:
        out.fail(Exit.REFUSED, "BENCH_FAILED", str(error), f"基准测试未能完成：{error}")
    ours, bare = document["calls"], document["floor"]
    rows = [(out.text(en, zh), f"{ours[name]:g}", f"{bare[name]:g}") for name, en, zh in _CALL_FIGURES]
    heads = (("what", "项目"), ("call centre", "呼叫中心"), ("bare script", "裸脚本"))
    out.table([out.text(en, zh) for en, zh in heads], rows)
    ratio = document["ratio_p50"]
    out.say(f"p50 to the bare script's: {ratio}", f"p50 与裸脚本之比：{ratio}")
    out.result(document)
    if not document["whole"]:
        raise typer.Exit(Exit.REFUSED)


class _silence:  # noqa: N801
    def __enter__(self) -> _silence:
        return self

    def __exit__(self, *exception: object) -> None: ...

    def update(self, text: str) -> None: ...


def _show(out: Output, document: dict[str, Any]) -> None:
    from tellerline.bench.report import of_target, verdicts

    rows = [
        (name, f"{one['cpu_us']:.0f}", f"{one['cpu_us_low']:.0f}-{one['cpu_us_high']:.0f}", f"{one['per_second']:.0f}")
        for name, one in document["figures"].items()
    ]
    out.table((out.text("what", "项目"), "CPU µs", out.text("least-most", "范围"), out.text("per s", "每秒")), rows)
    judged = [
        (
            name,
            "-" if value is None else f"{value:.2f}",
            "-" if value is None else "{:.2f}-{:.2f}".format(*of_target(document["ranges"], name)),
            bound,
            {True: "✓", False: "✗", None: "-"}[reached],
        )
        for name, value, bound, reached in verdicts(document["ratios"])
    ]
    out.heading("Ratios (connect front)", "比值（connect 前端）")
    heads = (("what", "项目"), ("ratio", "比值"), ("95 %", "95 %"), ("target", "目标"), ("", ""))
    out.table([out.text(en, zh) for en, zh in heads], judged)
    env = document["environment"]
    out.say(f"{env['cpu']}, {env['cpus']} CPUs, Python {env['python']}", f"{env['cpu']}，{env['cpus']} 核")
    if document["peer_missing"]:
        out.say(f"No peer: {document['peer_missing']}", f"未运行对照：{document['peer_missing']}")
