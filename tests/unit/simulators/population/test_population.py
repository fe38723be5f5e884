"""The population is fictional, plausible and always the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.ledger.money import major_units
from tellerline.simulators.population import MAGIC_ACCOUNTS, MAGIC_AMOUNTS, Population
from tellerline.simulators.population.numbers import card_number, identity_document, luhn_digit

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def load(seed: int = 1, customers: int = 200) -> tuple[SimulatedBank, Population]:
    bank = SimulatedBank(VirtualClock(NOON), SeededRandomness(1))
    return bank, bank.load_population(seed, customers)


def test_same_seed_same_bank() -> None:
    (one, people), (two, others), (three, _) = load(), load(), load(seed=2)
    assert people == others
    assert one.ledger_sha256() == two.ledger_sha256()
    assert one.ledger_sha256() != three.ledger_sha256()


def test_numbers_pass_their_checks_and_belong_to_nobody() -> None:
    _, population = load()
    documents = {person.customer.identity_document for person in population.people}
    assert len(documents) == 201
    for document in documents:
        weights = [2 ** (17 - position) % 11 for position in range(17)]
        total = sum(int(digit) * weight for digit, weight in zip(document, weights, strict=False))
        assert document[:2] == "99"
        assert (total + (10 if document[17] == "X" else int(document[17]))) % 11 == 1
        datetime.strptime(document[6:14], "%Y%m%d").replace(tzinfo=UTC)
    for person in population.people:
        assert person.card.startswith("622999")
        assert len(person.card) == 19
        assert luhn_digit(person.card[:-1]) == person.card[-1]


def test_check_digits_as_published() -> None:
    assert luhn_digit("7992739871") == "3"
    assert card_number(1) == "6229990000000000019"
    assert identity_document(1, NOON.date(), 1)[:17] == "99000120260302001"


def test_books_balance_and_nobody_overspent() -> None:
    bank, population = load()
    assert not any(bank.ledger.trial_balance().values())
    for person in population.people:
        for account in person.accounts:
            entries = bank.ledger.account(account.number).entries
            assert all(entry.balance_after >= 0 for entry in entries)
            assert all(entry.booking_date < "2026-03-02" for entry in entries)
    kinds = {entry.transaction.kind for account in bank.ledger.accounts() for entry in account.entries}
    assert kinds >= {"SALARY", "CARD_PAYMENT", "CASH_DEPOSIT", "CASH_WITHDRAWAL", "INTEREST", "INCOMING"}
    assert len(bank.credit.host.loans) == 40


def test_magic_accounts_are_as_they_say() -> None:
    bank, _ = load(customers=1)
    register = bank.core.host.register
    by_what = {each.what: each.number for each in MAGIC_ACCOUNTS}
    assert {each.fault for each in MAGIC_ACCOUNTS if each.fault} == set(FaultKind)
    assert register.account(by_what["frozen"]).status is AccountStatus.FROZEN
    assert register.reported_lost(by_what["reported lost"], NOON)
    assert len(register.account(by_what["PIN of four digits"]).pin) == 4
    assert bank.ledger.account(by_what["one cent left"]).available == 1


def test_documentation_lists_every_magic_account_and_amount() -> None:
    text = (Path(__file__).parents[4] / "docs" / "simulators.md").read_text(encoding="utf-8")
    for account in MAGIC_ACCOUNTS:
        assert f"| `{account.number}` | {account.what} |" in text
    for minor, kind in MAGIC_AMOUNTS.items():
        assert f"| {major_units(minor, 'CNY')} | {kind.value} |" in text
