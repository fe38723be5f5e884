"""Fills the core host's books."""

from __future__ import annotations

from datetime import date, timedelta

from tellerline.adapters.clock import SeededRandomness
from tellerline.simulators.core.branch import Branch
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.register import AccountKind, AccountStatus, CoreAccount, Customer, LossReport
from tellerline.simulators.population.history import Movement, card_history, savings_history
from tellerline.simulators.population.magic import MAGIC_ACCOUNTS, MagicAccount
from tellerline.simulators.population.numbers import identity_document
from tellerline.simulators.population.people import PIN, Person, Population, make_person


def populate(core: CoreHost, *, seed: int = 1, customers: int = 1_000) -> Population:
    """Load ``customers`` people and the magic accounts' owner, with histories that end on the day before today.

    The same seed on the same accounting date loads the same books. ``ValueError`` when they hold such numbers already.
    """
    chance = SeededRandomness(seed)
    today = date.fromisoformat(core.calendar.accounting_date())
    people = [make_person(number, chance, today) for number in range(1, customers + 1)]
    movements: list[Movement] = []
    for person in people:
        core.branch.open_customer(person.customer)
        for account in person.accounts:
            core.branch.open_account(account)
            history = card_history if account.kind is AccountKind.CARD else savings_history
            movements.extend(history(account.number, chance, today))
    _post(core.branch, movements)
    people.append(_magic_person(core, today))
    return Population(seed=seed, people=tuple(people), movements=len(movements))


def _post(branch: Branch, movements: list[Movement]) -> None:
    movements.sort(key=lambda movement: movement.date)
    for day, account, amount, kind, narrative, counterparty in movements:
        branch.post(
            account,
            amount,
            kind=kind,
            narrative=narrative,
            counterparty_name=counterparty,
            booking_date=day,
            booked_at=f"{day}T12:00:00+08:00",
        )


def _magic_person(core: CoreHost, today: date) -> Person:
    customer = Customer(
        number="8099999999", name="试验", identity_document=identity_document(9_999, date(1990, 1, 1), 1)
    )
    core.branch.open_customer(customer)
    accounts = tuple(_magic_account(core, magic, customer, today) for magic in MAGIC_ACCOUNTS)
    return Person(customer=customer, accounts=accounts)


def _magic_account(core: CoreHost, magic: MagicAccount, owner: Customer, today: date) -> CoreAccount:
    account = CoreAccount(
        number=magic.number,
        kind=AccountKind.CARD,
        product="借记卡",
        currency=magic.currency,
        owner=owner.number,
        opened_on="2020-01-01",
        pin=magic.pin or PIN,
        pin_failures=magic.pin_failures,
    )
    core.branch.open_account(account, overdraft=magic.overdraft)
    if magic.balance:
        yesterday = (today - timedelta(days=1)).isoformat()
        core.branch.post(magic.number, magic.balance, kind="INCOMING", narrative="期初转入", booking_date=yesterday)
    if magic.status is not AccountStatus.ACTIVE:
        core.register.set_status(magic.number, magic.status)
    if magic.reported_lost:
        report = LossReport(
            account=magic.number,
            kind=AccountKind.CARD,
            report_number="L0",
            reported_at=core.calendar.instant(),
        )
        core.register.losses.put(magic.number, report)
    return account
