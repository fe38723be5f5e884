"""Mutated frames by the thousand at a channel in a process of its own: it neither falls nor grows.

``TELLERLINE_ISO_MUTANTS`` is how many, 20,000 where it is not set; a million takes some minutes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from iso_mutants import Mutator, corpus
from iso_server import IsoServer, iso_server
from iso_terminal import IsoTerminal

from tellerline.adapters.clock import SeededRandomness
from tellerline.gateway.channels.iso8583.codec.message import Layout
from tellerline.gateway.channels.iso8583.development import STANDARD, DevelopmentTerminal
from tellerline.gateway.channels.iso8583.dialect import Task

MUTANTS = int(os.environ.get("TELLERLINE_ISO_MUTANTS", "20000"))
MOST_GROWTH = 50 * 1024 * 1024
TOGETHER = 8
UNBOUND = {
    "strikes": 1_000_000_000,
    "refusal_pause": 0,
    "cut_off_pause": 0,
    "frames_per_second": 1e9,
    "connections_per_second": 1e9,
}


@pytest.mark.timeout(3600)
async def test_mutants_neither_fell_the_channel_nor_make_it_grow(tmp_path: Path) -> None:
    with iso_server(tmp_path, STANDARD, **UNBOUND) as server:
        await asyncio.gather(*(_send(server, each, 500) for each in STANDARD))
        before = server.memory()
        done = sum(await asyncio.gather(*(_send(server, each, MUTANTS // len(STANDARD)) for each in STANDARD)))
        grown = server.memory() - before
        frames = server.counted("atm_frames_total")
        answered = {labels: round(number) for labels, number in sorted(frames.items())}
        sys.stdout.write(f"\n{done} mutants, {grown / 2**20:.1f} MiB more; answer/task: {answered}\n")
        assert server.alive
        assert server.errors() == []
        assert "defect" not in server.counted("atm_connections_ended_total")
        assert grown < MOST_GROWTH
        assert {labels.partition("/")[2] for labels in answered} >= {task.value for task in Task} - {"sign_off"}
        await _still_serves(server)


async def _send(server: IsoServer, each: DevelopmentTerminal, number: int) -> int:
    """Send so many, each one answered or its connection closed; a connection that is gone is made anew."""
    chance = SeededRandomness(f"{each.id}-{number}")
    mutator, done = Mutator(chance), 0
    while done < number:
        terminal = await _ready(server, each)
        messages = corpus(terminal, chance)
        with suppress(asyncio.IncompleteReadError, OSError):
            for _ in range(100):
                if done >= number:
                    break
                mutants = [mutator.mutant(messages[chance.below(len(messages))], terminal) for _ in range(TOGETHER)]
                terminal.send_raw(b"".join(len(frame).to_bytes(2, "big") + frame for frame in mutants))
                for _ in mutants:
                    done += 1
                    await terminal.receive()
        await terminal.close()
    return done


async def _ready(server: IsoServer, each: DevelopmentTerminal) -> IsoTerminal:
    layout = Layout(each.version, each.encoding)
    return await IsoTerminal.of(server.target, server.keys, each.id, layout).ready()


async def _still_serves(server: IsoServer) -> None:
    for each in STANDARD:
        terminal = await _ready(server, each)
        assert (await terminal.network("echo")).get(39) in {"00", "800"}
        await terminal.close()
