"""The end of the day: what the hosts say they did, against what the journal says they did."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tellerline.cli.demo.stage import Stage
from tellerline.cli.reconcile.comparing import Comparison
from tellerline.cli.reconcile.page import kind_name
from tellerline.cli.reconcile.report import HostReport, difference_document
from tellerline.cli.reconcile.showing import show_reports
from tellerline.cli.rendering import date_text
from tellerline.simulators.hosting.dayfile import write_day_file


async def close_the_day(stage: Stage) -> None:
    """One falsified line is found, and it alone; then every host's file agrees with the journal."""
    stage.out.heading("10. The end of the day: every host hands over its day file", "十、日终对账：各主机交出日终文件")
    transfer = stage.scenes["transfer"]["transaction"]
    day = date_text(transfer["accounting_date"])
    bank = stage.system.bank
    with tempfile.TemporaryDirectory(prefix="tellerline-days-") as place:
        files = [write_day_file(host, day, bank.calendar, Path(place)) for host in bank.hosts.values()]
        false = await _reconcile(stage, _falsified(files[0], transfer["ref"]["global_serial"]))
        honest = [await _reconcile(stage, file) for file in files]
    _show_falsified(stage, false)
    still_open = await _open_cases(stage)
    stage.out.say(
        f"   Then the files as the hosts wrote them. Open cases after them: {len(still_open)}",
        f"   再用各主机的原文件对账。未结案件：{len(still_open)}",
    )
    show_reports(stage.out, honest, day)
    stage.scenes["day"] = {
        "accounting_date": day,
        "falsified": false.document(),
        "hosts": [report.document() for report in honest],
        "open_cases": still_open,
    }


async def _open_cases(stage: Stage) -> list[str]:
    request = {"context": stage.counter(), "state": "STATE_OPEN"}
    reply = await stage.client.call("operations.v1.ReconciliationService/ListDifferences", request)
    return [difference["name"] for difference in reply["differences"]]


def _show_falsified(stage: Stage, report: HostReport) -> None:
    (found,) = map(difference_document, report.differences)
    host, journal = found["detail"]["host"]["amount"], found["detail"]["journal"]["amount"]
    stage.out.say(
        f"   First with one cent missing in one line of {report.host}'s file:",
        f"   先把 {report.host} 文件中的一笔少记一分钱：",
    )
    stage.out.say(
        f"   {kind_name(found['kind'], stage.out.text)}: the host says {host}, the journal {journal}. "
        f"Case {found['case']} is opened; {report.matched} other lines match.",
        f"   {kind_name(found['kind'], stage.out.text)}：主机 {host}，日志 {journal}。"
        f"立案 {found['case']}；其余 {report.matched} 笔相符。",
        style="red",
    )


async def _reconcile(stage: Stage, file: Path) -> HostReport:
    return await Comparison(file).report(stage.client, stage.counter)


def _falsified(file: Path, serial: str) -> Path:
    """A copy with one cent less in the line of that transaction."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    changed = [line.replace(",1000.00,", ",999.99,") if line.startswith(serial) else line for line in lines]
    copy = file.with_suffix(".falsified")
    copy.write_text("".join(changed), "utf-8")
    return copy
