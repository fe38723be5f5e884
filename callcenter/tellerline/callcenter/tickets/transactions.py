"""What has become of a transaction: asked of the gateway, through its contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tellerline.adapters.clock import Randomness
from tellerline.api.common.v1.transaction_pb2 import TransactionState
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError

NOT_FOUND = "NOT_FOUND"
"""The state of a transaction of which the gateway knows nothing."""

_PREFIX = "TRANSACTION_STATE_"


class NotHeardError(Exception):
    """The gateway did not say, so nothing is known."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``state`` is a word of the contract, such as ``IN_DOUBT``; ``definite`` whether it is final."""

    state: str
    definite: bool
    accounting_date: str = ""


class Transactions(Protocol):
    """Whoever knows what has become of transactions."""

    async def standing(self, serial: str) -> Standing:
        """Of the transaction with this global serial. Raises ``NotHeardError``."""


class GatewayTransactions:
    """Asks the gateway, each time under a serial of its own. A question is never repeated."""

    def __init__(self, client: GatewayClient, randomness: Randomness) -> None:
        self._client = client
        self._randomness = randomness

    async def standing(self, serial: str) -> Standing:
        asker = Asker(call="", step=self._randomness.bytes(12).hex())
        try:
            found = await self._client.transaction(asker, serial)
        except GatewayError as error:
            if error.code == "TRANSACTION_NOT_FOUND":
                return Standing(NOT_FOUND, definite=True)
            raise NotHeardError(str(error)) from error
        info = found.info
        day = info.accounting_date
        date = f"{day.year:04}-{day.month:02}-{day.day:02}" if day.year else ""
        return Standing(TransactionState.Name(info.state).removeprefix(_PREFIX), info.definite, date)
