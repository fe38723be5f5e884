"""The securities host as a part of the bank: who has an account there, and what is magic about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.population import MAGIC_ACCOUNTS
from tellerline.simulators.securities import codes
from tellerline.simulators.securities.host import SecuritiesHost
from tellerline.simulators.securities.server import SecuritiesServer

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MAGIC = {magic.what: magic.number for magic in MAGIC_ACCOUNTS}


def populated(seed: int = 1) -> tuple[SimulatedBank, SecuritiesHost, list[Any]]:
    bank = SimulatedBank(VirtualClock(MORNING), SeededRandomness(1))
    people = bank.load_population(seed, 30).people
    server = bank.hosts["securities"]
    assert isinstance(server, SecuritiesServer)
    return bank, server.securities, list(people)


@pytest.fixture(scope="module")
def bank() -> tuple[SimulatedBank, SecuritiesHost, list[Any]]:
    return populated()


def test_every_customer_has_funds_and_shares_on_the_first_card(bank: tuple[Any, SecuritiesHost, list[Any]]) -> None:
    _, host, people = bank
    for person in people[:-1]:
        account = host.register.find(person.card)
        assert account.holder_name == person.customer.name
        assert host.register.funds(account).balance >= 20_000_00
        assert account.held
    assert not any(host.ledger.trial_balance().values())
    assert not any(host.shares.trial_balance().values())


def test_the_same_seed_makes_the_same_books(bank: tuple[Any, SecuritiesHost, list[Any]]) -> None:
    _, host, _ = bank
    again, other = populated()[1], populated(seed=2)[1]
    assert list(again.register.all()) == list(host.register.all())
    balances = [
        [each.register.funds(account).balance for account in each.register.all()] for each in (host, again, other)
    ]
    assert balances[0] == balances[1] != balances[2]


def test_magic_accounts_are_bound_but_for_those_that_cannot_be(bank: tuple[Any, SecuritiesHost, list[Any]]) -> None:
    _, host, _ = bank
    assert host.register.funds(host.register.find(MAGIC["one cent left"])).balance == 1
    assert host.register.find(MAGIC["frozen"]).frozen
    for what in ("closed", "in US dollars"):
        with pytest.raises(RefusedError) as refused:
            host.register.find(MAGIC[what])
        assert refused.value.code == codes.NO_SECURITIES_ACCOUNT


def test_magic_accounts_strike_what_changes_something(bank: tuple[SimulatedBank, Any, Any]) -> None:
    faults = bank[0].hosts["securities"].faults
    account = MAGIC["lose-request"]
    for operation in ("PlaceOrder", "CancelOrder", "Deposit", "Withdraw"):
        assert faults.choose(operation, account) is not None
    assert faults.choose("GetFunds", account) is None


def test_the_bank_goes_back_to_its_snapshot() -> None:
    bank, host, people = populated()
    bank.snapshot()
    account = people[0].card
    before = host.register.funds(host.register.find(account)).balance
    row = {"ACCOUNT": account, "CURRENCY": "CNY", "AMOUNT": 100}
    assert host.handle("DEPOSIT", "R1", row).done
    bank.reset()
    assert host.register.funds(host.register.find(account)).balance == before
    assert not len(host.references)
