"""What service handlers need of the platform: one way to run a command, one to prove who is there, one to be let in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from tellerline.gateway.access.policy_file import PolicyFile
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import CaseEnding, Resolution, RoutingChange, State
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.routing.information.versions import TableVersion
from tellerline.routing.model.calendar import HostDay
from tellerline.routing.model.command import Command
from tellerline.routing.model.outcome import Outcome
from tellerline.routing.transactions.router import Route
from tellerline.routing.transactions.rules import RoutingRules


@dataclass(slots=True, kw_only=True)
class Request:
    """One command with who asks for it. ``command`` names real account numbers; ``grant`` is the token as it came."""

    channel: str
    channel_serial: str
    command: Command
    customer: str = ""
    grant: str = field(default="", repr=False)
    agent: str = ""
    call: str = ""
    terminal: str = ""
    branch: str = ""
    language: str = ""


@dataclass(slots=True, kw_only=True)
class Settled:
    """How a command stands, now and whenever it is asked again under the same channel serial.

    ``host`` is the one that it was routed to. ``last_known``: the host is closed, and this is what it said before.
    ``send_at`` is when something ``QUEUED`` should be sent, if that is known.
    """

    global_serial: str
    channel_serial: str
    state: State
    outcome: Outcome
    host_serial: str
    accounting_date: str
    accepted_at: datetime
    settled_at: datetime
    host: str = ""
    last_known: bool = False
    send_at: datetime | None = None


HeldT = TypeVar("HeldT")


@dataclass(frozen=True, slots=True)
class Held(Generic[HeldT]):
    """What a table holds, and the version that it was read from."""

    table: HeldT
    version: TableVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStanding:
    """One table; versions are without their content, and None where there is none."""

    table: str
    current: TableVersion | None
    upcoming: TableVersion | None
    proposed: TableVersion | None


class Pipeline(Protocol):
    """Steps 2 to 8 of a transaction: access, duplicates, durable acceptance, route, exchange, settlement."""

    async def run(self, request: Request, call: CallContext) -> Settled:
        """Do it, or say how it stands; returns by ``call.deadline`` and 200 ms.

        Returns ``DONE`` with a ``Done`` outcome, or a durable operation that is ``QUEUED``, ``IN_DOUBT`` or ``MANUAL``
        with an ``Unknown`` one. Raises ``RefusalError`` for everything definite that is not done (metadata
        ``global_serial`` once there is one), and for an enquiry without an answer. Cancelling it ends the wait, not the
        work.
        """


class Admission(Protocol):
    """Whether a caller may do what no host is asked for (the list of accounts, new limits, operators' views)."""

    async def admit(
        self,
        operation: str,
        request: Request,
        call: CallContext,
        *,
        account: str = "",
        needs_grant: bool = True,
        whole: bool = False,
    ) -> None:
        """Return if the channel may call ``operation`` and the grant covers it; raise ``RefusalError`` if not.

        ``request.command`` is not looked at. ``needs_grant`` False leaves out the customer's consent. ``whole``: what
        is asked for shows all of the customer's accounts, which a grant for some of them does not cover.
        """

    async def verified(self, operation: str, request: Request, call: CallContext) -> bool:
        """Whether a customer's grant came with the request: one that does not cover it is refused, as in ``admit``.

        False where none came and the channel needs none for ``operation``.
        """

    def admit_channel(self, operation: str, channel: str, call: CallContext) -> None:
        """The channel's part alone, for calls without a customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedGrant:
    """A grant as it is handed out, once: the token is stored nowhere."""

    token: str = field(repr=False)
    expires_at: datetime


class PinDesk(Protocol):
    """Proof by PIN, answered with a grant."""

    async def verify(
        self, request: Request, call: CallContext, *, accounts: tuple[str, ...] = (), operations: tuple[str, ...] = ()
    ) -> IssuedGrant:
        """``request.command`` carries a ``pin``: a ``VerifyPin``, or what another area has in its place.

        Raises ``PIN_TOO_SHORT``, ``PIN_INVALID``, ``PIN_LOCKED``, or what the host's silence means. A try is consumed
        before the host is asked and comes back only with success.
        """


class Dispenses(Protocol):
    """What terminals say of the cash that came out."""

    async def hear(self, request: Request, call: CallContext) -> str:
        """``request.command`` is a ``ConfirmWithdrawal`` or a ``ReverseWithdrawal``; returns the withdrawal's serial.

        Once it returns the word is durable with all that follows from it, and repeated at the host until that is done.
        Waits a second at most for the host. The same word again changes nothing. Raises ``TRANSACTION_NOT_FOUND``,
        ``INVALID_AMOUNT``, ``REVERSAL_EXCEEDS_ORIGINAL``, ``DISPENSE_CONTRADICTED``,
        ``DUPLICATE_SERIAL_DIFFERENT_PAYLOAD``.
        """


class CaseDesk(Protocol):
    """Cases that wait for people: one proposes how they end, another confirms it. Each step is in the history.

    Raises ``CASE_NOT_OPEN``, ``RESOLUTION_PENDING``, ``RESOLUTION_NOT_OPEN``, ``RESOLUTION_OUTDATED``,
    ``SECOND_PERSON_REQUIRED``. A step that the same operator repeats is answered as it stands.
    """

    async def propose(
        self, serial: str, operator: str, ending: CaseEnding, *, reason: str, evidence: str
    ) -> Resolution:
        """Changes nothing but the case's open proposal."""

    async def confirm(self, serial: str, number: int, operator: str, *, remark: str) -> Resolution:
        """Ends the transaction and its doubt, with everything that belongs to it, in one durable write."""

    async def reject(self, serial: str, number: int, operator: str, *, remark: str) -> Resolution:
        """Leaves the case open for another proposal. The proposer may do it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """One host as seen from this gateway. ``breaker`` is ``closed``, ``open`` or ``half_open``.

    ``closing`` says why nothing is sent to it now, ``back_at`` until when if that is known; ``waiting`` is how many
    transactions wait until it is back.
    """

    name: str
    operations: tuple[str, ...]
    breaker: str
    in_flight: int
    queued: int
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str
    open_doubts: int
    closing: str = ""
    back_at: datetime | None = None
    waiting: int = 0


class HostStatus(Protocol):
    """The state of the hosts, for operators."""

    async def facts(self) -> tuple[HostFacts, ...]:
        """In order of their names. Reads the journal once per host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCalendarFacts:
    """``file`` is empty where the settings name none: then the host's ``host.toml`` decides, until a restart."""

    host: str
    file: str
    digest: str
    day: HostDay


class RoutingDesk(Protocol):
    """The routing rules: what is in force, and what shall be."""

    @property
    def rules(self) -> RoutingRules: ...

    async def reload(self, operator: str) -> RoutingChange:
        """Put the rules' file into force, or say why not; either is durable before it returns."""

    async def changes(self) -> Sequence[RoutingChange]:
        """The newest, newest first."""

    def explain(self, operation: str, account: str, branch: str) -> Route | None:
        """Where one transaction would go and why; None for what no host offers."""


class AccessDesk(Protocol):
    """The access policy: what is in force, and what shall be."""

    @property
    def policy(self) -> PolicyFile: ...

    async def reload(self, operator: str) -> RoutingChange:
        """Put the policy's file into force, or say why not; either is durable before it returns."""

    async def changes(self) -> Sequence[RoutingChange]:
        """The newest, newest first."""


class CalendarDesk(Protocol):
    """Hosts' calendars: what is in force, and what shall be."""

    def calendars(self) -> Sequence[HostCalendarFacts]:
        """Of every host, by name."""

    async def reload(self, host: str, operator: str) -> Sequence[RoutingChange]:
        """Put the calendar's file of ``host``, or of every host that has one, into force, or say why not; each is
        durable before it returns. Raises ``INVALID_REQUEST`` for a host that is not connected."""

    async def changes(self, host: str) -> Sequence[RoutingChange]:
        """The newest of a host, newest first."""


class TableDesk(Protocol):
    """Tables of public information: what is in effect, and what shall be."""

    async def held(self, kind: type[HeldT]) -> Held[HeldT]:
        """What the table of such contents holds now; may be answered from memory, but never beyond the moment at which
        another version takes effect, and for a version approved in another process ``sweep_seconds`` at most.

        Raises ``TABLE_NOT_FOUND`` where none is in effect.
        """

    async def standings(self) -> Sequence[TableStanding]:
        """Of every table, by name."""

    async def page(self, table: str, below: int, limit: int) -> Sequence[TableVersion]:
        """Those of numbers below ``below`` (0: all), the newest first, without their content. Raises
        ``TABLE_NOT_FOUND``."""

    async def version(self, table: str, number: int) -> TableVersion:
        """With its content. Raises ``TABLE_NOT_FOUND``, ``TABLE_VERSION_NOT_FOUND``."""

    async def propose(
        self, table: str, operator: str, content: str, *, reason: str, effective_date: str
    ) -> TableVersion:
        """Raises ``TABLE_NOT_FOUND``, ``TABLE_VERSION_PENDING``, and ``INVALID_REQUEST`` for content that cannot be
        read, with the ``mistake`` in its metadata, and for a day that is over. What waits already and is the same, by
        the same operator, is answered as it stands."""

    async def decide(self, table: str, number: int, operator: str, *, approve: bool, remark: str) -> TableVersion:
        """Raises ``TABLE_NOT_FOUND``, ``TABLE_VERSION_NOT_FOUND``, ``TABLE_VERSION_DECIDED``,
        ``SECOND_PERSON_REQUIRED``. Repeated by the same operator, it is answered as it stands."""


class ReconciliationDesk(Protocol):
    """A host's day against the journal."""

    async def compare(self, stretch: Stretch) -> Findings:
        """Compare one stretch, let it settle doubts, keep a case for each difference. Safe to repeat.

        Raises ``StoreUnavailableError``; what was found until then is kept.
        """
