"""A bounded load of cash machines from a process of its own: ``python -m tellerline.bench.atm_load``.

Reads one JSON order per line from standard input (``{"target", "keys", "machines", "requests", "streams"}``: ``keys``
is the folder with the machines' key files, ``machines`` names each with the card that is in it), answers each with one
JSON line. A machine stays signed on from its first order to the end.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import uvloop

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.bench.books import PIN
from tellerline.simulators.atm.keys import MasterKey
from tellerline.simulators.atm.profile import Profile
from tellerline.simulators.atm.requests import Kind, Order, approved
from tellerline.simulators.atm.session import Place, Session

_STANS = 1_000_000
_CLOCK, _RANDOMNESS = SystemClock(), SystemRandomness()


class Machines:
    """Sessions by their terminals."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Place, Session]] = {}
        self._stans = itertools.count(1)

    async def ask_balances(self, order: Mapping[str, Any]) -> dict[str, object]:
        """So many balances, each with its PIN; counts what is not approved."""
        turns = iter(range(order["requests"]))
        codes: dict[str, int] = {}

        async def worker(place: Place, session: Session, card: str) -> None:
            for _ in turns:
                block = session.keys.pin_block(PIN, card, _RANDOMNESS)
                request = place.composer.order(self._stan(), Order(kind=Kind.BALANCE, card=card, pin_block=block))
                answer = await session.ask(request)
                if answer is None or not approved(answer):
                    code = answer.text(39) if answer else "none"
                    codes[code] = codes.get(code, 0) + 1

        signed_on = [(*await self._session(order, terminal), card) for terminal, card in order["machines"].items()]
        started = time.perf_counter()
        await asyncio.gather(*(worker(*each) for each in signed_on for _ in range(order["streams"])))
        seconds = time.perf_counter() - started
        return {"requests": order["requests"], "failed": sum(codes.values()), "codes": codes, "seconds": seconds}

    async def _session(self, order: Mapping[str, Any], terminal: str) -> tuple[Place, Session]:
        if terminal not in self._open:
            host, _, port = order["target"].rpartition(":")
            place = Place(
                host=host,
                port=int(port),
                profile=Profile(terminal=terminal),
                master=MasterKey.from_hex((Path(order["keys"]) / f"{terminal}.key").read_text("ascii")),
                clock=_CLOCK,
                randomness=_RANDOMNESS,
            )
            self._open[terminal] = place, await Session.open(place, self._stan)
        return self._open[terminal]

    def _stan(self) -> str:
        return f"{next(self._stans) % _STANS:06}"


async def serve_orders() -> None:
    machines = Machines()
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        answer = await machines.ask_balances(orjson.loads(line))
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(serve_orders())
