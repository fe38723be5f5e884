"""``tellerline reconcile``: the hosts' day files against the journal; ``tellerline differences``: what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import GatewayOption, JsonOption, ask, find_system, operator_context
from tellerline.cli.output import Output, language

if TYPE_CHECKING:
    from tellerline.cli.reconcile.report import HostReport
    from tellerline.gateway.client import Client

ORDER = 330
_SERVICE = "operations.v1.ReconciliationService"


def register(app: typer.Typer) -> None:
    app.command()(reconcile)
    cases = typer.Typer(no_args_is_help=True, help="Differences with the hosts' days. 对账差异")
    cases.command("list")(list_differences)
    cases.command("close")(close_difference)
    app.add_typer(cases, name="differences")


def reconcile(
    day: Annotated[
        str, typer.Argument(metavar="[DATE]", help="2026-11-22; without it the file's, or the simulated hosts' own.")
    ] = "",
    host: Annotated[str, typer.Option(help="Only this host's; without it every host of the running system.")] = "",
    file: Annotated[Path | None, typer.Option(help="The host's day file; without it the simulated host's.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the differences to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report with a chart to this file.")] = None,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Compare a day of the hosts with the journal: resolve doubts, open a case for each difference. 对账

    Ends with 0 when nothing differs and with 1 when something does. Safe to repeat.
    """
    from tellerline.cli.reconcile.day_file import DayFileError
    from tellerline.cli.reconcile.showing import show_reports

    out = Output(json=json)
    _check_date(out, day)
    try:
        with _day_files(out, day, host, file) as files:
            reports = [_reconcile(out, gateway, name, path, day) for name, path in files]
    except (DayFileError, OSError) as error:
        out.fail(Exit.USAGE, "BAD_DAY_FILE", _words(error), f"日终文件有误：{_words(error)}")
    day = reports[0].accounting_date
    _export(out, reports, day, csv, html)
    show_reports(out, reports, day)
    if any(report.differences for report in reports):
        out.hint("tellerline differences close CASE --reason WHY", "when it is explained", "查明后结案")
        raise typer.Exit(Exit.REFUSED)


def _words(error: Exception) -> str:
    """Without the number that an operating system's error begins with."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _check_date(out: Output, text: str) -> None:
    """End the command for what is no date; nothing is one."""
    try:
        if not text or date.fromisoformat(text).isoformat() == text:
            return
    except ValueError:
        pass
    out.fail(Exit.USAGE, "BAD_ARGUMENT", f"{text}: not a date such as 2026-11-22", f"{text}：不是日期（如 2026-11-22）")


@contextmanager
def _day_files(out: Output, day: str, host: str, file: Path | None) -> Iterator[list[tuple[str, Path]]]:
    """Hosts with their files: the one given, or those that the running system's simulators hand over."""
    if file is not None:
        yield [(host, file)]
        return
    from tellerline.cli.reconcile.simulated import fetch_day_files

    admin = find_system(out).admin
    if not admin:
        text = "Name the host's day file with --file: no simulated host hands one over here."
        out.fail(Exit.USAGE, "BAD_ARGUMENT", text, "请用 --file 指定主机日终文件：此处没有模拟主机。")
    with tempfile.TemporaryDirectory(prefix="tellerline-days-") as place:
        yield fetch_day_files(admin, day, host, Path(place))


def _reconcile(out: Output, gateway: str, host: str, path: Path, day: str) -> HostReport:
    from tellerline.cli.reconcile.comparing import Comparison

    comparison = Comparison(path, host, day)
    return ask(out, gateway, lambda client: comparison.report(client, operator_context))


def _export(out: Output, reports: list[HostReport], day: str, csv: Path | None, html: Path | None) -> None:
    from tellerline.cli.reconcile.page import page
    from tellerline.cli.reconcile.report import write_csv

    try:
        if csv is not None:
            write_csv(csv, reports)
        if html is not None:
            html.write_text(page(reports, day, out.text, language()), "utf-8")
    except OSError as error:
        out.fail(Exit.USAGE, "CANNOT_WRITE", _words(error), f"无法写入：{_words(error)}")
    out.result({"accounting_date": day, "hosts": [report.document() for report in reports]})


def list_differences(
    day: Annotated[str, typer.Option(help="Only this accounting date's.")] = "",
    host: Annotated[str, typer.Option(help="Only this host's.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """List open cases, by day and host. 列出差异案件"""
    from tellerline.cli.reconcile.report import difference_document
    from tellerline.cli.reconcile.stretches import date_of

    out = Output(json=json)
    _check_date(out, day)
    request: dict[str, Any] = {"context": operator_context(), "page_size": 200}
    if host:
        request["host"] = f"hosts/{host}"
    if day:
        request["accounting_date"] = date_of(day)
    if not everything:
        request["state"] = "STATE_OPEN"

    async def work(client: Client) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            reply = await client.call(f"{_SERVICE}/ListDifferences", request)
            found += reply["differences"]
            request["page_token"] = reply["next_page_token"]
            if not reply["next_page_token"]:
                return found

    documents = [difference_document(each) for each in ask(out, gateway, work)]
    out.result({"differences": documents})
    if not documents:
        out.say("No differences.", "没有差异。", style="green")
        return
    columns = ("case", "kind", "reference", "state")
    out.table(columns, [[document[name] for name in columns] for document in documents])


def close_difference(
    case: Annotated[str, typer.Argument(help="The case's name.")],
    reason: Annotated[str, typer.Option(help="Why it needs no more looking at.")],
    gateway: GatewayOption = "",
    json: JsonOption = False,
) -> None:
    """Close a case, with the reason. 结案"""
    from tellerline.cli.reconcile.report import difference_document

    out = Output(json=json)
    request = {"context": operator_context(), "name": f"differences/{case}", "reason": reason}
    reply = ask(out, gateway, lambda client: client.call(f"{_SERVICE}/CloseDifference", request))
    out.result(difference_document(reply))
    out.say(f"{case}: closed.", f"{case}：已结案。", style="green")
