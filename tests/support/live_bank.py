"""The simulated bank in the test's own process: its ledger can be held against the journals of gateways in others."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tellerline.adapters.clock import Clock, SeededRandomness, SystemClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.population import Population
from tellerline.simulators.queues import rabbitmq_queues

RICH = 10_000_000_00
"""Minor units on every card: more than any test spends."""


@dataclass(frozen=True, slots=True)
class LiveBank:
    """``has_credit``: the credit host listens too."""

    bank: SimulatedBank
    population: Population
    has_credit: bool

    @property
    def cards(self) -> list[tuple[str, str]]:
        """Resource name and number of each customer's first card."""
        return [(f"customers/{person.customer.number}/accounts/1", person.card) for person in self.population.people]

    @property
    def loans(self) -> list[str]:
        """Resource names of the loans that are repaid from a first card."""
        names = {number: name for name, number in self.cards}
        loans = self.bank.credit.host.loans.all()
        return [f"{names[loan.account]}/loans/{loan.number}" for loan in loans if loan.account in names]

    def effects(self) -> Counter[str]:
        """How often the ledger was debited for each reference, bookings that were undone left out."""
        return Counter(
            entry.transaction.reference
            for account in self.bank.ledger.accounts()
            for entry in account.entries
            if entry.amount < 0 and entry.transaction.reference and entry.transaction.effective
        )

    def trial_balance(self) -> set[int]:
        return set(self.bank.ledger.trial_balance().values())


@asynccontextmanager
async def live_bank(
    customers: int, *, amqp: str = "", seed: int = 1, clock: Clock | None = None
) -> AsyncIterator[LiveBank]:
    """Core over HTTP, and with ``amqp`` credit over that broker; every card is rich, no magic account misbehaves.

    Without a ``clock`` it lives in real time.
    """
    clock = clock or SystemClock()
    queues = rabbitmq_queues(amqp, clock) if amqp else None
    bank = SimulatedBank(clock, SeededRandomness(seed), queues=queues)
    population = bank.load_population(seed, customers, magic=False)
    for person in population.people:
        bank.core.host.branch.post(person.card, RICH, kind="CASH_DEPOSIT")
    await bank.start()
    try:
        yield LiveBank(bank, population, has_credit=queues is not None)
    finally:
        await bank.close()
