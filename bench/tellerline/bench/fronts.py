"""CPU per echo of each front, in interleaved rounds: ``python -m tellerline.bench.fronts --rounds 5``."""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys

import uvloop

from tellerline.bench.echo_load import EchoServer, Outcome, load
from tellerline.bench.echo_server import FRONTS

_WARM_UP = 500


async def compare(fronts: list[str], rounds: int, requests: int, concurrency: int) -> dict[str, list[Outcome]]:
    """Each front's outcomes; in every round each front has its turn, so that a busy moment meets them all."""
    outcomes: dict[str, list[Outcome]] = {front: [] for front in fronts}
    with contextlib.ExitStack() as running:
        servers = {front: running.enter_context(EchoServer(front)) for front in fronts}
        for server in servers.values():
            await load(server, _WARM_UP, concurrency)
        for _ in range(rounds):
            for front, server in servers.items():
                outcomes[front].append(await load(server, requests, concurrency))
    return outcomes


def table(outcomes: dict[str, list[Outcome]]) -> str:
    """A line for each front: median, least and most CPU microseconds, median latencies, errors."""
    lines = ["front     cpu us (least-most)     p50 ms  p99 ms  errors"]
    for front, rounds in outcomes.items():
        cpu = [outcome.cpu_per_request for outcome in rounds]
        half, most = (statistics.median(o.percentile(share) for o in rounds) for share in (0.5, 0.99))
        errors = sum(outcome.errors.total() for outcome in rounds)
        span = f"({min(cpu):.0f}-{max(cpu):.0f})"
        lines.append(f"{front:<9} {statistics.median(cpu):6.0f} {span:<15} {half:9.2f} {most:7.2f} {errors:7d}")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fronts", nargs="+", choices=FRONTS, default=list(FRONTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--concurrency", type=int, default=50)
    chosen = parser.parse_args()
    outcomes = uvloop.run(compare(chosen.fronts, chosen.rounds, chosen.requests, chosen.concurrency))
    sys.stdout.write(table(outcomes))


if __name__ == "__main__":
    main()
