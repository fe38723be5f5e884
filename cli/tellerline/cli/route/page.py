"""A replay as one HTML page that needs nothing else: inline SVG plots, tables, light or dark as the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from tellerline.cli.output import Output
from tellerline.cli.route.names import RECORDED, RULES
from tellerline.cli.route.replaying import Replay
from tellerline.cli.route.showing import figure_cells, figure_columns, kind_name, rule_name, tier_name, verdict_texts

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--back:#fff;
--recorded:#64748b;--bank:#2563eb;--fifo:#d97706;--default:#15803d}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa5b4;--line:#333c48;--back:#14181f;
--recorded:#94a3b8;--bank:#60a5fa;--fifo:#fbbf24;--default:#4ade80}}
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:var(--ink);
background:var(--back);margin:2rem auto;max-width:68rem;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}p{color:var(--soft);margin:.2rem 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:right;white-space:nowrap}
th{color:var(--soft);font-weight:600}th:nth-child(-n+2),td:nth-child(-n+2){text-align:left}
tr.recorded td{border-top:2px solid var(--line)}.wide{overflow-x:auto}
svg{display:block;width:100%;height:auto;margin:1rem 0;overflow:visible}svg text{fill:var(--ink);font-size:13px}
.axis{stroke:var(--line)}.key span{display:inline-block;margin-right:1.2rem}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
@media (max-width:600px){body{font-size:13px;margin:1rem auto}h1{font-size:1.35rem}th,td{padding:.25rem .4rem}
th:nth-child(2),td:nth-child(2){position:sticky;left:0;background:var(--back)}svg text{font-size:25px}}
"""
_WIDTH, _LEFT, _HEIGHT, _BOTTOM = 900, 66, 264, 34


def page(out: Output, found: Replay, result: Mapping[str, Any], language: str) -> str:
    """The whole document."""
    title = out.text("Recorded calls, replayed", "来电记录重放")
    waits = out.text("Mean wait by service, seconds", "各业务平均等待（秒）")
    gone = out.text("Gave up by service, %", "各业务放弃率（%）")
    hours = out.text("Mean wait by hour of the day, seconds", "一天各小时平均等待（秒）")
    verdict = out.text(*verdict_texts(result))
    return "\n".join(
        [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1><p>{escape(verdict)}</p>{_key(out)}",
            f"<h2>{escape(waits)}</h2>",
            _bars(out, result["policies"], "wait_mean", 1, waits),
            f"<h2>{escape(gone)}</h2>",
            _bars(out, result["policies"], "abandonment", 100, gone),
            f"<h2>{escape(hours)}</h2>",
            _hours(found, hours),
            f"<h2>{escape(out.text('By service', '按业务'))}</h2>",
            _table(out, result["policies"], lambda name: kind_name(out, name)),
            f"<h2>{escape(out.text('By priority, of callers who waited', '按优先级（仅曾排队的客户）'))}</h2>",
            _table(out, result["tiers"], lambda name: tier_name(out, name)),
            "</body></html>",
        ]
    )


def _key(out: Output) -> str:
    spans = (f'<span><i style="background:var(--{rule})"></i>{escape(rule_name(out, rule))}</span>' for rule in RULES)
    return f'<p class="key">{"".join(spans)}</p>'


def _bars(out: Output, policies: Mapping[str, Any], name: str, scale: float, label: str) -> str:
    """A group of bars for each service, a bar for each rule."""
    kinds = list(policies[RECORDED])
    most = _ceiling(scale * each[name] for rule in RULES for each in policies[rule].values())
    group = (_WIDTH - _LEFT) / len(kinds)
    width = group * 0.8 / len(RULES)
    parts = [*_grid(most)]
    for place, kind in enumerate(kinds):
        start = _LEFT + place * group + group * 0.1
        for turn, rule in enumerate(RULES):
            value = scale * policies[rule].get(kind, {}).get(name, 0)
            height = (_HEIGHT - _BOTTOM) * value / most
            parts.append(
                f'<rect x="{start + turn * width:.1f}" y="{_HEIGHT - _BOTTOM - height:.1f}" width="{width - 2:.1f}" '
                f'height="{height:.1f}" fill="var(--{rule})">'
                f"<title>{escape(rule_name(out, rule))}: {value:.1f}</title></rect>"
            )
        middle = start + group * 0.4
        parts.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(kind)}</text>')
    return _svg(parts, label)


def _hours(found: Replay, label: str) -> str:
    """A line for each rule over the hours that have calls."""
    hours = [hour for hour in range(24) if found.of_hour(RECORDED, hour) is not None]
    lines = {
        rule: [(hour, figures.wait_mean) for hour in hours if (figures := found.of_hour(rule, hour)) is not None]
        for rule in RULES
    }
    most = _ceiling(value for line in lines.values() for _, value in line)
    step = (_WIDTH - _LEFT - 20) / 23
    parts = [*_grid(most)]
    for rule, line in lines.items():
        points = " ".join(
            f"{_LEFT + 10 + hour * step:.1f},{(_HEIGHT - _BOTTOM) * (1 - value / most):.1f}" for hour, value in line
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="var(--{rule})" stroke-width="2"></polyline>')
    parts += [
        f'<text x="{_LEFT + 10 + hour * step:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{hour}</text>'
        for hour in range(0, 24, 3)
    ]
    return _svg(parts, label)


def _ceiling(values: Iterable[float]) -> float:
    """A round number above all values."""
    most = max(values, default=0)
    return next((step for step in (5, 10, 20, 30, 50, 80, 100, 150, 200, 300, 500, 1000) if step >= most), most or 1)


def _grid(most: float) -> list[str]:
    parts = []
    for quarter in range(5):
        y = (_HEIGHT - _BOTTOM) * (1 - quarter / 4)
        parts.append(f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"></line>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{most * quarter / 4:g}</text>')
    return parts


def _svg(parts: Sequence[str], label: str) -> str:
    box = f"0 -10 {_WIDTH} {_HEIGHT + 10}"
    return f'<svg viewBox="{box}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _table(out: Output, by_rule: Mapping[str, Any], name_of: Callable[[str], str]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in ("", "", *figure_columns(out)))
    rows = []
    for name in by_rule[RECORDED]:
        for rule in RULES:
            if name in by_rule[rule]:
                first = name_of(name) if rule == RECORDED else ""
                cells = (first, rule_name(out, rule), *figure_cells(by_rule[rule][name]))
                rows.append(f'<tr class="{rule}">{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>')
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
