"""Thousands of requests through every channel that carry PINs, tokens, whole card, identity and telephone numbers, in
the right places and in wrong ones.

A PIN, a token or a track is nowhere afterwards. Card, identity and telephone numbers are in the journal's database and
in the messages to hosts, where they have to be, and in no log line, no span and no metric. ``TELLERLINE_CANARIES`` says
how many requests it shall be at least.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from canary_songs import WRONG_PINS, Call, asked, at_a_machine, misplaced, numbers, over_http, proof, yuan
from channel_doors import ChannelDoors, Machine
from live_bank import LiveBank, live_bank
from live_client import LiveClient
from live_gateways import GENEROUS, Installation, in_a_hurry
from mq_worlds import RabbitWorld, eventually
from span_collector import SpanCollector, span_collector

from tellerline.gateway.client import CanonicalError, Client
from tellerline.simulators.faults import FaultKind, FaultRule, GarbleStyle
from tellerline.simulators.population import Person
from tellerline.simulators.population.people import PIN
from tellerline.simulators.servers import RabbitmqServer

CUSTOMERS = 100
AT_ONCE = 16
REQUESTS = int(os.environ.get("TELLERLINE_CANARIES", "3000"))
DEAD_LETTERS = "credit.requests.dead"
MOST_DEAD_LETTERS = 200


@dataclass
class Canaries:
    """What is sent, and what must not be found. ``ends`` counts the answers by channel and code."""

    client: Client
    browser: aiohttp.ClientSession
    machines: list[Machine]
    doors: ChannelDoors
    live: LiveBank
    spans: SpanCollector
    tokens: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    serials: int = 0

    async def sing(self, person: Person) -> None:
        """Everything that a customer's numbers may be sent in."""
        await self._at_a_machine(person)
        await self._over_http(person)
        verified = await self._call("customers.v1.CustomerService/VerifyPin", proof(person, PIN))
        if verified:
            self.tokens.append(verified["token"])
        for method, request in (*asked(person, self.tokens[-1] if self.tokens else ""), *misplaced(person)):
            await self._call(method, request)
        for pin in (*WRONG_PINS, PIN + "7", PIN[:5] + "x"):
            await self._call("customers.v1.CustomerService/VerifyPin", proof(person, pin))

    async def _at_a_machine(self, person: Person) -> None:
        machine = self.machines[self.serials % len(self.machines)]
        for order, pin, fields in at_a_machine(person):
            self.serials += 1
            answer = await machine.ask(replace(order, pin_block=machine.block(pin, order.card)), **fields)
            self.ends[f"ATM {answer.text(39) if answer else 'nothing'}"] += 1

    async def _over_http(self, person: Person) -> None:
        token = self.doors.token(person.customer.number)
        self.tokens.append(token)
        for bearer in (token, f"{token[:-4]}AAAA", person.card):
            for method, path, body in over_http(person) if bearer is token else (("GET", "/v1/quotes/600000", None),):
                self.serials += 1
                headers = {"authorization": f"Bearer {bearer}", "idempotency-key": f"H{self.serials}"}
                async with self.browser.request(method, path, json=body, headers=headers) as answer:
                    self.ends[f"HTTP {answer.status}"] += 1

    async def _call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        self.serials += 1
        context = {"channel": "CHANNEL_COUNTER", "channel_serial": f"C{self.serials}"} | request.pop("context", {})
        try:
            reply = await self.client.call(method, request | {"context": context})
        except CanonicalError as refused:
            self.ends[refused.code or refused.status.name] += 1
            return {}
        self.ends["OK"] += 1
        return reply

    async def let_one_expire(self, loan: str) -> None:
        """A repayment that the credit host never fetches, dead-lettered by the broker."""
        await self.live.bank.credit.close()
        call: Call = ("credit.v1.CreditService/RepayLoan", {"name": loan, "amount": yuan(1)})
        await self._call(*call)


@pytest.fixture
async def canaries(tmp_path: Path, rabbitmq_server: RabbitmqServer) -> AsyncIterator[Canaries]:
    async with AsyncExitStack() as stack:
        live = await stack.enter_async_context(live_bank(CUSTOMERS, amqp=rabbitmq_server.url))
        for kind in (FaultKind.GARBLE, FaultKind.REFUSE, FaultKind.DUPLICATE_REPLY):
            live.bank.add_fault(FaultRule(kind=kind, probability=0.02, style=GarbleStyle.CUT))
        live.bank.add_fault(FaultRule(kind=FaultKind.LOSE_REPLY, operations=frozenset({"Transfer"}), count=5))
        spans, doors = stack.enter_context(span_collector()), ChannelDoors(tmp_path / "doors")
        telemetry = {"log_level": "debug", "trace_ratio": 1.0, "trace_endpoint": spans.endpoint}
        more = GENEROUS | in_a_hurry(tmp_path) | doors.tables() | {"telemetry": telemetry}
        installation = Installation(tmp_path, live, amqp=rabbitmq_server.url, more=more)
        (target,) = await stack.enter_async_context(installation.gateways("one"))
        client = LiveClient.to(target)
        stack.push_async_callback(client.close)
        browser = await stack.enter_async_context(doors.online(installation.said["http"]))
        machines = await stack.enter_async_context(doors.signed_on(installation.said["atm"]))
        yield Canaries(Client(client.channel), browser, machines, doors, live, spans)


async def test_canaries_do_not_sing(canaries: Canaries, tmp_path: Path, rabbitmq_server: RabbitmqServer) -> None:
    people = canaries.live.population.people[:CUSTOMERS]
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(person: Person) -> None:
        async with at_once:
            await canaries.sing(person)

    while canaries.serials < REQUESTS:
        await asyncio.gather(*(one(person) for person in people))
    await canaries.let_one_expire(canaries.live.loans[0])
    assert len(canaries.tokens) > CUSTOMERS // 2
    expected = {"OK", "PIN_INVALID", "INVALID_REQUEST", "ACCOUNT_NOT_FOUND", "HTTP 200", "HTTP 400", "HTTP 401"}
    assert expected | {"HTTP 404", "ATM 00", "ATM 14", "ATM 55"} <= canaries.ends.keys(), canaries.ends
    log = (tmp_path / "one.log").read_text("utf-8")
    (metrics,) = re.findall(r'"metrics":"(http[^"]+)"', log)
    exposed = await asyncio.to_thread(lambda: urllib.request.urlopen(metrics, timeout=60).read().decode())
    _check_the_search(canaries)
    assert log.count("\n") > 5 * CUSTOMERS
    assert _heard(canaries, log) == []
    assert _heard(canaries, exposed) == []
    assert all(orjson.loads(line) for line in log.splitlines())
    await eventually(lambda: sum(map(len, canaries.spans.received)) > 1000 * CUSTOMERS)
    spans = b"".join(canaries.spans.received).decode("latin-1")
    assert _heard(canaries, spans) == []
    database = await asyncio.to_thread(_database, tmp_path)
    assert people[0].card in database
    assert _secrets(canaries, database) == []
    assert _secrets(canaries, await _dead_letter(rabbitmq_server.url, people[0].card)) == []
    searched = {"log": len(log), "spans": len(spans), "metrics": len(exposed), "database": len(database)}
    sys.stdout.write(f"\n{canaries.serials} requests, 0 found in bytes {searched}; answers: {dict(canaries.ends)}\n")


def _check_the_search(canaries: Canaries) -> None:
    """It finds one of each kind that is planted."""
    person, token = canaries.live.population.people[0], canaries.tokens[0]
    track = f"{person.card}=30122010000000000"
    for planted in (PIN, *WRONG_PINS, token, *numbers(person)):
        assert planted in _heard(canaries, f'{{"event":"x","to":"{planted}","n":1}}'), planted
    assert set(_heard(canaries, f"track {track}")) == {track, person.card}
    assert _heard(canaries, f"a serial of 20 digits {PIN}22{PIN}33, and 0.{PIN}") == []


def _database(folder: Path) -> str:
    return b"".join(file.read_bytes() for file in folder.glob("journal.db*")).decode("latin-1")


def _heard(canaries: Canaries, text: str) -> list[str]:
    """Every canary in ``text``."""
    every = [number for person in canaries.live.population.people for number in numbers(person)]
    return [*_secrets(canaries, text), *(number for number in every if number in text)]


def _secrets(canaries: Canaries, text: str) -> list[str]:
    """PINs, tokens and tracks in ``text``; six digits of a longer number or of a fraction are no PIN."""
    pins = [pin for pin in (PIN, *WRONG_PINS) if re.search(rf"(?<![0-9A-Za-z.]){pin}(?![0-9A-Za-z])", text)]
    tracks = re.findall(r"[0-9]{16,19}[=D]30122[0-9]*", text)
    return [*pins, *tracks, *(token for token in canaries.tokens if token in text)]


async def _dead_letter(url: str, card: str) -> str:
    """The first dead letter that concerns ``card``."""
    world = RabbitWorld(url)
    for _ in range(MOST_DEAD_LETTERS):
        letter = (await world.take(DEAD_LETTERS)).decode("gb18030", "replace")
        if card in letter:
            return letter
    raise AssertionError("no dead letter concerns the card")
