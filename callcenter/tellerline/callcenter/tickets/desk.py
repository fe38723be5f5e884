"""The desk where tickets are opened and changed: reads, decides, writes; one change at a time on each ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tellerline.adapters.clock import Clock, Randomness
from tellerline.callcenter.tickets.flows import FlowRegister
from tellerline.callcenter.tickets.records import Change, ConflictError, Found, Mark, Request, Search
from tellerline.callcenter.tickets.refusals import Code, RefusalError, of_command
from tellerline.callcenter.tickets.store import TicketStore, found_ticket
from tellerline.callcenter.tickets.transactions import NotHeardError, Transactions
from tellerline.routing.tickets.commands import Act, Actor, Command, LookAtClocks, Refused, SeeTransaction
from tellerline.routing.tickets.decisions import decide, open_ticket
from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.events import Followed, Opened, TicketEvent
from tellerline.routing.tickets.rules import Rules
from tellerline.routing.tickets.ticket import Ticket, apply, opened, rebuilt
from tellerline.routing.tickets.working_time import UnknownYearError, WorkingCalendar

_TRIES = 8
_ID_BYTES = 4

MakeCommand = Callable[[Ticket], Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """What a desk works with. ``calendar`` gives the working calendar as it is now."""

    store: TicketStore
    flows: FlowRegister
    transactions: Transactions
    calendar: Callable[[], WorkingCalendar]
    clock: Clock
    randomness: Randomness


class TicketDesk:
    """Every method that changes something is durable before it returns; refusals raise ``RefusalError``.

    A request that was carried out before is answered with the ticket as it was then. ``changed`` is called, without
    arguments, whenever a ticket has changed, ``opened`` with each that was opened here.
    """

    def __init__(self, parts: DeskParts, changed: Callable[[], None] = lambda: None) -> None:
        self._parts = parts
        self._store = parts.store
        self.changed = changed
        self.opened: Callable[[Ticket], None] = lambda ticket: None

    async def create(self, flow: str, details: Details, actor: Actor, request: Request, *, reason: str = "") -> Ticket:
        """Open a ticket on the version of ``flow`` in effect; its transaction, if any, is asked about at once."""
        if (done := await self._done(request)) is not None:
            return done
        rules = await self._current(flow)
        seen = await self._heard(details.transaction)
        for _ in range(_TRIES):
            ticket, events = self._begun(self.new_id(), rules, details, actor, reason=reason)
            if seen is not None:
                ticket, events = self._with(rules, ticket, events, seen)
            try:
                mark = await self._store.write([Change(ticket, 0, events)], self._parts.clock.now(), request)
            except ConflictError:
                continue
            self.changed()
            self.opened(ticket)
            return ticket if mark is None else await self._answer(mark, request)
        raise RefusalError(Code.TICKET_VERSION_OUTDATED)

    async def command(self, ticket_id: str, version: int, make: MakeCommand, request: Request) -> Ticket:
        """Do what ``make`` asks of the ticket, which must still be at ``version``."""
        if (done := await self._done(request)) is not None:
            return done

        def checked(ticket: Ticket) -> Command:
            if ticket.version != version:
                raise RefusalError(Code.TICKET_VERSION_OUTDATED, metadata={"version": str(ticket.version)})
            return make(ticket)

        try:
            return await self._carry_out(ticket_id, checked, request)
        except RefusalError:
            # What stands in the way may be the same request, sent twice at the same moment.
            if (done := await self._done(request)) is not None:
                return done
            raise

    async def look(self, ticket_id: str) -> Ticket:
        """Record what time has done to the ticket by now."""
        return await self._carry_out(ticket_id, lambda ticket: LookAtClocks(), None)

    async def ask_transaction(self, ticket_id: str) -> Ticket:
        """Ask the gateway about the ticket's transaction and record the answer. Raises ``NotHeardError``."""
        ticket = await self.ticket(ticket_id)
        serial = ticket.details.transaction
        if not serial:
            return ticket
        seen = await self._asked(serial)
        return await self._carry_out(ticket_id, lambda ticket: seen, None)

    async def ticket(self, ticket_id: str) -> Ticket:
        """As it is; raises ``RefusalError`` for one that is not there."""
        return (await self.found(ticket_id)).ticket

    async def found(self, ticket_id: str) -> Found:
        """The ticket with its history."""
        history = await self._store.history(ticket_id)
        if not history:
            raise RefusalError(Code.TICKET_NOT_FOUND)
        return found_ticket(ticket_id, history)

    async def search(self, search: Search) -> Sequence[Found]:
        """The last opened first."""
        return await self._store.search(search)

    async def open_of(self, customer: str, most: int = 10) -> Sequence[Ticket]:
        """Those of a customer's latest tickets that have not ended, the last opened first."""
        found = [each.ticket for each in await self.search(Search(customer=customer))]
        return [ticket for ticket in found if ticket.closed_at is None][:most]

    async def rules(self, ticket: Ticket) -> Rules:
        """What decides about ``ticket``."""
        return Rules(await self._parts.flows.version(ticket.flow, ticket.flow_version), self._parts.calendar())

    async def _carry_out(self, ticket_id: str, make: MakeCommand, request: Request | None) -> Ticket:
        """Time and people may change a ticket at the same moment: whoever comes second reads it again."""
        for _ in range(_TRIES):
            before = await self.ticket(ticket_id)
            changes = await self._changes(await self.rules(before), before, make(before))
            if not changes and request is None:
                return before
            try:
                mark = await self._store.write(
                    changes or [Change(before, before.revision, ())], self._parts.clock.now(), request
                )
            except ConflictError:
                continue
            self.changed()
            if mark is not None and request is not None:
                return await self._answer(mark, request)
            return changes[0].ticket if changes else before
        raise RefusalError(Code.TICKET_VERSION_OUTDATED)

    async def _changes(self, rules: Rules, before: Ticket, command: Command) -> list[Change]:
        """Of the ticket, and of the one that goes on from it."""
        try:
            decision = decide(rules, before, command, self._parts.clock.now())
        except UnknownYearError as error:
            raise _unknown_year(error) from error
        if isinstance(decision, Refused):
            raise of_command(decision)
        if not decision:
            return []
        after = before
        for event in decision:
            after = apply(after, event)
        changes = [Change(after, before.revision, decision)]
        if isinstance(command, Act) and isinstance(decision[-1], Followed):
            changes.append(await self._follow_up(after, decision[-1], command.actor))
        return changes

    async def _follow_up(self, first: Ticket, followed: Followed, actor: Actor) -> Change:
        rules = await self._current(followed.flow)
        ticket, events = self._begun(
            followed.ticket, rules, first.details, actor, follows=first.id, reason=followed.reason
        )
        return Change(ticket, 0, events)

    def _begun(
        self, ticket_id: str, rules: Rules, details: Details, actor: Actor, *, follows: str = "", reason: str = ""
    ) -> tuple[Ticket, tuple[TicketEvent, ...]]:
        try:
            begun = open_ticket(rules, details, actor, self._parts.clock.now(), follows=follows, reason=reason)
        except UnknownYearError as error:
            raise _unknown_year(error) from error
        if isinstance(begun, Refused):
            raise of_command(begun)
        first, *rest = begun
        assert isinstance(first, Opened)
        ticket = opened(ticket_id, first)
        for event in rest:
            ticket = apply(ticket, event)
        return ticket, begun

    def _with(
        self, rules: Rules, ticket: Ticket, events: tuple[TicketEvent, ...], command: Command
    ) -> tuple[Ticket, tuple[TicketEvent, ...]]:
        """A new ticket after a command that is never refused."""
        more = decide(rules, ticket, command, ticket.opened_at)
        assert not isinstance(more, Refused)
        for event in more:
            ticket = apply(ticket, event)
        return ticket, (*events, *more)

    async def _heard(self, serial: str) -> SeeTransaction | None:
        """A ticket is opened whether or not the gateway answers; until it does, the outcome counts as unknown."""
        if not serial:
            return None
        try:
            return await self._asked(serial)
        except NotHeardError:
            return None

    async def _asked(self, serial: str) -> SeeTransaction:
        standing = await self._parts.transactions.standing(serial)
        return SeeTransaction(
            serial=serial,
            state=standing.state,
            definite=standing.definite,
            accounting_date=standing.accounting_date,
        )

    async def _current(self, flow: str) -> Rules:
        current = await self._parts.flows.current(flow)
        if current is None:
            raise RefusalError(Code.FLOW_NOT_FOUND, metadata={"flow": flow})
        return Rules(current, self._parts.calendar())

    async def _done(self, request: Request) -> Ticket | None:
        mark = await self._store.mark(request.id)
        return None if mark is None else await self._answer(mark, request)

    async def _answer(self, mark: Mark, request: Request) -> Ticket:
        """The ticket as the request left it."""
        if mark.digest != request.digest:
            raise RefusalError(Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD)
        history = await self._store.history(mark.ticket)
        return rebuilt(mark.ticket, (recorded.event for recorded in history[: mark.revision]))

    def new_id(self) -> str:
        """An id that no ticket has had: the day of the bank, and chance."""
        day = self._parts.calendar().local_day(self._parts.clock.now())
        return f"T{day:%Y%m%d}-{self._parts.randomness.bytes(_ID_BYTES).hex().upper()}"


def _unknown_year(error: UnknownYearError) -> RefusalError:
    return RefusalError(Code.WORKING_DAYS_UNKNOWN, metadata={"year": str(error.year)})
