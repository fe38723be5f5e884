"""A complaint about a transfer whose reply cannot be read: what the gateway says over gRPC is what the ticket says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from running_clock import passing
from ticket_office import WRITTEN, Office, office
from ticket_rules import AGENT, AUDITOR, CARDS, LEADER

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.api.common.v1.transaction_pb2 import TransactionState
from tellerline.callcenter.gateway_client import GatewayClient
from tellerline.callcenter.tickets.databases import sqlite_tickets
from tellerline.callcenter.tickets.refusals import Code, RefusalError
from tellerline.callcenter.tickets.transactions import NOT_FOUND, GatewayTransactions, NotHeardError
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.client import Client
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.faults import FaultKind, FaultRule

MONDAY_NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@dataclass
class Bank:
    """A bank in one process, and a ticket office that knows it by its address alone."""

    system: EmbeddedSystem
    clock: VirtualClock
    client: Client
    gateway: GatewayTransactions
    desk: Office

    async def transfer(self) -> dict[str, Any]:
        """What the gateway answers to a transfer between two customers of the population."""
        assert self.system.population is not None
        payer, payee, *_ = self.system.population.people
        context = {"channel": "CHANNEL_COUNTER", "channel_serial": "TRANSFER-1"}
        transfer = {
            "debit_account": f"customers/{payer.customer.number}/accounts/1",
            "registered_payee": {"account_number": payee.card},
            "amount": {"currency_code": "CNY", "units": "1"},
        }
        service = "transfers.v1.TransferService/CreateTransfer"
        call = self.client.call(service, {"context": context, "transfer": transfer})
        return await passing(self.clock, call)


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Bank]:
    clock = VirtualClock(MONDAY_NOON)
    settings = GatewaySettings.model_validate({"store": {"path": tmp_path / "journal.db"}})
    books = Books(customers=4, magic=False)
    async with AsyncExitStack() as stack:
        log = os.open(tmp_path / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        stack.callback(os.close, log)
        system = await start_embedded(settings, books, clock=clock, randomness=SeededRandomness(1), log_descriptor=log)
        stack.push_async_callback(system.stop)
        for person in system.population.people if system.population else ():
            system.bank.core.host.branch.post(person.card, 100_000, kind="CASH_DEPOSIT")
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(system.node.target))
        gateway = GatewayTransactions(GatewayClient(channel, seconds=30), SeededRandomness(2))
        store = sqlite_tickets(tmp_path / "tickets.db")
        desk = await stack.enter_async_context(office(store, clock=clock, gateway=gateway))
        yield Bank(system, clock, Client(channel, timeout=30), gateway, desk)


async def test_a_complaint_waits_for_the_doubt_and_follows_its_end(bank: Bank) -> None:
    rule = FaultRule(kind=FaultKind.GARBLE, operations=frozenset({"Transfer"}), count=1)
    bank.system.bank.add_fault(rule, host="core")
    reply = (await bank.transfer())["transaction"]
    assert reply["state"] == "TRANSACTION_STATE_IN_DOUBT"
    serial = reply["ref"]["global_serial"]
    desk = bank.desk
    ticket = await passing(bank.clock, desk.opens(**(WRITTEN | {"transaction": f"transactions/{serial}"})))
    assert (ticket.in_doubt, ticket.transaction.state) == (True, TransactionState.TRANSACTION_STATE_IN_DOUBT)
    ticket = await desk.acts(await desk.acts(ticket, "submit", AGENT), "hand_over", LEADER)
    ticket = await desk.acts(ticket, "propose", CARDS, answer="核实后答复")
    with pytest.raises(RefusalError) as refused:
        await desk.acts(ticket, "decide", AUDITOR)
    assert refused.value.code is Code.TRANSACTION_IN_DOUBT
    async with asyncio.timeout(120):
        while ticket.in_doubt:
            await bank.clock.advance(1)
            assert await passing(bank.clock, desk.service.transactions.look()) == 0
            ticket = await desk.sees(ticket.name)
    assert ticket.transaction.state == TransactionState.TRANSACTION_STATE_DONE
    assert ticket.transaction.accounting_date.day == 2
    assert (await desk.acts(ticket, "decide", AUDITOR)).step == "call_back"


async def test_a_transaction_that_nobody_knows_is_in_no_doubt(bank: Bank) -> None:
    standing = await passing(bank.clock, bank.gateway.standing("01NOSUCHTRANSACTION0000000"))
    assert (standing.state, standing.definite) == (NOT_FOUND, True)


async def test_a_gateway_that_is_down_has_said_nothing(bank: Bank) -> None:
    await bank.system.stop()
    with pytest.raises(NotHeardError):
        await passing(bank.clock, bank.gateway.standing("01NOSUCHTRANSACTION0000000"))
