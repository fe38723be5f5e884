"""What a reconciliation found, on the screen."""

from __future__ import annotations

from tellerline.cli.output import Output
from tellerline.cli.reconcile.page import kind_name
from tellerline.cli.reconcile.report import HostReport, difference_document


def show_reports(out: Output, reports: list[HostReport], day: str) -> None:
    """The hosts' figures, then the differences with their cases, or that there are none."""
    text = out.text
    columns = [text("host", "主机"), text("lines", "笔数"), text("matched", "相符"), text("resolved", "已解决存疑")]
    columns += [text("unsettled", "未定"), text("differences", "差异")]
    rows = [
        (each.host, each.lines, each.matched, len(each.resolutions), each.unsettled, len(each.differences))
        for each in reports
    ]
    out.table(columns, rows)
    found = [difference_document(difference) for report in reports for difference in report.differences]
    if not found:
        out.say(f"{day}: the journal and the hosts agree.", f"{day}：日志与主机一致。", style="green")
        return
    cells = [(kind_name(each["kind"], text), each["host"], each["reference"], each["case"]) for each in found]
    out.table((text("kind", "类别"), text("host", "主机"), text("reference", "流水号"), text("case", "案件")), cells)
