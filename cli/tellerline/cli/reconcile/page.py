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
background:var(--back);margin:2rem auto;max-width:76rem;padding:0 1rem;font-variant-numeric:tabular-nums}
h1{font-size:1.5rem;line-height:1.3;margin-bottom:.2rem}h2{font-size:1.1rem;margin:2rem 0 .6rem}p{margin:.2rem 0 1rem}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:600;white-space:nowrap}td.n,.figures th:not(:first-child){text-align:right}
td:first-child,.day,.fact{white-space:nowrap}.fact{display:block}
code{font-family:ui-monospace,Consolas,monospace;font-size:.85em;overflow-wrap:anywhere}
.chart{display:grid;grid-template-columns:max-content 1fr;gap:.5rem .8rem;align-items:center}
.chart dt{color:var(--soft);text-align:right}.chart dd{display:flex;align-items:center;gap:.5rem;margin:0 5rem 0 0}
.bar{flex:none;background:var(--bad);border-radius:3px;height:1.3rem}.bad{color:var(--bad)}.good{color:var(--good)}
b.bad{font-weight:600}
@media (max-width:50rem){thead{display:none}table,tbody,tr,td{display:block}tr{border-bottom:1px solid var(--line);
padding:.5rem 0}td,td.n{border:0;display:grid;grid-template-columns:8rem 1fr;padding:.1rem 0;text-align:left}
td::before{content:attr(data-head);color:var(--soft)}}
"""
_NAMES = {
    "MISSING_AT_HOST": ("missing at host", "主机缺失"),
    "MISSING_IN_JOURNAL": ("missing in journal", "日志缺失"),
    "AMOUNT": ("amount", "金额不符"),
    "STATE": ("state", "状态不符"),
    "ACCOUNTING_DATE": ("accounting date", "会计日期不符"),
    "DUPLICATE": ("duplicate", "重复"),
}

_FACTS = ("state", "amount", "account", "accounting_date")


def kind_name(kind: str, text: Text) -> str:
    return text(*_NAMES[kind])


def page(reports: list[HostReport], day: str, text: Text, language: str) -> str:
    """The whole document."""
    total = sum(len(report.differences) for report in reports)
    title = text(f"Reconciliation of {day}", f"{day} 对账报告")
    found = text(f"{total:,} difference{'' if total == 1 else 's'}", f"{total:,} 笔差异")
    verdict = found if total else text("No differences", "无差异")
    return "\n".join(
        [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title).replace(day, f'<span class=day>{day}</span>')}</h1>",
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
    """One bar for each kind, of all hosts together, as long as it is among them; its number stands behind it."""
    counts = {kind: sum(report.kinds[kind] for report in reports) for kind in KINDS}
    most = max(1, *counts.values())
    rows = (
        f'<dt>{escape(kind_name(kind, text))}</dt><dd><span class="bar" style="width:{100 * count / most:.1f}%"></span>'
        f"{count:,}</dd>"
        for kind, count in counts.items()
    )
    return f'<dl class="chart">{"".join(rows)}</dl>'


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
            _Html(f"<code>{escape(document['reference'])}</code>"),
            *_sides(document["detail"]),
            _Html(f"<code>{escape(document['case'])}</code>"),
        )
        for report in reports
        for document in map(difference_document, report.differences)
    ]
    return f"<h2>{escape(text('Cases', '案件'))}</h2>" + _table(heads, rows)


class _Html(str):
    """Markup, where any other text is escaped."""

    __slots__ = ()


def _sides(detail: dict[str, Any]) -> tuple[_Html, _Html]:
    """The facts of the host and of the journal, one a line; those in which both are known and differ stand out."""
    host, journal = detail.get("host", {}), detail.get("journal", {})
    differing = {name for name in _FACTS if host.get(name, "") != journal.get(name, "")} if host and journal else set()
    return _side(host, differing), _side(journal, differing)


def _side(facts: dict[str, Any], differing: set[str]) -> _Html:
    words = ((name, escape(str(facts[name]))) for name in _FACTS if facts.get(name))
    shown = ((f'<b class="bad">{word}</b>' if name in differing else word) for name, word in words)
    return _Html("<div>" + ("".join(f'<span class="fact">{word}</span>' for word in shown) or "–") + "</div>")


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]], kind: str = "cases") -> str:
    """On a narrow screen each row is a list of its cells, with their heads beside them."""
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(map(_cell, heads, row))}</tr>" for row in rows)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(head: str, value: object) -> str:
    named = f'data-head="{escape(head)}"'
    if isinstance(value, int):
        return f'<td class="n" {named}>{value:,}</td>'
    return f"<td {named}>{value if isinstance(value, _Html) else escape(str(value))}</td>"
