"""What the bank tells an agent's screen of a caller: a little for his number, more once his PIN was right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.api.accounts.v1.accounts_pb2 import Account
from tellerline.api.customers.v1.customers_pb2 import Customer, CustomerHint
from tellerline.api.customers.v1.interactions_pb2 import CustomerView, Interaction
from tellerline.api.operations.v1.operations_pb2 import Transaction
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError
from tellerline.callcenter.proof import Proof
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.routing.tickets.ticket import Ticket

MOST = 10
_MOST_INTERACTIONS = 20
_SECONDS = 2.0
_NO_NUMBER = "INVALID_REQUEST"
_OF_NUMBER = "customer_hints"
_OVER_ALL_CHANNELS = ("customer_view", "interactions")

OpenTickets = Callable[[str], Awaitable[Sequence[Ticket]]]


@dataclass(kw_only=True)
class Known:
    """``missing`` names what could not be had. ``hints`` are None where there is no number to ask about.

    View and interactions are whole with ``proved``, and else masked, of the one customer whose number it is.
    """

    proved: bool = False
    hints: Sequence[CustomerHint] | None = None
    customer: Customer | None = None
    accounts: Sequence[Account] = ()
    transactions: Sequence[Transaction] = ()
    tickets: Sequence[Ticket] = ()
    view: CustomerView | None = None
    interactions: Sequence[Interaction] = ()
    missing: list[str] = field(default_factory=list)

    def unproved(self) -> Known:
        """No more than the number's."""
        if not self.proved:
            return self
        return Known(hints=self.hints, missing=[part for part in self.missing if part == _OF_NUMBER])


class CallerKnowledge:
    """Asks all that it can at once, and does without what the bank does not tell within ``seconds``, all in all.
    ``open_tickets`` are those of a customer number."""

    def __init__(
        self,
        gateway: GatewayClient,
        clock: Clock,
        open_tickets: OpenTickets | None = None,
        *,
        seconds: float = _SECONDS,
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._open_tickets = open_tickets
        self._seconds = seconds

    async def of(self, call: str, number: str, agent: str, proof: Proof | None) -> Known:
        """Without ``proof`` no more than the number's, for which the call centre itself asks, and not the agent."""
        end = self._clock.monotonic() + self._seconds
        wanted: dict[str, Awaitable[Any]] = {}
        gateway, of_number = self._gateway.within(self._seconds), Asker(call=call, step="pop-number")
        if number:
            wanted[_OF_NUMBER] = _hints(gateway, of_number, number)
        if proof is not None:
            asker = Asker(call=call, step="pop", agent=agent, customer=proof.customer, grant=proof.token)
            wanted["customer"] = gateway.customer(asker)
            wanted["accounts"] = gateway.accounts(asker)
            wanted["transactions"] = gateway.transactions(asker, MOST)
            wanted |= _over_all_channels(gateway, asker)
            if self._open_tickets is not None:
                wanted["open_tickets"] = self._open_tickets(proof.customer.removeprefix("customers/"))
        answers = await _answers(wanted)
        alone = _alone(answers.get(_OF_NUMBER))
        if proof is None and alone:
            left = end - self._clock.monotonic()
            answers |= await _in_time(gateway, replace(of_number, customer=alone), left)
        return _known(answers, proved=proof is not None)


async def _hints(gateway: GatewayClient, asker: Asker, number: str) -> Sequence[CustomerHint] | None:
    try:
        return await gateway.callers(asker, number)
    except GatewayError as error:
        if error.code == _NO_NUMBER:
            return None
        raise


def _over_all_channels(gateway: GatewayClient, asker: Asker) -> dict[str, Awaitable[Any]]:
    asked = (gateway.customer_view(asker), gateway.interactions(asker, _MOST_INTERACTIONS))
    return dict(zip(_OVER_ALL_CHANNELS, asked, strict=True))


async def _in_time(gateway: GatewayClient, asker: Asker, seconds: float) -> dict[str, Any]:
    """The same, in no more time than is left."""
    if seconds <= 0:
        return dict.fromkeys(_OVER_ALL_CHANNELS, GatewayError())
    return await _answers(_over_all_channels(gateway.within(seconds), asker))


def _alone(hints: Any) -> str:
    """The one customer who has registered the number; empty where nobody has, or several, or who is not known."""
    return hints[0].customer if isinstance(hints, list) and len(hints) == 1 else ""


async def _answers(wanted: Mapping[str, Awaitable[Any]]) -> dict[str, Any]:
    """By part; what failed has its error."""
    answers = await asyncio.gather(*wanted.values(), return_exceptions=True)
    return dict(zip(wanted, answers, strict=True))


def _known(answers: Mapping[str, Any], *, proved: bool) -> Known:
    """Raises what is neither the bank's nor the store's failure."""
    missing = []
    for part, answer in answers.items():
        if isinstance(answer, GatewayError | StoreUnavailableError):
            missing.append(part)
        elif isinstance(answer, BaseException):
            raise answer
    had = {part: answer for part, answer in answers.items() if part not in missing}
    return Known(
        proved=proved,
        hints=had.get(_OF_NUMBER),
        customer=had.get("customer"),
        accounts=had.get("accounts", ()),
        transactions=had.get("transactions", ()),
        tickets=had.get("open_tickets", ()),
        view=had.get("customer_view"),
        interactions=had.get("interactions", ()),
        missing=missing,
    )
