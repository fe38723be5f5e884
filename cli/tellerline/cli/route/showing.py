"""A fit and a replay as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tellerline.cli.output import Output
from tellerline.cli.route.names import ALL, KINDS, RECORDED, RULES, TIERS, title
from tellerline.routing.calls.model import Title
from tellerline.routing.simulation.centre_model import ANYBODY, CentreModel


def rule_name(out: Output, rule: str) -> str:
    return _text(out, title(RULES, rule))


def kind_name(out: Output, kind: str) -> str:
    return _text(out, title(KINDS, kind))


def tier_name(out: Output, tier: str) -> str:
    return _text(out, title(TIERS, tier))


def _text(out: Output, name: Title) -> str:
    return out.text(name.en, name.zh)


def figure_columns(out: Output) -> tuple[str, ...]:
    return (
        out.text("calls", "来电"),
        out.text("gave up", "放弃"),
        out.text("gave up %", "放弃率 %"),
        out.text("mean wait s", "平均等待秒"),
        "p50",
        "p90",
        out.text("within 20 s %", "20 秒内 %"),
    )


def figure_cells(figures: Mapping[str, float]) -> tuple[str, ...]:
    return (
        f"{figures['calls']:.0f}",
        f"{figures['abandoned']:.0f}",
        f"{100 * figures['abandonment']:.1f}",
        f"{figures['wait_mean']:.1f}",
        f"{figures['wait_p50']:.0f}",
        f"{figures['wait_p90']:.0f}",
        f"{100 * figures['service_level']:.1f}",
    )


def show_replay(out: Output, result: Mapping[str, Any]) -> None:
    heading = out.text("By priority, of callers who waited", "按优先级（仅曾排队的客户）")
    _show_figures(out, result["policies"], lambda kind: kind_name(out, kind), "")
    _show_figures(out, result["tiers"], lambda tier: tier_name(out, tier), heading)
    out.say(*verdict_texts(result))


def verdict_texts(result: Mapping[str, Any]) -> tuple[str, str]:
    """In English and in Chinese: how near the simulation of what happened comes to it."""
    errors = {name: "–" if each is None else f"{each:+.1%}" for name, each in result["errors"][ALL].items()}
    wait, gone = errors["wait_mean"], errors["abandonment"]
    return (
        f"The bank's rule against the record: mean wait {wait}, gave up {gone}",
        f"现行规则与实际记录之差：平均等待 {wait}，放弃 {gone}",
    )


def _show_figures(out: Output, by_rule: Mapping[str, Any], name_of: Callable[[str], str], heading: str) -> None:
    rows = [
        (name_of(name) if rule == RECORDED else "", rule_name(out, rule), *figure_cells(by_rule[rule][name]))
        for name in by_rule[RECORDED]
        for rule in RULES
        if name in by_rule[rule]
    ]
    out.table(("", "", *figure_columns(out)), rows, title=heading)


def show_fit(out: Output, model: CentreModel) -> None:
    out.table(
        (out.text("service", "业务"), out.text("mean patience s (exponential)", "平均耐心秒（指数）")),
        [
            (kind_name(out, ALL if kind == ANYBODY else kind), f"{mean:.0f}")
            for kind, mean in sorted(model.exponential_patience.items())
        ],
    )
    out.table(
        (out.text("priority", "优先级"), out.text("credit s", "加分秒")),
        [(tier_name(out, str(tier)), f"{credit:+.0f}") for tier, credit in sorted(model.credits.items())],
    )
    out.table(
        (out.text("callers waiting", "排队人数"), out.text("mean work after a call s", "平均话后处理秒")),
        [
            (f"≥ {least}", f"{histogram.mean:.1f}")
            for least, histogram in zip(model.crowds, model.after_service, strict=True)
        ],
    )
