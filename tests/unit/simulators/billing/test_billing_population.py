"""The subscribers of the population, and the magic ones."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.billing.agencies import AGENCIES
from tellerline.simulators.billing.bills import Bill
from tellerline.simulators.billing.population import MAGIC_FAULTS, MAGIC_STATES, NO_BILLS, OVERDUE, PAID, SUSPENDED
from tellerline.simulators.billing.simulator import BillingServer
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.hosting.codes import RefusedError

TODAY = "2026-03-02"


def load(seed: int = 1) -> BillingServer:
    bank = SimulatedBank(VirtualClock(datetime(2026, 3, 2, 4, 0, tzinfo=UTC)), SeededRandomness(1))
    bank.load_population(seed, 200)
    server = bank.hosts["billing"]
    assert isinstance(server, BillingServer)
    return server


def subscribed(server: BillingServer) -> list[Bill]:
    bills: list[Bill] = []
    for customer in range(1, 201):
        for agency in AGENCIES.values():
            with suppress(RefusedError):
                bills += server.host.bills.of(agency.kind, f"{agency.prefix}{customer:07d}")
    return bills


def test_three_months_of_bills_for_most_kinds_the_same_for_the_same_seed() -> None:
    bills = subscribed(load())
    assert bills == subscribed(load())
    assert bills != subscribed(load(seed=2))
    counts = Counter(bill.kind for bill in bills)
    assert set(counts) == set(AGENCIES)
    assert counts["MOBILE"] > counts["GAS"] > counts["TELEPHONE"]
    assert {bill.period for bill in bills} == {"2025-12", "2026-01", "2026-02"}
    for bill in bills:
        due_on = date.fromisoformat(bill.due_on)
        assert (due_on.day, due_on.strftime("%Y-%m")) > (0, bill.period)
        assert bill.status(TODAY) in ("P", "O" if bill.due_on < TODAY else "D")
    assert {bill.status(TODAY) for bill in bills} == {"D", "O", "P"}


def test_magic_subscribers_are_as_they_say() -> None:
    server = load()
    state = {subscriber: server.host.bills.of("ELECTRICITY", subscriber) for subscriber in MAGIC_STATES}
    assert state[NO_BILLS] == ()
    assert state[PAID][0].status(TODAY) == "P"
    assert state[OVERDUE][0].late_fee(TODAY) > 0
    assert state[SUSPENDED][0].suspended
    struck = {rule.account: rule.kind for rule in (each.rule for each in server.faults.listed(standing=True))}
    assert {subscriber: struck[subscriber] for subscriber in MAGIC_FAULTS} == MAGIC_FAULTS
    assert set(MAGIC_FAULTS.values()) == set(FaultKind)


def test_documentation_lists_every_magic_subscriber() -> None:
    text = (Path(__file__).parents[4] / "docs" / "simulators.md").read_text(encoding="utf-8")
    for subscriber, kind in MAGIC_FAULTS.items():
        assert f"| `{subscriber}` | {kind.value} |" in text
    for subscriber, what in MAGIC_STATES.items():
        assert f"| `{subscriber}` | {what} |" in text
