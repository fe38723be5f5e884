"""What the simulated bank knows of each of its hosts, and what a host is given to be built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.mq.listener import QueueListener
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.received import ReceivedLog
from tellerline.simulators.ledger import Ledger

Queues = Callable[[str], QueueListener]
"""Makes a listener on the request queue of that name, on whatever broker there is."""


class Books(Protocol):
    """State that can be put back."""

    def snapshot(self) -> None:
        """Make the present state the one that ``reset`` returns to; constant time."""

    def reset(self) -> None: ...


class Holder(Protocol):
    """A customer of the bank, as every host may know one."""

    @property
    def number(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def accounts(self) -> Sequence[str]:
        """Account numbers at the core host; the first is a card in CNY."""


class SimulatedHost(Protocol):
    """One host: a server with its books. ``simulators/<name>/simulator.py`` builds it.

    ``changing`` names the operations that magic accounts and amounts strike.
    """

    @property
    def name(self) -> str: ...
    @property
    def faults(self) -> FaultEngine: ...
    @property
    def received(self) -> ReceivedLog: ...
    @property
    def changing(self) -> frozenset[str]: ...
    @property
    def crashes(self) -> int: ...
    @property
    def up(self) -> bool: ...
    @property
    def url(self) -> str:
        """Where it listens; empty for a host on a queue."""

    @property
    def books(self) -> Sequence[Books]: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def references(self) -> int:
        """How many requests that change something it remembers."""

    async def start(self, address: str, port: int) -> None:
        """Listen; ``OSError`` when the port is taken. A host on a queue has no use for either."""

    async def close(self) -> None:
        """Idempotent; the books stay readable."""

    def crash(self, seconds: float) -> None:
        """Die as a process does; back after ``seconds`` of the clock."""

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        """Fill the books for the bank's customers, the same for the same seed on the same accounting date.

        The last of them owns the magic accounts.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKeys:
    """What a client of a host whose messages are signed needs (PEM); made anew with the simulator, for development."""

    signing_key: bytes = field(repr=False)
    signing_certificate: bytes
    trusted_certificate: bytes


@runtime_checkable
class SigningHost(Protocol):
    """A ``SimulatedHost`` that takes and gives only signed messages."""

    @property
    def client_keys(self) -> ClientKeys: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BankParts:
    """What all hosts of one bank share. ``hosts`` are those built before, ``core`` always among them.

    ``queues`` is None for a bank without a broker: a host on a queue keeps its books then and hears nothing.
    ``randomness`` is for faults; books are made from the population's own seed.
    """

    clock: Clock
    calendar: BankCalendar
    randomness: Randomness
    queues: Queues | None
    hosts: Mapping[str, SimulatedHost]
