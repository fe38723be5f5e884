"""From figures to ratios: what each request costs against the bare libraries in the same run."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tellerline.bench.enquiries import ENQUIRIES
from tellerline.bench.measure import Figure

_FRONT, _BALANCE = "grpc_echo", ENQUIRIES[0].floor
AGAINST_FLOORS: Mapping[str, tuple[str, ...]] = {
    **{enquiry.name: (_FRONT, enquiry.floor) for enquiry in ENQUIRIES},
    "transfer_sqlite": (_FRONT, _BALANCE),
    "transfer_postgresql": (_FRONT, _BALANCE),
}
TARGETS: Mapping[str, tuple[str, float]] = {
    **{enquiry.name: ("at most", 1.8) for enquiry in ENQUIRIES},
    "transfer_sqlite": ("at most", 2.2),
    "transfer_postgresql": ("at most", 2.2),
    "statement_decode_vs_zeep": ("at least", 8.0),
    "http_balance": ("at most", 1.8),
    "atm_balance": ("at most", 1.0),
    "peer_balance_soap": ("at least", 6.0),
    "peer_loan_mq": ("at least", 3.0),
}
"""What the default front, ``connect``, has to reach."""
REFERENCE_FRONT = "connect"
_TWO_SIDED_95 = 1.96
_PARTS = (
    "aio-pika",
    "aiohttp",
    "aiosqlite",
    "asyncpg",
    "connectrpc",
    "cryptography",
    "grpcio",
    "h2corn",
    "httpx",
    "litestar",
    "lxml",
    "orjson",
    "pika",
    "protobuf",
    "structlog",
    "tellerline",
    "tenacity",
    "uvicorn",
    "uvloop",
    "zeep",
)


def ratios(figures: Mapping[str, Figure], fronts: Sequence[str]) -> dict[str, Any]:
    """Per front, cost over the sum of its floors; online banking's over its own, with the usual server and with ours;
    a cash machine's over that of the same balance over gRPC; how many times cheaper than zeep and than the peer we are.

    Each is the median over the rounds; what was not measured is None.
    """
    return _compared(figures, fronts, lambda quotients: round(statistics.median(quotients), 2))


def ranges(figures: Mapping[str, Figure], fronts: Sequence[str]) -> dict[str, Any]:
    """The same names, each with the 95 % confidence interval of its ratio: how far off so few rounds may be."""
    return _compared(figures, fronts, _median_range)


def _compared(
    figures: Mapping[str, Figure], fronts: Sequence[str], told: Callable[[Sequence[float]], Any]
) -> dict[str, Any]:
    def compared(above: str, *below: str) -> Any:
        quotients = _quotients(figures, above, below)
        return told(quotients) if quotients else None

    return {
        **{
            front: {name: compared(f"{front}_{name}", *floors) for name, floors in AGAINST_FLOORS.items()}
            for front in fronts
        },
        "http_balance": compared("http_balance", "json_echo_uvicorn", _BALANCE),
        "http_balance_vs_h2corn": compared("http_balance", "json_echo_h2corn", _BALANCE),
        "atm_balance": compared("atm_balance", f"{REFERENCE_FRONT}_{ENQUIRIES[0].name}"),
        "statement_decode_vs_zeep": compared("statement_decode_zeep", "statement_decode"),
        **{
            f"peer_{name}": compared(f"peer_{name}", f"{REFERENCE_FRONT}_{name}")
            for name in ("balance_soap", "loan_mq")
        },
    }


def _quotients(figures: Mapping[str, Figure], above: str, below: Sequence[str]) -> list[float]:
    """Of each round, what one costs over what the others cost together in the same round; none of what was not
    measured.

    The machine's speed drifts from round to round by more than what is measured; within a round it drifts little.
    """
    if above not in figures or any(name not in figures for name in below):
        return []
    bases = [sum(costs) for costs in zip(*(figures[name].costs for name in below), strict=True)]
    return [cost / base for cost, base in zip(figures[above].costs, bases, strict=True) if base]


def _median_range(values: Sequence[float]) -> list[float]:
    """By order statistics, which hold whatever the values' distribution is. Of five values and fewer, all of them."""
    ordered = sorted(values)
    outside = max(0, math.floor((len(ordered) - _TWO_SIDED_95 * math.sqrt(len(ordered))) / 2))
    return [round(ordered[outside], 2), round(ordered[-1 - outside], 2)]


def of_target(found: Mapping[str, Any], name: str) -> Any:
    """What ``ratios`` or ``ranges`` found for a target; None for what was not measured."""
    return found.get(REFERENCE_FRONT, {}).get(name) if name in AGAINST_FLOORS else found.get(name)


def verdicts(found: Mapping[str, Any]) -> list[tuple[str, float | None, str, bool | None]]:
    """Each target with its ratio, in words, and whether it is reached; None for what was not measured."""
    rows = []
    for name, (direction, bound) in TARGETS.items():
        value: float | None = of_target(found, name)
        reached = None if value is None else (value <= bound if direction == "at most" else value >= bound)
        rows.append((name, value, f"{direction} {bound:g}", reached))
    return rows


def environment() -> dict[str, Any]:
    """The machine and the versions that figures are worth nothing without."""
    return {
        "cpu": _cpu_model(),
        "cpus": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "versions": {name: found for name in _PARTS if (found := _version(name))},
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
