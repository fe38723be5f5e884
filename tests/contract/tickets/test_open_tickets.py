"""A customer's open tickets, as the screen of the agent who serves him has them; on both stores."""

from __future__ import annotations

from typing import Any

from ticket_office import WRITTEN, Office
from ticket_rules import LEADER

from tellerline.api.customers.v1.customers_pb2 import CustomerHint
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.gateway_errors import GatewayError
from tellerline.callcenter.proof import Proof
from tellerline.callcenter.services.caller_knowledge import CallerKnowledge
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.routing.tickets.ticket import Ticket


async def opened(desk: Office, customer: str) -> pb.Ticket:
    ticket = await desk.opens(**WRITTEN, customer=f"customers/{customer}")
    await desk.clock.advance(60)
    return ticket


async def test_those_that_have_not_ended_the_last_opened_first(desk: Office) -> None:
    first, gone, last = [await opened(desk, "C1") for _ in range(3)]
    await opened(desk, "C2")
    withdraw = pb.WithdrawTicketRequest(
        context=desk.context(LEADER), name=gone.name, version=gone.version, reason="solved"
    )
    await desk.service.handlers.withdraw_ticket(withdraw)
    found = await desk.service.desk.open_of("C1")
    assert [f"tickets/{ticket.id}" for ticket in found] == [last.name, first.name]
    assert len(await desk.service.desk.open_of("C1", 1)) == 1
    assert not await desk.service.desk.open_of("C3")


class Bank:
    """Knows nobody, and answers nothing that needs a grant."""

    async def callers(self, *_: object) -> list[CustomerHint]:
        return []

    async def customer(self, *_: object) -> object:
        raise GatewayError(code="GRANT_EXPIRED", definite=True)

    accounts = transactions = customer_view = interactions = customer

    def within(self, _seconds: float) -> Bank:
        return self


async def test_what_does_not_come_is_missing_and_the_rest_is_there(desk: Office) -> None:
    ticket = await opened(desk, "C1")
    proof = Proof("customers/C1", "token")
    bank: Any = Bank()
    known = await CallerKnowledge(bank, desk.clock, desk.service.desk.open_of).of("main-1", "11000000001", "A1", proof)
    assert known.missing == ["customer", "accounts", "transactions", "customer_view", "interactions"]
    assert [f"tickets/{each.id}" for each in known.tickets] == [ticket.name]
    assert (known.hints, known.customer) == ([], None)

    async def away(_: str) -> list[Ticket]:
        raise StoreUnavailableError("away")

    assert "open_tickets" in (await CallerKnowledge(bank, desk.clock, away).of("main-1", "", "A1", proof)).missing
