"""The comparison with Erlang-C and Erlang-A over the whole grid, on all processors."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import sqrt
from multiprocessing import get_context
from typing import Any

from tellerline.adapters.clock import SeededRandomness
from tellerline.cli.output import Output
from tellerline.routing.simulation.erlang_check import MEASURES, SERVICE_LEVEL, Comparison, Point, compare, grid

CONFIDENCE = 0.999


@dataclass(frozen=True, kw_only=True)
class Effort:
    """``replications`` independent runs of ``callers`` each, at every point, repeatable by ``seed``."""

    seed: int
    replications: int
    callers: int


def compare_grid(effort: Effort) -> Iterator[list[Comparison]]:
    """The comparisons of each point, in the grid's order, as they are ready."""
    points = list(grid())
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as workers:
        yield from workers.map(partial(_compare, effort), range(len(points)), points)


def _compare(effort: Effort, number: int, point: Point) -> list[Comparison]:
    return compare(
        point,
        lambda run: SeededRandomness(f"erlang/{effort.seed}/{number}/{run}"),
        replications=effort.replications,
        calls=effort.callers,
        confidence=CONFIDENCE,
    )


def document(found: list[list[Comparison]], effort: Effort) -> dict[str, Any]:
    """Rates are per second, times in seconds; ``distance`` counts standard errors from theory to simulation."""
    flat = [each for comparisons in found for each in comparisons if each.simulated.error]
    distances = [each.simulated.distance(each.expected) for each in flat]
    return {
        "points": [_point(comparisons) for comparisons in found],
        "confidence": CONFIDENCE,
        "service_level_within": SERVICE_LEVEL,
        "seed": effort.seed,
        "replications": effort.replications,
        "callers": effort.callers,
        "comparisons": len(flat),
        "outside": sum(not each.holds for comparisons in found for each in comparisons),
        "distance_mean": sum(distances) / len(distances),
        "distance_rms": sqrt(sum(distance**2 for distance in distances) / len(distances)),
    }


def _point(comparisons: list[Comparison]) -> dict[str, Any]:
    point = comparisons[0].point
    return {
        "formula": "erlang-a" if point.abandonment_rate else "erlang-c",
        "arrival_rate": point.load.arrival_rate,
        "service_rate": point.load.service_rate,
        "abandonment_rate": point.abandonment_rate,
        "agents": point.load.agents,
        "holds": all(each.holds for each in comparisons),
        **{
            each.measure: {
                "expected": each.expected,
                "simulated": each.simulated.mean,
                "half_width": each.simulated.half_width,
                "distance": each.simulated.distance(each.expected),
                "holds": each.holds,
            }
            for each in comparisons
        },
    }


def show(out: Output, result: dict[str, Any]) -> None:
    columns = (
        out.text("formula", "公式"),
        out.text("agents", "坐席"),
        out.text("calls/min", "每分钟来电"),
        out.text("service s", "服务秒"),
        out.text("patience s", "耐心秒"),
        out.text("wait s", "等待秒"),
        out.text("within 20 s %", "20 秒内 %"),
        out.text("gave up %", "放弃 %"),
        "",
    )
    rows = [
        (
            point["formula"],
            point["agents"],
            f"{60 * point['arrival_rate']:.2f}",
            f"{1 / point['service_rate']:.0f}",
            f"{1 / point['abandonment_rate']:.0f}" if point["abandonment_rate"] else "∞",
            *(
                _measure(point[name], scale, digits)
                for name, scale, digits in zip(MEASURES, (1, 100, 100), (2, 2, 2), strict=True)
            ),
            out.text("ok", "相符") if point["holds"] else out.text("OUTSIDE", "不符"),
        )
        for point in result["points"]
    ]
    out.table(columns, rows)
    points, count, outside = len(result["points"]), result["comparisons"], result["outside"]
    mean, rms = result["distance_mean"], result["distance_rms"]
    out.say(
        f"{count} comparisons at {points} points, {outside} outside the 99.9% interval; "
        f"distances in standard errors: mean {mean:+.2f}, rms {rms:.2f}",
        f"{points} 个点共 {count} 项比较，{outside} 项落在 99.9% 置信区间之外；"
        f"以标准误计的偏差：均值 {mean:+.2f}，均方根 {rms:.2f}",
        style="red" if result["outside"] else "green",
    )


def _measure(figures: dict[str, Any], scale: float, digits: int) -> str:
    """``simulated ± half width (expected)``."""
    simulated, half, expected = (scale * figures[name] for name in ("simulated", "half_width", "expected"))
    return f"{simulated:.{digits}f} ± {half:.{digits}f} ({expected:.{digits}f})"
