"""Every plan under every fault at every exchange: no fen is between two hosts in the end, and nothing is half done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from journal_stores import fresh_schema
from plan_lives import Life, Strike, heal, judge, opened
from wired_host import WireFault

from tellerline.gateway.journal.port import Store
from tellerline.routing.transactions.legs import WhenRefused
from tellerline.routing.transactions.plans import discover

PLANS = discover()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    return dsn, tmp_path_factory.mktemp("plans"), fresh_schema()


@pytest.fixture
async def store(database: tuple[str, Path, str]) -> AsyncIterator[Store]:
    async with opened(*database) as store:
        yield store


async def lived(life: Life, folder: Path, store: Store) -> str:
    world = life.world(folder, store)
    await world.run(world.gateway.start())
    await world.outcomes([life.request])
    await heal(life, world, store)
    await world.run(world.gateway.close())
    world.close_log()
    return await judge(life, store)


@pytest.mark.parametrize("fault", list(WireFault))
@pytest.mark.parametrize("operation", sorted(PLANS))
async def test_a_fault_at_each_exchange(tmp_path: Path, store: Store, operation: str, fault: WireFault) -> None:
    for place in count():
        life = await Life.begin(operation)
        strike = Strike(place, fault)
        life.bench.strike(strike)
        ended = await lived(life, tmp_path, store)
        if not strike.struck:
            break
        definite = ended in ("DONE", "REJECTED", "REVERSED", "NOT_SENT")
        assert definite or (ended == "MANUAL" and fault is WireFault.REFUSED), (place, ended)
    assert ended == "DONE"
    assert place >= len(PLANS[operation].steps)


def last_to_undo(operation: str) -> str:
    """The command of the last step whose refusal undoes the plan; empty for a plan with nothing to undo then."""
    undoing = [step.asks.operation for step in PLANS[operation].steps if step.when_refused is WhenRefused.UNDO]
    return undoing[-1] if len(undoing) > 1 else ""


@pytest.mark.parametrize("fault", list(WireFault))
@pytest.mark.parametrize("operation", [name for name in sorted(PLANS) if last_to_undo(name)])
async def test_a_fault_while_it_is_undone(tmp_path: Path, store: Store, operation: str, fault: WireFault) -> None:
    for place in count(1):
        life = await Life.begin(operation)
        strike = Strike(place, fault, last_to_undo(operation))
        life.bench.strike(strike)
        ended = await lived(life, tmp_path, store)
        if not strike.struck:
            break
    assert place > 1
    assert ended == "REVERSED"
