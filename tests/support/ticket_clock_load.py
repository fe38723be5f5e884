"""A process that opens tickets while their clocks run out, until it is killed.

``python ticket_clock_load.py sqlite PATH`` or ``postgresql DSN SCHEMA``. It prints ``opened TICKET`` as each is
answered and ``looked`` after each look at the clocks, twenty minutes of the bank apart.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from ticket_office import Office, office
from ticket_rules import at

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.tickets.databases import postgresql_tickets, sqlite_tickets

FRIDAY_BEFORE_SPRING_FESTIVAL = at(2, 13, 9)
_STEP = timedelta(minutes=20)
_OPENERS = 4


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def open_tickets(desk: Office) -> None:
    while True:
        ticket = await desk.opens()
        say(f"opened {ticket.name}")


async def run_clocks(desk: Office) -> None:
    while True:
        desk.clock.jump_to(desk.clock.now() + _STEP)
        if await desk.service.clocks.look():
            raise AssertionError("a ticket was not looked at")
        say("looked")
        await asyncio.sleep(0.001)


async def main(kind: str, where: str, schema: str = "") -> None:
    store = sqlite_tickets(Path(where)) if kind == "sqlite" else postgresql_tickets(where, SystemClock(), schema=schema)
    async with office(store, FRIDAY_BEFORE_SPRING_FESTIVAL) as desk:
        await asyncio.gather(run_clocks(desk), *(open_tickets(desk) for _ in range(_OPENERS)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
