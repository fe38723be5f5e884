"""A whole simulated bank in the caller's process: two hosts, one ledger, one clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.mq.listener import QueueListener
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.credit import codes as credit_codes
from tellerline.simulators.credit.host import CreditHost
from tellerline.simulators.credit.server import REQUEST_QUEUE, CreditServer
from tellerline.simulators.faults import ActiveFault, FaultEngine, FaultRule
from tellerline.simulators.hosting.calendar import CUT_OVER, BankCalendar
from tellerline.simulators.ledger import Ledger, ledger_sha256
from tellerline.simulators.population import Population, populate
from tellerline.simulators.population.magic import arm

Queues = Callable[[str], QueueListener]
"""Makes a listener on the request queue of that name, on whatever broker there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPorts:
    """Where the bank listens; port 0 takes a free one."""

    address: str = "127.0.0.1"
    core: int = 0


class SimulatedBank:
    """Core and credit host over one ledger; all on the running loop, nothing on disk.

    ``queues`` carries the credit host's messages; without it the credit host keeps its books but hears nothing.
    ``core`` and ``credit`` are the servers, with their ``host``, ``faults`` and ``received``.
    """

    def __init__(
        self, clock: Clock, randomness: Randomness, *, queues: Queues | None = None, cut_over: time = CUT_OVER
    ) -> None:
        self.clock = clock
        self.calendar = BankCalendar(clock, cut_over)
        self.ledger = Ledger()
        core = CoreHost(self.ledger, self.calendar)
        credit = CreditHost(self.ledger, self.calendar, lambda account: _settlement_block(core, account))
        self.core = CoreServer(core, FaultEngine(randomness), clock)
        self.credit = CreditServer(
            credit, FaultEngine(randomness), clock, None if queues is None else lambda: queues(REQUEST_QUEUE)
        )

    async def start(self, ports: BankPorts | None = None) -> None:
        """Listen; ``OSError`` when a port is taken."""
        where = ports or BankPorts()
        await self.core.start(where.address, where.core)
        await self.credit.start()

    async def close(self) -> None:
        """Stop both hosts; the books stay readable. Idempotent."""
        await self.core.close()
        await self.credit.close()

    def load_population(self, seed: int = 1, customers: int = 1_000, *, magic: bool = True) -> Population:
        """Fill the books; with ``magic``, the magic accounts and amounts come to life."""
        population = populate(self.core.host, self.credit.host, seed=seed, customers=customers)
        if magic:
            arm(self.core.faults, self.credit.faults)
        return population

    def add_fault(self, rule: FaultRule, *, host: str = "") -> list[ActiveFault]:
        """Put a rule to work at ``core``, at ``credit``, or, without a name, at both with counts of their own."""
        return [engine.add(rule) for engine in self._engines(host)]

    def clear_faults(self, host: str = "") -> int:
        return sum(engine.clear() for engine in self._engines(host))

    def snapshot(self) -> None:
        """Make the present books the ones that ``reset`` returns to; constant time."""
        for part in self._books:
            part.snapshot()

    def reset(self) -> None:
        """Return to the last snapshot, or to empty books, in the time of what changed since.

        Faults, the clock, the log of requests and the running numbers stay as they are.
        """
        for part in self._books:
            part.reset()

    def ledger_sha256(self) -> str:
        """See ``ledger.digest``: equal for the same business, whatever happened on the way."""
        return ledger_sha256(self.ledger)

    def clock_was_set(self) -> None:
        """The accounting date follows a clock that an operator has set, back too."""
        self.calendar.restart()

    @property
    def _books(self) -> tuple[Ledger, CoreHost, CreditHost]:
        return self.ledger, self.core.host, self.credit.host

    def _engines(self, host: str) -> list[FaultEngine]:
        engines = {"core": self.core.faults, "credit": self.credit.faults}
        return [engines[host]] if host else list(engines.values())


def _settlement_block(core: CoreHost, number: str) -> str:
    account = core.register.accounts.get(number)
    if account is None or account.status is AccountStatus.CLOSED:
        return credit_codes.SETTLEMENT_CLOSED
    if account.status is AccountStatus.FROZEN:
        return credit_codes.SETTLEMENT_FROZEN
    if core.register.reported_lost(number, core.calendar.instant()):
        return credit_codes.SETTLEMENT_LOST
    return ""
