"""Thousands of calls that carry PINs, tokens, whole card and identity numbers, in the right places and in wrong ones.

A PIN or a token is nowhere afterwards. Card and identity numbers are in the journal's database and in the messages to
hosts, where they have to be, and in no log line and no metric.
"""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from live_bank import LiveBank, live_bank
from live_client import LiveClient
from live_gateways import GENEROUS, Installation, in_a_hurry
from mq_worlds import RabbitWorld

from tellerline.gateway.client import CanonicalError, Client
from tellerline.simulators.faults import FaultKind, FaultRule, GarbleStyle
from tellerline.simulators.population import Person
from tellerline.simulators.population.people import PIN

CUSTOMERS = 200
AT_ONCE = 16
WRONG_PINS = ("135791", "864209")
DEAD_LETTERS = "credit.requests.dead"
MOST_DEAD_LETTERS = 200

Call = tuple[str, dict[str, Any]]


@dataclass
class Canaries:
    """What is sent, and what must not be found. ``ends`` counts the answers by code."""

    client: Client
    live: LiveBank
    tokens: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    serials: int = 0

    async def sing(self, person: Person) -> None:
        """Everything that a customer's numbers may be sent in."""
        verified = await self._call("customers.v1.CustomerService/VerifyPin", _proof(person, PIN))
        if verified:
            self.tokens.append(verified["token"])
        for method, request in (*_asked(person, self.tokens[-1] if self.tokens else ""), *_misplaced(person)):
            await self._call(method, request)
        for pin in (*WRONG_PINS, PIN + "7", PIN[:5] + "x"):
            await self._call("customers.v1.CustomerService/VerifyPin", _proof(person, pin))

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
        await self._call("credit.v1.CreditService/RepayLoan", {"name": loan, "amount": _yuan(1)})


def _yuan(units: int) -> dict[str, str]:
    return {"currency_code": "CNY", "units": str(units)}


def _proof(person: Person, pin: str) -> dict[str, Any]:
    name = f"customers/{person.customer.number}"
    context = {"channel": "CHANNEL_IVR", "customer": name, "call": f"call-{person.card}", "terminal": person.card}
    return {"context": context, "customer": name, "account": f"{name}/accounts/1", "pin": pin}


def _asked(person: Person, token: str) -> Iterator[Call]:
    """Numbers where they belong."""
    name = f"customers/{person.customer.number}"
    phone = {"channel": "CHANNEL_IVR", "customer": name, "grant": token, "call": f"call-{person.card}"}
    yield "accounts.v1.AccountService/GetBalance", {"name": f"{name}/accounts/1/balance", "context": phone}
    yield "accounts.v1.AccountService/GetBalance", {"name": f"{name}/accounts/1/balance"}
    payee = {"account_number": person.card[::-1], "bank_code": "OTHERBANK", "display_name": person.customer.name}
    transfer = {"debit_account": f"{name}/accounts/1", "other_bank_payee": payee, "amount": _yuan(1)}
    narrative = f"卡 {person.card} 证件 {person.customer.identity_document}"
    yield "transfers.v1.TransferService/CreateTransfer", {"transfer": transfer | {"narrative": narrative}}
    yield (
        "customers.v1.CustomerService/RegisterCustomer",
        {"customer": {"display_name": person.customer.name, "identity_document": person.customer.identity_document}},
    )
    yield "customers.v1.CustomerService/RegisterAccount", {"parent": name, "account_number": person.card}
    lost = {"account_number": person.card, "kind": "ACCOUNT_KIND_CARD", "pin": WRONG_PINS[0]}
    yield "accounts.v1.AccountService/ReportLoss", {"unsigned_account": lost, "context": {"channel": "CHANNEL_IVR"}}


def _misplaced(person: Person) -> Iterator[Call]:
    """Numbers where they do not belong."""
    name, card, document = f"customers/{person.customer.number}", person.card, person.customer.identity_document
    balance = "accounts.v1.AccountService/GetBalance"
    yield balance, {"name": f"customers/{card}/accounts/{card}/balance"}
    yield balance, {"name": f"customers/{document}/accounts/1/balance"}
    yield balance, {"name": card}
    yield balance, {"name": f"{name}/accounts/1/balance", "context": {"channel_serial": card, "agent": document}}
    yield "transfers.v1.TransferService/GetTransfer", {"name": f"transfers/{card}"}
    yield "operations.v1.OperationsService/SearchTransactions", {"channel_serial": card, "host": card}
    yield "operations.v1.OperationsService/GetHostStatus", {"name": f"hosts/{card}/status"}
    yield "customers.v1.CustomerService/RevokeGrant", {"call": f"call-{card}"}


@pytest.fixture
async def canaries(tmp_path: Path, rabbitmq_url: str) -> AsyncIterator[Canaries]:
    async with live_bank(CUSTOMERS, amqp=rabbitmq_url) as live:
        for kind in (FaultKind.GARBLE, FaultKind.REFUSE, FaultKind.DUPLICATE_REPLY):
            live.bank.add_fault(FaultRule(kind=kind, probability=0.02, style=GarbleStyle.CUT))
        live.bank.add_fault(FaultRule(kind=FaultKind.LOSE_REPLY, operations=frozenset({"Transfer"}), count=5))
        more = GENEROUS | in_a_hurry(tmp_path) | {"telemetry": {"log_level": "debug", "trace_ratio": 1.0}}
        installation = Installation(tmp_path, live, amqp=rabbitmq_url, more=more)
        async with installation.gateways("one") as (target,):
            client = LiveClient.to(target)
            yield Canaries(Client(client.channel), live)
            await client.close()


async def test_canaries_do_not_sing(canaries: Canaries, tmp_path: Path, rabbitmq_url: str) -> None:
    people = canaries.live.population.people[:CUSTOMERS]
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(person: Person) -> None:
        async with at_once:
            await canaries.sing(person)

    await asyncio.gather(*(one(person) for person in people))
    await canaries.let_one_expire(canaries.live.loans[0])
    assert canaries.serials > 15 * CUSTOMERS
    assert len(canaries.tokens) > CUSTOMERS // 2
    assert {"OK", "PIN_INVALID", "INVALID_REQUEST", "ACCOUNT_NOT_FOUND"} <= canaries.ends.keys(), canaries.ends
    log = (tmp_path / "one.log").read_text("utf-8")
    (metrics,) = re.findall(r'"metrics":"(http[^"]+)"', log)
    exposed = await asyncio.to_thread(lambda: urllib.request.urlopen(metrics, timeout=10).read().decode())
    assert _heard(canaries, f'"pin":"{PIN}","to":"{people[0].card}"') == [PIN, people[0].card]
    assert log.count("\n") > 5 * CUSTOMERS
    assert _heard(canaries, log) == []
    assert _heard(canaries, exposed) == []
    assert all(orjson.loads(line) for line in log.splitlines())
    database = await asyncio.to_thread(_database, tmp_path)
    assert people[0].card in database
    assert _secrets(canaries, database) == []
    assert _secrets(canaries, await _dead_letter(rabbitmq_url, people[0].card)) == []


def _database(folder: Path) -> str:
    return b"".join(file.read_bytes() for file in folder.glob("journal.db*")).decode("latin-1")


def _heard(canaries: Canaries, text: str) -> list[str]:
    """Every canary in ``text``."""
    numbers = [number for person in canaries.live.population.people for number in _numbers(person)]
    return [*_secrets(canaries, text), *(number for number in numbers if number in text)]


def _numbers(person: Person) -> tuple[str, ...]:
    return person.card, person.card[::-1], person.customer.identity_document


def _secrets(canaries: Canaries, text: str) -> list[str]:
    """PINs and tokens in ``text``; six digits of a longer number or of a fraction are no PIN."""
    pins = [pin for pin in (PIN, *WRONG_PINS) if re.search(rf"(?<![0-9A-Za-z.]){pin}(?![0-9A-Za-z])", text)]
    return [*pins, *(token for token in canaries.tokens if token in text)]


async def _dead_letter(url: str, card: str) -> str:
    """The first dead letter that concerns ``card``."""
    world = RabbitWorld(url)
    for _ in range(MOST_DEAD_LETTERS):
        letter = (await world.take(DEAD_LETTERS)).decode("gb18030", "replace")
        if card in letter:
            return letter
    raise AssertionError("no dead letter concerns the card")
