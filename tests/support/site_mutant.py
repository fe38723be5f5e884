"""Live random days at a site of which a line was broken: ``python site_mutant.py NAME``, in a process of its own.

Exit code 1 and what was noticed, or 0 if nothing was.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

PACKAGE = "tellerline.callcenter.site"


class Break(NamedTuple):
    module: str
    line: str
    broken: str


MUTANTS: Mapping[str, tuple[Break, ...]] = {
    "a rescinded reservation can still be answered": (
        Break("evolve_agents", "if fact.state in _TERMINAL:", "if fact.state in _TERMINAL and fact.cause != 'FORCED':"),
        Break("offers", "or found.state is not ReservationState.PENDING:", "or False:"),
        Break("events", "or reservation.state is not ReservationState.PENDING:", "or False:"),
    ),
    "two reservations of one call are pending": (
        Break("consult", "or call.third is not None or call.reservation:", "or False:"),
    ),
    "time is lost when a leader forces not ready": (
        Break(
            "evolve_agents",
            "    count_time(agent, fact.at)\n    _idle",
            "    agent.since = fact.at if fact.by else agent.since\n    count_time(agent, fact.at)\n    _idle",
        ),
    ),
    "a late answer is not hung up": (
        Break("events", "found is None or found[1].state is LegState.CLEARING:", "found is None:"),
        Break(
            "events",
            "    else:\n        legs.give_up(turn, call, leg.id)\n\n\ndef _pending_of",
            "\n\ndef _pending_of",
        ),
    ),
    "the grant lives on after an intercept": (
        Break("supervision", "    talk.grant_ends(turn, call, GrantEnd.INTERCEPTED)\n", ""),
    ),
    "the caller hears the agents during help": (
        Break("consult", "    legs.place(turn, call, call.customer, Ear.MUSIC)\n", ""),
    ),
}


class _Broken(SourceFileLoader):
    """Loads a module from its source, broken; keeps no compiled copy."""

    def __init__(self, name: str, path: str, breaks: Sequence[Break]) -> None:
        super().__init__(name, path)
        self._breaks = breaks

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text(encoding="utf-8")
        for each in self._breaks:
            if each.line not in source:
                raise ValueError(f"{each.module} has no {each.line!r} to break")
            source = source.replace(each.line, each.broken)
        return compile(source, self.path, "exec")


class _Breaker(MetaPathFinder):
    """Finds the package's modules, those to be broken in particular."""

    def __init__(self, breaks: Sequence[Break]) -> None:
        self._breaks = breaks

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        breaks = [each for each in self._breaks if fullname == f"{PACKAGE}.{each.module}"]
        found = PathFinder.find_spec(fullname, path) if breaks else None
        if found is None or found.origin is None:
            return None
        return spec_from_file_location(fullname, loader=_Broken(fullname, found.origin, breaks))


def main(name: str, orders: int) -> int:
    sys.meta_path.insert(0, _Breaker(MUTANTS[name]))
    from site_chaos import RandomChoice, SiteChaos
    from site_world import SiteWorld

    for seed in range(orders):
        try:
            SiteChaos(SiteWorld(), RandomChoice(seed)).run(60)
        except Exception as noticed:
            sys.stdout.write(f"order {seed}: {noticed!r}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], 2000))
