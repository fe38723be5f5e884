"""The report as one HTML page that needs nothing else: a chart, a table, light or dark as the reader's screen."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from tellerline.cli.reconcile.report import KINDS, HostReport, difference_document

Text = Callable[[str, str], str]
"""Picks English or Chinese."""

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--back:#fff;--bad:#c2410c;--good:#15803d}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa5b4;--line:#333c48;--back:#14181f;--bad:#fb923c;
--good:#4ade80}}
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:var(--ink);
background:var(--back);margin:2rem auto;max-width:68rem;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}p{color:var(--soft);margin:.2rem 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:600;white-space:nowrap}td.n{text-align:right}code{font-size:.85em;word-break:break-all}
svg{display:block;width:100%;height:auto;margin:1rem 0}svg text{fill:var(--ink);font-size:13px}
.figures th:not(:first-child){text-align:right}td:first-child{white-space:nowrap}
.wide{overflow-x:auto}.bad{color:var(--bad)}.good{color:var(--good)}
"""
_NAMES = {
    "MISSING_AT_HOST": ("missing at host", "主机缺失"),
    "MISSING_IN_JOURNAL": ("missing in journal", "日志缺失"),
    "AMOUNT": ("amount", "金额不符"),
    "STATE": ("state", "状态不符"),
    "ACCOUNTING_DATE": ("accounting date", "会计日期不符"),
    "DUPLICATE": ("duplicate", "重复"),
}


def kind_name(kind: str, text: Text) -> str:
    return text(*_NAMES[kind])


def page(reports: list[HostReport], day: str, text: Text, language: str) -> str:
    """The whole document."""
    total = sum(len(report.differences) for report in reports)
    title = text(f"Reconciliation of {day}", f"{day} 对账报告")
    verdict = text(f"{total} differences", f"{total} 笔差异") if total else text("No differences", "无差异")
    return "\n".join(
        [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f'<p class="{"bad" if total else "good"}">{escape(verdict)}</p>',
            _summary(reports, text),
            f"<h2>{escape(text('Differences by kind', '差异分类'))}</h2>",
            _chart(reports, text),
            *([_differences(reports, text)] if total else []),
            "</body></html>",
        ]
    )


def _summary(reports: list[HostReport], text: Text) -> str:
    heads = (
        text("host", "主机"),
        text("lines", "笔数"),
        text("matched", "相符"),
        text("doubts resolved", "已解决存疑"),
        text("unsettled", "未定"),
        text("differences", "差异"),
    )
    rows = [
        (each.host, each.lines, each.matched, len(each.resolutions), each.unsettled, len(each.differences))
        for each in reports
    ]
    return _table(heads, rows, "figures")


def _chart(reports: list[HostReport], text: Text) -> str:
    """One bar for each kind, of all hosts together."""
    counts = [(kind_name(kind, text), sum(report.kinds[kind] for report in reports)) for kind in KINDS]
    most = max(1, *(count for _, count in counts))
    height, left, width = 34, 170, 760
    bars = []
    for place, (name, count) in enumerate(counts):
        top, length = place * height + 6, round((width - left - 60) * count / most)
        bars.append(f'<text x="{left - 12}" y="{top + 16}" text-anchor="end">{escape(name)}</text>')
        bars.append(f'<rect x="{left}" y="{top}" width="{length}" height="22" rx="3" fill="var(--bad)"></rect>')
        bars.append(f'<text x="{left + length + 8}" y="{top + 16}">{count}</text>')
    label = escape(text("Differences by kind", "差异分类"))
    box = f"0 0 {width} {len(counts) * height + 6}"
    return f'<svg viewBox="{box}" role="img" aria-label="{label}">{"".join(bars)}</svg>'


def _differences(reports: list[HostReport], text: Text) -> str:
    heads = (
        text("kind", "类别"),
        text("host", "主机"),
        text("reference", "流水号"),
        text("the host says", "主机记录"),
        text("the journal says", "日志记录"),
        text("case", "案件"),
    )
    rows = [
        (
            kind_name(document["kind"], text),
            document["host"],
            document["reference"],
            _side(document["detail"].get("host", {})),
            _side(document["detail"].get("journal", {})),
            document["case"],
        )
        for report in reports
        for document in map(difference_document, report.differences)
    ]
    return f"<h2>{escape(text('Cases', '案件'))}</h2>" + _table(heads, rows)


def _side(facts: dict[str, Any]) -> str:
    names = ("state", "amount", "account", "accounting_date")
    return ", ".join(str(facts[name]) for name in names if name in facts) or "–"


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]], kind: str = "wide") -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="{kind}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: object) -> str:
    return f'<td class="n">{value}</td>' if isinstance(value, int) else f"<td>{escape(str(value))}</td>"
