"""A whole simulated bank in the caller's process: every host that has a folder, one clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.core.simulator import CoreSimulator
from tellerline.simulators.credit.server import CreditServer
from tellerline.simulators.discovery import PACKAGE, discover
from tellerline.simulators.faults import ActiveFault, FaultRule
from tellerline.simulators.hosting.calendar import CUT_OVER, BankCalendar
from tellerline.simulators.hosting.host import BankParts, Books, Queues, SimulatedHost
from tellerline.simulators.ledger import Ledger, ledger_sha256
from tellerline.simulators.population import Population, populate
from tellerline.simulators.population.magic import arm

__all__ = ["BankPorts", "Queues", "SimulatedBank", "UnknownHostError"]


class UnknownHostError(LookupError):
    """The bank has no host of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPorts:
    """Where the bank listens; a host that ``ports`` does not name, or names with 0, takes a free port."""

    address: str = "127.0.0.1"
    ports: Mapping[str, int] = field(default_factory=dict)


class SimulatedBank:
    """The hosts of ``packages``, all on the running loop, nothing on disk.

    ``queues`` carries the messages of hosts on a queue; without it they keep their books but hear nothing.
    ``hosts`` are all of them by name, core first; ``core`` and ``credit`` are those two with all that they are.
    """

    def __init__(
        self,
        clock: Clock,
        randomness: Randomness,
        *,
        queues: Queues | None = None,
        cut_over: time = CUT_OVER,
        packages: Iterable[str] = (PACKAGE,),
    ) -> None:
        self.clock = clock
        self.calendar = BankCalendar(clock, cut_over)
        hosts: dict[str, SimulatedHost] = {}
        for name, build in discover(packages).items():
            hosts[name] = build(
                BankParts(clock=clock, calendar=self.calendar, randomness=randomness, queues=queues, hosts=hosts)
            )
        self.hosts: Mapping[str, SimulatedHost] = hosts
        core, credit = hosts["core"], hosts["credit"]
        assert isinstance(core, CoreSimulator)
        assert isinstance(credit, CreditServer)
        self.core = core
        self.credit = credit
        self.ledger = core.ledger

    async def start(self, ports: BankPorts | None = None) -> None:
        """Listen; ``OSError`` when a port is taken, ``UnknownHostError`` for the port of a host that is not there."""
        where = ports or BankPorts()
        for name in where.ports:
            self.host(name)
        for name, host in self.hosts.items():
            await host.start(where.address, where.ports.get(name, 0))

    async def close(self) -> None:
        """Stop every host; the books stay readable. Idempotent."""
        for host in self.hosts.values():
            await host.close()

    def host(self, name: str) -> SimulatedHost:
        """Raises ``UnknownHostError``, which tells the names that there are."""
        try:
            return self.hosts[name]
        except KeyError:
            raise UnknownHostError(f"no host {name}; there are: {', '.join(self.hosts)}") from None

    def load_population(self, seed: int = 1, customers: int = 1_000, *, magic: bool = True) -> Population:
        """Fill every host's books; with ``magic``, the magic accounts and amounts come to life."""
        population = populate(self.core.host, seed=seed, customers=customers)
        holders = tuple(person.holder for person in population.people)
        for host in self.hosts.values():
            host.populate(holders, seed)
        if magic:
            arm(self.hosts.values())
        return population

    @property
    def changing(self) -> frozenset[str]:
        """The operations, of whichever host, that change something: what magic accounts and amounts strike."""
        return frozenset().union(*(host.changing for host in self.hosts.values()))

    def add_fault(self, rule: FaultRule, *, host: str = "") -> list[ActiveFault]:
        """Put a rule to work at one host, or, without a name, at every host with counts of their own."""
        return [each.faults.add(rule) for each in self._chosen(host)]

    def clear_faults(self, host: str = "") -> int:
        return sum(each.faults.clear() for each in self._chosen(host))

    def snapshot(self) -> None:
        """Make the present books the ones that ``reset`` returns to; constant time."""
        for part in self._books():
            part.snapshot()

    def reset(self) -> None:
        """Return to the last snapshot, or to empty books, in the time of what changed since.

        Faults, the clock, the log of requests and the running numbers stay as they are.
        """
        for part in self._books():
            part.reset()

    def ledger_sha256(self) -> str:
        """Of the core host's ledger; see ``ledger.digest``: equal for the same business, whatever happened."""
        return ledger_sha256(self.ledger)

    def ledgers(self) -> dict[str, Ledger]:
        """Every ledger once, by the host that owns it."""
        owned: dict[str, Ledger] = {}
        for name, host in self.hosts.items():
            if all(host.ledger is not ledger for ledger in owned.values()):
                owned[name] = host.ledger
        return owned

    def clock_was_set(self) -> None:
        """The accounting date follows a clock that an operator has set, back too."""
        self.calendar.restart()

    def _books(self) -> Iterator[Books]:
        return (part for host in self.hosts.values() for part in host.books)

    def _chosen(self, name: str) -> list[SimulatedHost]:
        return [self.host(name)] if name else list(self.hosts.values())
