"""``tellerline online`` as developers run it, at a bank with online banking open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine, Ran
from online_bank import OnlineBank, online_bank

from tellerline.simulators.population import PIN
from tests.docs.terminal import terminal_environment


@dataclass
class Developer:
    bank: OnlineBank
    shell: CommandLine

    async def asks(self, *words: str, pin: str = PIN, customer: str = "") -> Ran:
        login = ("--customer", customer, "--pin", pin) if customer else ()
        return await self.shell.run("online", *words, *login, "--page", self.bank.home, "--json")


@pytest.fixture
async def developer(tmp_path: Path) -> AsyncIterator[Developer]:
    async with online_bank(tmp_path, patience=60) as bank:
        yield Developer(bank, CommandLine(terminal_environment(tmp_path)))


def _transfer(debit: str, credit: str, units: str) -> str:
    amount = {"currencyCode": "CNY", "units": units}
    return json.dumps({"debitAccount": debit, "ownAccount": credit, "amount": amount})


def _answer(said: Ran) -> Any:
    return said.document["answer"]


async def test_a_customer_asks_transfers_once_and_is_refused(developer: Developer) -> None:
    person = developer.bank.person()
    number = person.customer.number
    accounts = await developer.asks("GET", "/v1/customers/{customer}/accounts", customer=number)
    assert (accounts.code, accounts.document["status"]) == (0, 200)
    debit, credit = (account["name"] for account in _answer(accounts)["accounts"])
    asked = ("POST", "/v1/transfers", _transfer(debit, credit, "12"), "--key", "once")
    serials = set()
    for _ in range(2):
        done = await developer.asks(*asked, customer=number)
        assert done.code == 0, done.err
        serials.add(_answer(done)["transaction"]["ref"]["globalSerial"])
    assert len(serials) == 1
    assert developer.bank.debits(person.card, 12_00) == 1
    refused = await developer.asks("POST", "/v1/transfers", _transfer(debit, credit, "20001"), customer=number)
    assert (refused.code, _answer(refused)["code"]) == (1, "LIMIT_SINGLE_EXCEEDED")


async def test_what_cannot_be_is_said(developer: Developer) -> None:
    number = developer.bank.person().customer.number
    wrong = await developer.asks("GET", "/v1/customers/{customer}/accounts", customer=number, pin="000000")
    assert (wrong.code, wrong.document["error"]["code"]) == (1, "LOGIN_REFUSED")
    nobody = await developer.asks("GET", f"/v1/customers/{number}/accounts")
    assert (nobody.code, nobody.document["status"], _answer(nobody)["code"]) == (1, 401, "GRANT_MISSING")
    strange = await developer.asks("FETCH", "/v1/quotes")
    assert (strange.code, strange.document["error"]["code"]) == (2, "BAD_ARGUMENT")
    nowhere = await developer.shell.run("online", "GET", "/v1/quotes", "--page", "http://127.0.0.1:9/", "--json")
    assert (nowhere.code, nowhere.document["error"]["code"]) == (4, "NO_ANSWER")
