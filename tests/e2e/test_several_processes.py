"""``tellerline up --processes 2``: every channel at each process, and what was begun at one holds at the other."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from command_line import CommandLine
from iso_terminal import IsoTerminal
from journal_stores import fresh_schema
from several_processes import Customer, SeveralProcesses, form_of, several_processes, until

from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.simulators.population import PIN
from tellerline.simulators.population.numbers import card_number
from tests.docs.terminal import terminal_environment

pytestmark = pytest.mark.timeout(900)
CUSTOMERS = 12
RICH = "1000000.00"


@pytest.fixture(scope="module")
def system(
    tmp_path_factory: pytest.TempPathFactory, postgresql_dsn: str, rabbitmq_url: str
) -> Iterator[SeveralProcesses]:
    folder = tmp_path_factory.mktemp("home")
    with several_processes(folder, postgresql_dsn, rabbitmq_url, customers=CUSTOMERS) as up:
        yield up


async def rich_card(system: SeveralProcesses, number: int) -> str:
    card = card_number(number)
    gift = {"account": card, "amount": RICH, "kind": "CASH_DEPOSIT"}
    await system.at_the_bank("POST", "books", {"movements": [gift]})
    return card


def test_each_process_listens_at_every_address(system: SeveralProcesses) -> None:
    assert len(system.gateways) == 2
    ports = {int(place.rpartition(":")[2]) for place in (system.said["gateway"], system.said["atm"], system.home)}
    assert len(ports) == 3
    for gateway in system.gateways:
        listening = {
            connection.laddr.port
            for connection in psutil.Process(gateway).net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        }
        assert ports <= listening


async def test_a_cash_machine_goes_on_at_another_process(system: SeveralProcesses) -> None:
    one, other = system.gateways
    card = await rich_card(system, 3)
    before = await system.booked(card)
    there = await system.terminal(one)
    assert (await balance(there, card)).get(54).endswith(f"C{before:012d}")
    withdrawal = there.withdrawal(card, PIN, 500_00)
    paid = await there.ask(withdrawal)
    assert paid.get(39) == "00"
    await there.close()

    elsewhere = await system.terminal(other)
    repeated = await elsewhere.ask(repeat(elsewhere, withdrawal, card))
    assert [repeated.get(number) for number in (39, 37, 38)] == [paid.get(number) for number in (39, 37, 38)]
    assert (await elsewhere.ask(elsewhere.confirmation(withdrawal, 500_00))).get(39) == "00"
    assert (await balance(elsewhere, card)).get(54).endswith(f"C{before - 500_00:012d}")
    assert await system.booked(card) == before - 500_00
    await elsewhere.close()


@pytest.mark.parametrize("fault", ["late-reply", "delay"])
async def test_what_still_runs_at_one_process_is_reversed_at_the_other(system: SeveralProcesses, fault: str) -> None:
    """The host answers late; the machine loses its line meanwhile, and reverses where it is let in next."""
    one, other = system.gateways
    card = await rich_card(system, {"late-reply": 4, "delay": 5}[fault])
    before = await system.booked(card)
    rule = {"kind": fault, "host": "core", "account": card, "amount": "700.00", "count": 1, "seconds": 4}
    await system.at_the_bank("POST", "faults", rule)
    there = await system.terminal(one)
    withdrawal = there.withdrawal(card, PIN, 700_00)
    frame = there.frame(withdrawal)
    there.send_raw(len(frame).to_bytes(2, "big") + frame)
    await until(lambda: struck(system, fault))
    await there.close()

    elsewhere = await system.terminal(other)
    reversal = elsewhere.reversal(withdrawal, 700_00)
    assert (await elsewhere.ask(reversal)).get(39) == "00"
    await elsewhere.close()
    back = await system.terminal(one)
    assert (await back.ask(Message("0421", reversal.fields))).get(39) == "00"
    await until(lambda: answered(back, withdrawal, card, "21"))
    assert await system.booked(card) == before
    assert set((await system.at_the_bank("GET", "ledger"))["trial_balance"].values()) == {"0.00"}
    await back.close()


async def balance(terminal: IsoTerminal, card: str) -> Message:
    answer = await terminal.ask(terminal.request("100", "310000", {2: card, **terminal.pin_fields(PIN, card)}))
    assert answer.get(39) == "00"
    return answer


def repeat(terminal: IsoTerminal, withdrawal: Message, card: str) -> Message:
    """The same withdrawal, with the PIN under the keys of another connection."""
    return Message("0201", {**withdrawal.fields, **terminal.pin_fields(PIN, card)})


async def struck(system: SeveralProcesses, kind: str) -> bool:
    faults = (await system.at_the_bank("GET", "faults"))["faults"]
    return any(fault["kind"] == kind and fault["injected"] for fault in faults)


async def answered(terminal: IsoTerminal, withdrawal: Message, card: str, code: str) -> bool:
    return (await terminal.ask(repeat(terminal, withdrawal, card))).get(39) == code


async def test_online_banking_is_one_for_a_customer_whose_requests_go_to_both(system: SeveralProcesses) -> None:
    one, other = system.gateways
    customer, card = "8000000007", await rich_card(system, 7)
    before = await system.booked(card)
    token = await system.log_in(customer)
    transfer = {
        "debitAccount": f"customers/{customer}/accounts/1",
        "registeredPayee": {"accountNumber": card_number(8)},
        "amount": {"currencyCode": "CNY", "units": "21"},
    }
    async with (
        system.customer(one, token) as here,
        system.customer(other, token) as there,
        system.customer(other, token) as listener,
        listener.watching(customer) as events,
    ):
        assert (await anext(events))["event"] == "begin"
        done = await here.ask("POST", "/v1/transfers", transfer, key="K1")
        assert done.status_code == 200, done.text
        heard = await until_done(events)
        serial = serial_of(done.json())
        assert heard["name"] == f"customers/{customer}/transactions/{serial}"
        assert serial_of((await there.ask("POST", "/v1/transfers", transfer, key="K1")).json()) == serial
        at_once = await asyncio.gather(*(web.ask("POST", "/v1/transfers", transfer, key="K2") for web in (here, there)))
        made = {serial_of(answer.json()) for answer in at_once if answer.status_code == 200}
        assert {answer.json()["code"] for answer in at_once if answer.status_code != 200} <= {"STILL_RUNNING"}
        assert len(made) == 1
        assert await system.booked(card) == before - 2 * 21_00

        assert (await here.ask("POST", "/v1/session:end")).status_code == 204
        accounts = f"/v1/customers/{customer}/accounts"
        for web in (here, there):
            await until(partial(refused, web, accounts))
        assert (await last(events))["data"] == {"reason": "SESSION_ENDED"}
    async with system.customer(other, await system.log_in(customer)) as again:
        assert (await again.ask("GET", accounts)).status_code == 200


async def until_done(events: AsyncIterator[dict[str, Any]]) -> Mapping[str, Any]:
    """The first transaction that is done."""
    async for event in events:
        if event["event"] == "transaction" and event["data"]["transaction"]["state"].endswith("DONE"):
            found: Mapping[str, Any] = event["data"]
            return found
    raise AssertionError("the stream ended before")


async def refused(customer: Customer, path: str) -> bool:
    return (await customer.ask("GET", path)).status_code == 401


async def last(events: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    return [event async for event in events][-1]


def serial_of(transfer: Mapping[str, Any]) -> str:
    return str(transfer["transaction"]["ref"]["globalSerial"])


async def test_a_process_that_does_not_come_up_ends_the_command_with_its_words(
    tmp_path: Path, postgresql_dsn: str, rabbitmq_url: str
) -> None:
    environment = terminal_environment(tmp_path, TELLERLINE_STORE__DB_SCHEMA=fresh_schema())
    shell = CommandLine(environment, patience=600)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        form = form_of(postgresql_dsn, rabbitmq_url, customers=0)
        error = (await shell.json("up", *form, "--port", port, code=5))["error"]
    assert error["code"] == "CANNOT_START"
    assert "in use" in error["message"]
