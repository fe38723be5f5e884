"""A second version of a host, beside the first while traffic runs: its share, its doubts, its shadow, its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gateway_world import START, World, open_world, settings_for
from ledger_host import Fault, LedgerHost

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.journal.records import RoutingVerdict, State
from tellerline.gateway.pipeline.mirror import Mirrored
from tellerline.gateway.services.ports import Request, Settled
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.money import Money
from tellerline.routing.model.transfers import CreateTransfer, TransferKind
from tellerline.routing.transactions.table import RoutingError

ACCOUNTS = [f"62170000{number:08}" for number in range(5_000)]
EACH = 10_000
AT_ONCE = 250
NO_RULES = 'version = "off"\n'
CANARY = """
version = "canary-1"
[[rules]]
name = "ten-per-cent"
operations = ["accounts.*", "transfers.*"]
accounts = ["6217000000000000..6217000000009999"]
percentage = 10
host = "core-v2"
"""
SHADOW = """
version = "shadow-1"
[[shadows]]
name = "mirror"
operations = ["*"]
host = "core-v2"
volatile = ["result.as_of"]
"""


@dataclass
class TwoVersions:
    """A world with a second version of core, on the same books but with a memory of its own, and the rules' file."""

    world: World
    first: LedgerHost
    second: LedgerHost
    file: Path

    async def follow(self, rules: str) -> RoutingVerdict:
        self.file.write_text(rules, "utf-8")
        change = await self.world.run(self.world.gateway.parts.routes.reload("u1"))
        return change.verdict

    def transfer(self, account: str) -> Request:
        command = CreateTransfer(
            debit_account=account,
            credit_account=ACCOUNTS[0],
            amount=Money(1, "CNY"),
            kind=TransferKind.REGISTERED_PAYEE,
        )
        return self.world.request(command)

    def money(self) -> int:
        return sum(self.first.balances.values())

    def received(self) -> tuple[int, int]:
        return len(self.first.received), len(self.second.received)


@asynccontextmanager
async def two_versions(folder: Path, rules: str = NO_RULES, **second: Any) -> AsyncIterator[TwoVersions]:
    clock = VirtualClock(START)
    books = dict.fromkeys(ACCOUNTS, EACH)
    first = LedgerHost(clock, balances=books)
    other = LedgerHost(clock, name="core-v2", **({"balances": books} | second))
    file = folder / "rules.toml"
    file.write_text(rules, "utf-8")
    settings = settings_for(routing_rules=file)
    beside = [HostBinding(other, version_of="core")]
    async with open_world(folder, host=first, clock=clock, settings=settings, beside=beside) as world:
        yield TwoVersions(world, first, other, file)


def some_lost(_command: Command, call: HostCall) -> Fault | None:
    """One reply in about eight is lost, by the reference alone."""
    return Fault.LOSE_REPLY if call.reference[-1] in "0123" else None


async def traffic(both: TwoVersions, calls: int, start: int = 0) -> list[Settled]:
    """Nine enquiries to each transfer, over all accounts in turn, ``AT_ONCE`` at a time."""
    ends: list[Settled] = []
    for begin in range(start, start + calls, AT_ONCE):
        accounts = [ACCOUNTS[number % len(ACCOUNTS)] for number in range(begin, begin + AT_ONCE)]
        requests = [
            both.transfer(account) if place % 10 == 9 else both.world.request(GetBalance(account=account))
            for place, account in enumerate(accounts)
        ]
        found = await both.world.outcomes(requests)
        ends += [end for end in found if isinstance(end, Settled)]
    return ends


async def test_a_canary_of_a_tenth_and_its_roll_back_while_traffic_runs(tmp_path: Path) -> None:
    async with two_versions(tmp_path) as both:
        before = both.money()
        assert await both.follow(CANARY) is RoutingVerdict.IN_FORCE
        both.second.fault_of = lambda command, call: (
            some_lost(command, call) if isinstance(command, CreateTransfer) else None
        )
        ends = await traffic(both, 10_000)
        old, new = both.received()
        assert abs(100 * new / (old + new) - 10) < 1
        later, _ = await asyncio.gather(traffic(both, 1_000), both.follow(NO_RULES))
        ends += later
        assert any(end.state is State.IN_DOUBT for end in ends)
        await both.world.pass_time(120, step=1.0)
        transfers = [end for end in ends if end.host_serial or end.state is not State.DONE]
        records = [await both.world.record(end.global_serial) for end in transfers]
        assert len(ends) == 11_000
        assert {record.state for record in records} == {State.DONE}
        assert both.first.effects + both.second.effects == 1_100
        assert both.money() == before


async def test_a_doubt_is_settled_by_the_version_that_took_it_even_after_a_roll_back(tmp_path: Path) -> None:
    everything = CANARY.replace("percentage = 10", "percentage = 100")
    async with two_versions(tmp_path, everything) as both:
        both.second.fault_of = lambda command, _call: Fault.LOSE_REPLY if isinstance(command, CreateTransfer) else None
        settled = await both.world.ask(both.transfer(ACCOUNTS[7]))
        assert settled.state is State.IN_DOUBT
        assert settled.host == "core-v2"
        await both.follow(NO_RULES)
        await both.world.pass_time(60)
        record = await both.world.record(settled.global_serial)
        assert (record.state, record.host) == (State.DONE, "core-v2")
        assert both.first.received == []
        assert [operation for operation, _ in both.second.received] == ["transfers.CreateTransfer", "host.Inquire"]


async def test_a_repeated_serial_is_answered_by_what_it_stands_for_whoever_took_it(tmp_path: Path) -> None:
    everything = CANARY.replace("percentage = 10", "percentage = 100")
    async with two_versions(tmp_path, everything) as both:
        request = both.transfer(ACCOUNTS[7])
        first = await both.world.ask(request)
        await both.follow(NO_RULES)
        again = await both.world.ask(request)
        assert (again.global_serial, again.host) == (first.global_serial, "core-v2")
        assert both.first.effects + both.second.effects == 1


async def test_a_bad_file_leaves_the_old_rules_in_force_and_says_why(tmp_path: Path) -> None:
    async with two_versions(tmp_path, CANARY) as both:
        assert await both.follow(CANARY.replace("core-v2", "core-v3")) is RoutingVerdict.REFUSED
        routes = both.world.gateway.parts.routes
        changes = await routes.changes()
        assert [change.verdict for change in changes] == [RoutingVerdict.REFUSED, RoutingVerdict.IN_FORCE]
        assert "'core-v3' is not connected" in changes[0].reason
        assert (changes[0].operator, changes[1].operator) == ("u1", "start")
        assert routes.rules.version == "canary-1"
        both.file.unlink()
        assert (await both.world.run(routes.reload("u1"))).verdict is RoutingVerdict.REFUSED
        assert routes.rules.version == "canary-1"
        assert '"routing_rules_refused"' in both.world.logged()


async def test_a_gateway_does_not_start_with_rules_that_it_cannot_follow(tmp_path: Path) -> None:
    with pytest.raises(RoutingError, match="percentage"):
        async with two_versions(tmp_path, CANARY.replace("= 10", "= 110")):
            pass


async def test_what_another_gateway_put_into_force_is_followed(tmp_path: Path) -> None:
    async with two_versions(tmp_path) as both:
        routes = both.world.gateway.parts.routes
        mine = (await routes.changes())[0]
        changed = {name: getattr(mine, name) for name in ("at", "verdict", "reason")}
        other = type(mine)(**changed, instance="gateway-2", operator="u2", version="2", digest="d2", content=CANARY)
        await both.world.run(both.world.store.routing.add(other))
        await both.world.pass_time(2)
        assert routes.rules.version == "canary-1"
        assert len(await routes.changes()) == 2, "following is not another change"


async def test_a_shadow_reports_a_seeded_difference_and_nothing_else(tmp_path: Path) -> None:
    seeded = dict.fromkeys(ACCOUNTS, EACH) | {ACCOUNTS[42]: EACH + 1}
    async with two_versions(tmp_path, SHADOW, balances=seeded) as both:
        requests = [both.world.request(GetBalance(account=account)) for account in ACCOUNTS[:50]]
        answers = await both.world.outcomes([*requests, both.transfer(ACCOUNTS[60])])
        await both.world.settle()
        assert all(isinstance(answer, Settled) for answer in answers)
        assert {operation for operation, _ in both.second.received} == {"accounts.GetBalance"}
        mirror = both.world.gateway.parts.mirror
        (difference,) = mirror.differences()
        fields = {each.field: (each.answered, each.shadowed) for each in difference.fields}
        assert fields == {
            "result.ledger.minor": ("10000", "10001"),
            "result.available.minor": ("10000", "10001"),
        }
        assert (difference.host, difference.shadow_host, difference.rule) == ("core", "core-v2", "mirror")
        assert (mirror.counts["mirror", Mirrored.SAME], mirror.counts["mirror", Mirrored.DIFFERENT]) == (49, 1)
        assert "shadow_differs" in both.world.logged()


async def test_a_slow_shadow_holds_nobody_up_and_is_dropped(tmp_path: Path) -> None:
    async with two_versions(tmp_path, SHADOW) as both:
        both.second.latency = 60.0
        began = both.world.clock.monotonic()
        requests = [both.world.request(GetBalance(account=account)) for account in ACCOUNTS[:200]]
        answers = await asyncio.gather(*(both.world.outcome(request) for request in requests))
        assert both.world.clock.monotonic() == began
        assert all(isinstance(answer, Settled) for answer in answers)
        counts = both.world.gateway.parts.mirror.counts
        assert counts["mirror", Mirrored.DROPPED] == 200 - 64
