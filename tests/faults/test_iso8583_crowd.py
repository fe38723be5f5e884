"""Hostile terminals among many: every other terminal is answered, and hardly later than without them.

``TELLERLINE_ISO_TERMINALS`` is how many, 100 where it is not set; one in fifty is hostile, at least one in each way,
and they come and go in turns. Then somebody floods the port with connections. In each turn, ten others sign on again
and again. The ratios are printed, and held to nothing here: what else the machine does is in them too.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from iso_crowd import HOSTILITIES, flooded, honest, hostile, p99, signing_on
from iso_server import IsoServer, iso_server
from iso_terminal import IsoTerminal

from tellerline.gateway.channels.iso8583.development import DevelopmentTerminal

TERMINALS = int(os.environ.get("TELLERLINE_ISO_TERMINALS", "100"))
HOSTILE, NEWCOMERS = max(len(HOSTILITIES), TERMINALS // 50), 10
MOST_FOR_A_SIGN_ON = 30.0
ATTACKED_WITHIN = 300.0
SECONDS, TURNS = (3.0, 1) if TERMINALS <= 100 else (10.0, 4)


@dataclass
class Turn:
    """How long answers and sign-ons took, with or without an attack."""

    answers: list[float]
    sign_ons: list[float]
    turns: list[float]
    """The 99th percentile of each turn's answers: how far they are apart is how much the machine itself wavers."""

    async def add(self, server: IsoServer, terminals: list[IsoTerminal], newcomers: list[str]) -> None:
        """One after the other: those who sign on all at once would be in each other's way, and in the answers'."""
        answers = await honest(terminals, SECONDS)
        self.answers += answers
        self.turns.append(p99(answers))
        self.sign_ons += await signing_on(server.target, server.keys, newcomers, SECONDS / 2)

    def __str__(self) -> str:
        return (
            f"p99 of {len(self.answers)} answers {1000 * p99(self.answers):.1f} ms (by turn "
            f"{' '.join(f'{1000 * turn:.1f}' for turn in self.turns)}), of {len(self.sign_ons)} sign-ons "
            f"{1000 * p99(self.sign_ons):.1f} ms (longest {1000 * max(self.sign_ons):.1f})"
        )


@pytest.mark.timeout(3600)
async def test_hostile_terminals_harm_no_other(tmp_path: Path) -> None:
    names = [f"C{number:07d}" for number in range(TERMINALS)]
    with iso_server(tmp_path, tuple(DevelopmentTerminal(name) for name in names)) as server:
        newcomers = names[HOSTILE : HOSTILE + NEWCOMERS]
        terminals = [await _ready(server, name) for name in names[HOSTILE + NEWCOMERS :]]
        alone, beside, flood = (Turn([], [], []) for _ in range(3))
        for _ in range(TURNS):
            await alone.add(server, terminals, newcomers)
            with hostile(server, names[:HOSTILE]):
                await _under_attack(server)
                await beside.add(server, terminals, newcomers)
            with flooded(server, names[0]):
                await _refused(server)
                await flood.add(server, terminals, newcomers)
        frames, ends = server.counted("atm_frames_total"), server.counted("atm_connections_ended_total")
        sys.stdout.write(
            f"\n{TERMINALS} terminals, {HOSTILE} of them hostile: {beside}; without the hostile: {alone}; "
            f"ratio {p99(beside.answers) / p99(alone.answers):.2f}; in a flood: {flood}; ratio "
            f"{p99(flood.answers) / p99(alone.answers):.2f}; frames {frames}; ends {ends}\n"
        )
        assert server.errors() == []
        assert frames["000/balance"] == sum(len(turn.answers) for turn in (alone, beside, flood))
        assert max(beside.sign_ons + flood.sign_ons) < MOST_FOR_A_SIGN_ON
        for terminal in terminals:
            await terminal.close()


async def _under_attack(server: IsoServer) -> None:
    def refused() -> float:
        return server.counted("atm_frames_total").get("916/refused", 0)

    before = refused()
    async with asyncio.timeout(ATTACKED_WITHIN):
        while refused() == before:  # noqa: ASYNC110 another process's
            await asyncio.sleep(0.1)


async def _refused(server: IsoServer) -> None:
    def refused() -> float:
        return server.counted("atm_connections_ended_total").get("no_room", 0)

    before = refused()
    async with asyncio.timeout(ATTACKED_WITHIN):
        while refused() < before + 100:  # noqa: ASYNC110 another process's
            await asyncio.sleep(0.1)


async def _ready(server: IsoServer, name: str) -> IsoTerminal:
    async with asyncio.timeout(60):
        return await IsoTerminal.of(server.target, server.keys, name).ready()
