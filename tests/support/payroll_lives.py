"""Payrolls of many lines: struck at chosen legs, killed at one, and judged line by line by the books."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass, field
from typing import Any

from plan_bench import NOWHERE, make_bench, payroll_of
from plan_lives import Life, conserved
from wired_host import WireFault

from tellerline.gateway.journal.codec import outcome_from_json
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import State
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Effect, HostCall
from tellerline.routing.model.corporate import PayrollRun, RunPayroll
from tellerline.routing.model.outcome import Attested, Done, Rejected
from tellerline.routing.transactions.legs import Ended, Plan, Progress

LONGEST_SECONDS = 1200.0


def legs_of(plan: Plan[Any], command: RunPayroll) -> dict[str, range]:
    """Which legs make up which step, counted from 0 through the plan; only lines to nobody are refused."""
    ended: dict[str, tuple[Ended, ...]] = {}
    places, first = {}, 0
    for step in plan.steps:
        ended[step.name] = tuple(_ended(leg) for leg in step.legs(Progress(command=command, reference="", ended=ended)))
        places[step.name] = range(first, first + len(ended[step.name]))
        first = places[step.name].stop
    return places


def _ended(leg: Command) -> Ended:
    nobody = leg.account_number == NOWHERE
    return Rejected(code=Code.ACCOUNT_NOT_FOUND) if nobody else Done(result=Attested())


@dataclass
class LegStrike:
    """Disturbs the legs at ``places``, each when it goes out for the first time; ``struck`` counts them.

    Legs of one step that go out side by side are counted in the order in which they reach the wire.
    """

    places: Container[int]
    fault: WireFault
    struck: int = 0
    _seen: set[Command] = field(default_factory=set)

    def __call__(self, command: Command, _call: HostCall) -> WireFault | None:
        if command.effect is Effect.ENQUIRY or command in self._seen:
            return None
        self._seen.add(command)
        if len(self._seen) - 1 not in self.places:
            return None
        self.struck += 1
        return self.fault


class KillAtLeg:
    """Stops the gateway for good at one leg: its request gets lost, or the host has just done what it asks."""

    def __init__(self, place: int, *, done: bool) -> None:
        self._strike = LegStrike((place,), WireFault.LOST_REQUEST)
        self._done = done

    @property
    def happened(self) -> bool:
        return self._strike.struck > 0

    def fault_of(self, command: Command, call: HostCall) -> WireFault | None:
        fault = self._strike(command, call)
        return None if self._done else fault

    async def around(self, _name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await self._point()
        result = await call()
        await self._point()
        return result

    async def _point(self) -> None:
        if self.happened:
            await asyncio.get_running_loop().create_future()


@dataclass
class PayrollLife(Life):
    """A payroll at one bank; every ``missing``-th line names nobody."""

    @classmethod
    async def filed(cls, lines: int, missing: int) -> PayrollLife:
        bench = make_bench()
        return cls.of(bench, await payroll_of(bench, lines, missing))

    @property
    def payroll(self) -> RunPayroll:
        command = self.request.command
        assert isinstance(command, RunPayroll)
        return command


async def accounted(life: PayrollLife, store: Store) -> str:
    """As ``conserved``; and core has booked each line that the journal calls done, once, and no other line; what the
    company has paid is with the payees or between the hosts; a payroll that is done says of each line what the books
    say."""
    ended, plan = await conserved(life, store), await life.row(store)
    pays = [leg.record for leg in await store.legs.of(plan.global_serial) if leg.laid.step == "pay" and leg.record]
    done = {(record.global_serial, record.account, record.amount) for record in pays if record.state is State.DONE}
    serials = {record.global_serial for record in pays}
    booked = _booked(life, serials)
    assert sorted(booked) == sorted((serial, who, money.minor) for serial, who, money in done if money)
    between = sum(life.bench.mirrored().values())
    assert life.before - life.bench.balance(plan.account) == sum(minor for _, _, minor in booked) + between
    if ended == State.DONE:
        outcome = outcome_from_json(plan.outcome)
        assert isinstance(outcome, Done)
        assert isinstance(outcome.result, PayrollRun)
        _agree(life, outcome.result, {(who, money) for _, who, money in done})
    elif ended != State.MANUAL:
        assert done == set()
    return ended


def _booked(life: PayrollLife, serials: set[str]) -> list[tuple[str, str, int]]:
    return [
        (entry.transaction.reference, account.number, entry.amount)
        for account in life.bench.bank.ledger.accounts()
        if not account.internal
        for entry in account.entries
        if entry.transaction.effective and entry.transaction.reference in serials
    ]


def _agree(life: PayrollLife, run: PayrollRun, done: set[Any]) -> None:
    asked = life.payroll
    codes = {line.number: line.code for line in run.lines}
    paid = [line for line in asked.lines if not codes[line.number]]
    assert {(line.account, line.amount) for line in paid} == done
    assert len(paid) == len(done)
    assert run.paid.minor == sum(line.amount.minor for line in paid)
    assert run.paid.minor + run.returned.minor == asked.total.minor
