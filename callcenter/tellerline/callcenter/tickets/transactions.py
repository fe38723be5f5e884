"""What has become of a transaction: asked of the gateway, through its contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import grpc
import grpc.aio

from tellerline.adapters.clock import Randomness
from tellerline.api.common.v1.context_pb2 import Channel, RequestContext
from tellerline.api.common.v1.transaction_pb2 import TransactionState
from tellerline.api.operations.v1.operations_pb2 import GetTransactionRequest
from tellerline.api.operations.v1.operations_pb2_grpc import OperationsServiceStub

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
    """Asks ``operations.v1`` over ``channel``, which the caller closes. A question is never repeated."""

    def __init__(self, channel: grpc.aio.Channel, randomness: Randomness, *, timeout: float = 5.0) -> None:
        self._stub = OperationsServiceStub(channel)
        self._randomness = randomness
        self._timeout = timeout

    async def standing(self, serial: str) -> Standing:
        context = RequestContext(
            channel=Channel.CHANNEL_AGENT, channel_serial=f"ticket-{self._randomness.bytes(12).hex()}"
        )
        request = GetTransactionRequest(context=context, name=f"transactions/{serial}")
        try:
            found = await self._stub.GetTransaction(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return Standing(NOT_FOUND, definite=True)
            raise NotHeardError(error.code().name) from error
        info = found.info
        day = info.accounting_date
        date = f"{day.year:04}-{day.month:02}-{day.day:02}" if day.year else ""
        return Standing(TransactionState.Name(info.state).removeprefix(_PREFIX), info.definite, date)
