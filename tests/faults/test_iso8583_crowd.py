"""Hostile terminals among many: every other terminal is answered, and hardly later than without them.

``TELLERLINE_ISO_TERMINALS`` is how many, 100 where it is not set; one in fifty is hostile, at least six, and they
come and go in turns. The ratio is printed, and held to nothing here: what else the machine does is in it too.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from iso_crowd import honest, hostile, p99
from iso_server import IsoServer, iso_server
from iso_terminal import IsoTerminal

from tellerline.gateway.channels.iso8583.development import DevelopmentTerminal

TERMINALS = int(os.environ.get("TELLERLINE_ISO_TERMINALS", "100"))
HOSTILE = max(6, TERMINALS // 50)
SECONDS, TURNS = (3.0, 1) if TERMINALS <= 100 else (10.0, 4)


@pytest.mark.timeout(3600)
async def test_hostile_terminals_harm_no_other(tmp_path: Path) -> None:
    names = [f"C{number:07d}" for number in range(TERMINALS)]
    with iso_server(tmp_path, tuple(DevelopmentTerminal(name) for name in names)) as server:
        terminals = [await _ready(server, name) for name in names[HOSTILE:]]
        alone, beside = list[float](), list[float]()
        for _ in range(TURNS):
            alone += await honest(terminals, SECONDS)
            with hostile(server, names[:HOSTILE]):
                await _under_attack(server)
                beside += await honest(terminals, SECONDS)
        frames, ends = server.counted("atm_frames_total"), server.counted("atm_connections_ended_total")
        sys.stdout.write(
            f"\n{TERMINALS} terminals, {HOSTILE} of them hostile: p99 of the others {1000 * p99(beside):.1f} ms, "
            f"without the hostile {1000 * p99(alone):.1f} ms, ratio {p99(beside) / p99(alone):.2f}; "
            f"{len(alone)} + {len(beside)} answers; frames {frames}; ends {ends}\n"
        )
        assert server.errors() == []
        assert frames["000/balance"] == len(alone) + len(beside)
        for terminal in terminals:
            await terminal.close()


async def _under_attack(server: IsoServer) -> None:
    def refused() -> float:
        return server.counted("atm_frames_total").get("916/refused", 0)

    before = refused()
    async with asyncio.timeout(60):
        while refused() == before:  # noqa: ASYNC110 another process's
            await asyncio.sleep(0.1)


async def _ready(server: IsoServer, name: str) -> IsoTerminal:
    async with asyncio.timeout(60):
        return await IsoTerminal.of(server.target, server.keys, name).ready()
