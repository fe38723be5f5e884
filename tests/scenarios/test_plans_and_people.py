"""A plan whose leg goes to people: it waits, and goes on as soon as two of them have said how the leg ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from gateway_world import World, settings_for
from journal_stores import fresh_schema
from plan_bench import NOWHERE
from plan_lives import Life, judge, opened
from wired_host import WireFault

from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import CaseEnding, State
from tellerline.gateway.plans.drive import LEASE_SECONDS
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.command import Command, Effect, HostCall, Inquire
from tellerline.routing.model.outcome import Attested, Done
from tellerline.routing.model.settlement import DebitAccount
from tellerline.routing.transactions.legs import WhenRefused
from tellerline.routing.transactions.plans import discover

PLANS = discover()
GIVEN_UP = 15.0
PEOPLE = DoubtPolicy(version="people/1", not_found=NotFoundRule.MANUAL, max_processing=5.0, give_up_after=GIVEN_UP)
SOON = 3.0
"""Well before a plan that nobody has told looks again by itself."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    return dsn, tmp_path_factory.mktemp("people"), fresh_schema()


@pytest.fixture
async def store(database: tuple[str, Path, str]) -> AsyncIterator[Store]:
    async with opened(*database) as store:
        yield store


class Silence:
    """One exchange that changes something is lost, and nobody ever answers what became of it."""

    def __init__(self, place: int, fault: WireFault) -> None:
        self._left = place
        self._fault = fault
        self.lost: tuple[Command, str] | None = None

    def __call__(self, command: Command, call: HostCall) -> WireFault | None:
        if isinstance(command, Inquire):
            return WireFault.LOST_REQUEST if self.lost and command.original_reference == self.lost[1] else None
        if command.effect is Effect.ENQUIRY:
            return None
        self._left -= 1
        if self._left != -1:
            return None
        self.lost = command, call.reference
        return self._fault

    @property
    def ending(self) -> CaseEnding:
        """What people find in the host's books: nothing either of a payment to an account that does not exist."""
        assert self.lost is not None
        booked = self._fault is WireFault.LOST_REPLY and self.lost[0].account_number != NOWHERE
        return CaseEnding.DONE if booked else CaseEnding.UNDONE


@asynccontextmanager
async def gateway(life: Life, folder: Path, store: Store, instance: str = "gateway") -> AsyncIterator[World]:
    """On terms by which no doubt is reversed or sent again."""
    bench, terms = life.bench, dict(life.bench.policies)
    for name, policy in terms.items():
        bench.policies[name] = replace(policy, doubts=dict.fromkeys(policy.doubts, PEOPLE))
    world = life.world(folder, store, instance, settings=settings_for(instance=instance))
    bench.policies.update(terms)
    await world.run(world.gateway.start())
    yield world
    await world.run(world.gateway.close())
    world.close_log()


async def leg_with_people(world: World, store: Store, silence: Silence) -> str:
    """Its serial, once it is there; empty when nothing was lost."""
    for _ in range(int(2 * GIVEN_UP)):
        if silence.lost is None:
            break
        leg = await store.journal.get(silence.lost[1])
        if leg is not None and leg.state is State.MANUAL:
            return leg.global_serial
        await world.pass_time(1.0)
    assert silence.lost is None
    return ""


async def resolve(world: World, leg: str, ending: CaseEnding) -> None:
    desk = world.gateway.parts.desk
    proposed = await desk.propose(leg, "li.na", ending, reason="seen in the books", evidence="page 7")
    await desk.confirm(leg, proposed.number, "wang.wei", remark="")


def expected(operation: str, silence: Silence) -> str:
    """A leg that was not done undoes the plan, or is done anew where there is no way back.

    So does the debit of a deal: its quote has run out while people looked.
    """
    assert silence.lost is not None
    rules = {step.asks: step.when_refused for step in PLANS[operation].steps}
    undone = silence.ending is CaseEnding.UNDONE and rules[type(silence.lost[0])] is WhenRefused.UNDO
    undone |= operation == "fx.CreateDeal" and isinstance(silence.lost[0], DebitAccount)
    return "REVERSED" if undone else "DONE"


@pytest.mark.parametrize("fault", [WireFault.LOST_REPLY, WireFault.LOST_REQUEST])
@pytest.mark.parametrize("operation", sorted(PLANS))
async def test_a_plan_goes_on_when_people_have_decided(
    tmp_path: Path, store: Store, operation: str, fault: WireFault
) -> None:
    for place in count():
        life = await Life.begin(operation)
        silence = Silence(place, fault)
        life.bench.strike(silence)
        async with gateway(life, tmp_path, store) as world:
            await world.outcomes([life.request])
            leg = await leg_with_people(world, store, silence)
            if not leg:
                break
            assert (await life.row(store)).state is State.PENDING
            await resolve(world, leg, silence.ending)
            await world.pass_time(SOON, step=0.5)
            assert (await life.row(store)).state is not State.PENDING
        assert await judge(life, store) == expected(operation, silence), place
    assert place >= len(PLANS[operation].steps)


@pytest.mark.parametrize("operation", sorted(PLANS))
async def test_it_goes_on_at_another_gateway_too(tmp_path: Path, store: Store, operation: str) -> None:
    """The one that drove it is dead when people decide, and another one has taken the plan over."""
    life = await Life.begin(operation)
    silence = Silence(1, WireFault.LOST_REPLY)
    life.bench.strike(silence)
    async with gateway(life, tmp_path, store) as world:
        await world.outcomes([life.request])
        leg = await leg_with_people(world, store, silence)
    async with gateway(life, tmp_path, store, "other") as other:
        await resolve(other, leg, silence.ending)
        await other.pass_time(LEASE_SECONDS + 5, step=1.0)
    assert await judge(life, store) == "DONE"


async def test_a_caller_is_told_that_it_is_done_and_people_see_the_plan(tmp_path: Path, store: Store) -> None:
    life = await Life.begin("securities.TransferToSecurities")
    silence = Silence(1, WireFault.LOST_REPLY)
    life.bench.strike(silence)
    async with gateway(life, tmp_path, store) as world:
        await world.outcomes([life.request])
        await resolve(world, await leg_with_people(world, store, silence), CaseEnding.DONE)
        await world.pass_time(SOON, step=0.5)
        [answer] = await world.outcomes([life.request])
    assert isinstance(answer, Settled)
    assert isinstance(answer.outcome, Done)
    assert (answer.state, answer.outcome.result) == (State.DONE, Attested())
