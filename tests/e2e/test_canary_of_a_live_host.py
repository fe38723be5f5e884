"""Two versions of core as servers of their own, and a gateway process before them: a canary, its roll-back by the
documented command while traffic runs, and a shadow."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from live_bank import LiveBank, live_bank
from live_client import LiveClient, transfer_request
from live_gateways import GENEROUS, Installation, in_a_hurry
from live_load import Load, audit, resolved

from tellerline.gateway.client import Client
from tellerline.gateway.journal.records import Record, State
from tellerline.simulators.faults import FaultKind, FaultRule
from tests.docs.terminal import terminal_environment

CUSTOMERS, OUTSIDE = 400, 41
"""The last ones' cards lie outside the canary's range."""
CALLS, LATER = 1_800, 300
COPIED = 200
COUNTS = ("same_count", "different_count", "unanswered_count", "dropped_count")
WORKERS, PAUSE = 16, 0.05
LOST_REPLIES = FaultRule(kind=FaultKind.LOSE_REPLY, operations=frozenset({"Transfer"}), probability=0.05, seed=7)
NO_RULES = 'version = "off"\n'
CANARY = """
version = "canary-1"
[[rules]]
name = "pilot"
operations = ["transfers.*"]
accounts = ["{first}..{last}"]
percentage = 10
host = "core-v2"
"""
SHADOW = """
version = "shadow-1"
[[shadows]]
name = "mirror"
operations = ["accounts.*"]
host = "core-v2"
volatile = ["result.as_of"]
"""


@dataclass(frozen=True, slots=True)
class TwoVersions(LiveBank):
    """The bank, and a second version of its core with books, references and a port of its own: nothing that went to
    one is known to the other."""

    second: LiveBank

    def effects(self) -> Counter[str]:
        return LiveBank.effects(self) + self.second.effects()

    def trial_balance(self) -> set[int]:
        return LiveBank.trial_balance(self) | self.second.trial_balance()

    def booked_at(self) -> dict[str, set[str]]:
        """The references in the books of each version."""
        return {"core": set(LiveBank.effects(self)), "core-v2": set(self.second.effects())}


@dataclass
class Scene:
    live: TwoVersions
    rules: Path
    client: LiveClient
    target: str
    shell: CommandLine
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WORKERS // 2))

    async def routes(self, *words: str) -> Any:
        return await self.shell.json("routes", *words, "--gateway", self.target)

    async def follow(self, rules: str) -> None:
        """As the manual says: edit the file, then ask a gateway to read it."""
        self.rules.write_text(rules, "utf-8")
        assert (await self.routes("reload"))["verdict"] == "VERDICT_IN_FORCE"

    async def balance(self, name: str) -> Any:
        async with self.at_once:
            serial = name.replace("/", "-")
            return await self._call("accounts.v1.AccountService/GetBalance", serial, name=f"{name}/balance")

    async def compared(self, number: int) -> Any:
        """What the command tells of shadows, once so many copies have been answered, or not."""
        method = "operations.v1.RoutingService/ListRouteDifferences"
        while True:
            told = await self._call(method, "DIFFERENCES")
            if sum(int(count[name]) for count in told["counts"] for name in COUNTS) >= number:
                return await self.routes("differences")
            await asyncio.sleep(PAUSE)

    async def _call(self, method: str, serial: str, **fields: str) -> Any:
        context = {"channel": "CHANNEL_COUNTER", "channel_serial": serial}
        return await Client(self.client.channel).call(method, {"context": context, **fields})


@pytest.fixture
async def live() -> AsyncIterator[TwoVersions]:
    async with live_bank(CUSTOMERS) as first, live_bank(CUSTOMERS) as second:
        yield TwoVersions(first.bank, first.population, first.has_credit, second)


@pytest.fixture
def installation(live: TwoVersions, tmp_path: Path) -> Installation:
    hurry = in_a_hurry(tmp_path)
    version = {"of": "core", "url": live.second.bank.core.url, "manifest": tmp_path / "core.toml"}
    hosts = {"hosts": hurry["hosts"] | {"core-v2": version}}
    more = GENEROUS | hurry | hosts | {"routing_rules": tmp_path / "rules.toml"}
    return Installation(tmp_path, live, more=more)


@asynccontextmanager
async def following(installation: Installation, live: TwoVersions, rules: str) -> AsyncIterator[Scene]:
    """A gateway process that follows ``rules``."""
    file = installation.directory / "rules.toml"
    file.write_text(rules, "utf-8")
    async with installation.gateways("one") as (target,):
        client = LiveClient.to(target)
        yield Scene(live, file, client, target, CommandLine(terminal_environment(installation.directory)))
        await client.close()


def canary(live: TwoVersions) -> str:
    cards = [number for _, number in live.cards[:-OUTSIDE]]
    return CANARY.format(first=min(cards), last=max(cards))


async def answered(load: Load, number: int) -> None:
    """Until the traffic has had that many answers."""
    while sum(answer is not None for answer in load.answers.values()) < number:  # noqa: ASYNC110 - it says nothing
        await asyncio.sleep(PAUSE)


async def test_a_canary_and_its_roll_back_lose_nothing_while_traffic_runs(
    live: TwoVersions, installation: Installation
) -> None:
    live.second.bank.add_fault(LOST_REPLIES, host="core")
    async with following(installation, live, canary(live)) as scene:
        load = Load(live, [scene.client])
        async with load.running(WORKERS):
            await answered(load, CALLS)
            begun = set(load.answers)
            await scene.follow(NO_RULES)
            before = set(load.answers)
            await answered(load, len(before) + LATER)
        await resolved(scene.client, 60)
        changes = (await scene.routes("show"))["changes"]
        assert [change["version"] for change in changes] == ["off", "canary-1"]
    async with installation.store() as store:
        found = await audit(load, store)
    assert found.wrong == []
    assert found.in_state(State.DONE) == len(load.answers) > CALLS + LATER
    assert load.doubted > 0, "some replies were lost"
    assert len(before) > len(begun), "the traffic ran while the rules changed"
    records = found.records
    for host, booked in live.booked_at().items():
        assert booked == {record.global_serial for record in records.values() if record.host == host}
    _share_is_a_tenth_of_the_range(live, [records[serial] for serial in begun])
    assert {record.host for serial, record in records.items() if serial not in before} == {"core"}


def _share_is_a_tenth_of_the_range(live: TwoVersions, records: list[Record]) -> None:
    """And always the same accounts."""
    outside = {number for _, number in live.cards[-OUTSIDE:]}
    hosts: dict[str, set[str]] = {}
    for record in records:
        hosts.setdefault(record.account, set()).add(record.host)
    assert {len(each) for each in hosts.values()} == {1}
    assert {host for account in outside for host in hosts.get(account, ())} == {"core"}
    within = [record.host for record in records if record.account not in outside]
    assert abs(100 * within.count("core-v2") / len(within) - 10) < 3


async def test_a_shadow_of_a_live_host_reports_what_was_seeded(live: TwoVersions, installation: Installation) -> None:
    _, seeded = live.cards[42]
    balance = live.bank.ledger.account(seeded).balance
    live.second.bank.core.host.branch.post(seeded, 1, kind="CASH_DEPOSIT")
    async with following(installation, live, SHADOW) as scene:
        names = [name for name, _ in live.cards[:COPIED]]
        answers = await asyncio.gather(*(scene.balance(name) for name in names))
        assert [answer["name"] for answer in answers] == [f"{name}/balance" for name in names]
        (payer, _), (_, payee) = live.cards[1], live.cards[2]
        await scene.client.send(transfer_request("T1", payer, payee, 1_00))
        told = await scene.compared(COPIED)
    (count,), (difference,) = told["counts"], told["differences"]
    assert (count["rule"], [int(count[name]) for name in COUNTS]) == ("mirror", [COPIED - 1, 1, 0, 0])
    assert (difference["host"], difference["shadow_host"]) == ("core", "core-v2")
    assert [(each["field"], each["answered_value"], each["shadow_value"]) for each in difference["fields"]] == [
        (field, str(balance), str(balance + 1)) for field in ("result.ledger.minor", "result.available.minor")
    ]
    assert {host: len(booked) for host, booked in live.booked_at().items()} == {"core": 1, "core-v2": 0}
