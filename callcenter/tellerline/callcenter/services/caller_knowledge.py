"""What the bank tells an agent's screen of a caller: a little for his number, more once his PIN was right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tellerline.api.accounts.v1.accounts_pb2 import Account
from tellerline.api.customers.v1.customers_pb2 import Customer, CustomerHint
from tellerline.api.operations.v1.operations_pb2 import Transaction
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError
from tellerline.callcenter.proof import Proof
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.routing.tickets.ticket import Ticket

MOST = 10
_NO_NUMBER = "INVALID_REQUEST"
_OF_NUMBER = "customer_hints"

OpenTickets = Callable[[str], Awaitable[Sequence[Ticket]]]


@dataclass(kw_only=True)
class Known:
    """``missing`` names what could not be had. ``hints`` are None where there is no number to ask about."""

    hints: Sequence[CustomerHint] | None = None
    customer: Customer | None = None
    accounts: Sequence[Account] = ()
    transactions: Sequence[Transaction] = ()
    tickets: Sequence[Ticket] = ()
    missing: list[str] = field(default_factory=list)

    def unproved(self) -> Known:
        """No more than the number's."""
        return Known(hints=self.hints, missing=[part for part in self.missing if part == _OF_NUMBER])


class CallerKnowledge:
    """Asks all at once, and does without what does not come. ``open_tickets`` are those of a customer number."""

    def __init__(self, gateway: GatewayClient, open_tickets: OpenTickets | None = None) -> None:
        self._gateway = gateway
        self._open_tickets = open_tickets

    async def of(self, call: str, number: str, agent: str, proof: Proof | None) -> Known:
        """Without ``proof`` no more than the number's, for which the call centre itself asks, and not the agent."""
        wanted: dict[str, Awaitable[Any]] = {}
        if number:
            wanted[_OF_NUMBER] = self._hints(Asker(call=call, step="pop-number"), number)
        if proof is not None:
            asker = Asker(call=call, step="pop", agent=agent, customer=proof.customer, grant=proof.token)
            wanted["customer"] = self._gateway.customer(asker)
            wanted["accounts"] = self._gateway.accounts(asker)
            wanted["transactions"] = self._gateway.transactions(asker, MOST)
            if self._open_tickets is not None:
                wanted["open_tickets"] = self._open_tickets(proof.customer.removeprefix("customers/"))
        answers = await asyncio.gather(*wanted.values(), return_exceptions=True)
        return _known(dict(zip(wanted, answers, strict=True)))

    async def _hints(self, asker: Asker, number: str) -> Sequence[CustomerHint] | None:
        try:
            return await self._gateway.callers(asker, number)
        except GatewayError as error:
            if error.code == _NO_NUMBER:
                return None
            raise


def _known(answers: Mapping[str, Any]) -> Known:
    """Raises what is neither the bank's nor the store's failure."""
    missing = []
    for part, answer in answers.items():
        if isinstance(answer, GatewayError | StoreUnavailableError):
            missing.append(part)
        elif isinstance(answer, BaseException):
            raise answer
    had = {part: answer for part, answer in answers.items() if part not in missing}
    return Known(
        hints=had.get(_OF_NUMBER),
        customer=had.get("customer"),
        accounts=had.get("accounts", ()),
        transactions=had.get("transactions", ()),
        tickets=had.get("open_tickets", ()),
        missing=missing,
    )
