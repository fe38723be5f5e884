"""Tickets in the bank's history of their customers: told through the gateway's contract, beside everything else."""

from __future__ import annotations

import asyncio

from tellerline.adapters.telemetry import Log
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError
from tellerline.routing.tickets.ticket import Ticket


class CustomerHistory:
    """Nothing waits for it: what the bank does not take, or a crash catches, is in the tickets alone."""

    def __init__(self, gateway: GatewayClient, log: Log) -> None:
        self._gateway = gateway
        self._log = log
        self._telling: set[asyncio.Task[None]] = set()

    def opened(self, ticket: Ticket) -> None:
        """Tell of a ticket that was opened for a customer. Returns at once."""
        if ticket.details.customer:
            task = asyncio.get_running_loop().create_task(self._tell(ticket))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """Return when what is being told has been."""
        await asyncio.gather(*self._telling)

    async def _tell(self, ticket: Ticket) -> None:
        asker = Asker(call="", step=f"ticket-{ticket.id}", customer=f"customers/{ticket.details.customer}")
        try:
            await self._gateway.tell_history(asker, "TICKET", "ticket_opened", ticket.id, ticket.opened_at)
        except GatewayError as error:
            self._log.warning("history_not_told", ticket=ticket.id, code=error.code)
