"""A channel that transfers and repays through gateways by the generated stubs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.type.money_pb2 import Money

from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, RequestContext
from tellerline.api.credit.v1.credit_pb2 import RepayLoanRequest
from tellerline.api.credit.v1.credit_pb2_grpc import CreditServiceStub
from tellerline.api.transfers.v1.transfers_pb2 import (
    CreateTransferRequest,
    GetTransferRequest,
    RegisteredPayee,
    Transfer,
)
from tellerline.api.transfers.v1.transfers_pb2_grpc import TransferServiceStub
from tellerline.gateway.client import CanonicalError

CHANNEL: Final = "COUNTER"
_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 200),
    ("grpc.use_local_subchannel_pool", 1),
)


def yuan(minor: int) -> Money:
    return Money(currency_code="CNY", units=minor // 100, nanos=minor % 100 * 10_000_000)


def transfer_request(serial: str, debit: str, payee: str, minor: int) -> CreateTransferRequest:
    """From the account of that resource name to the number of another one of this bank, at the counter."""
    return CreateTransferRequest(
        context=_context(serial, debit),
        transfer=Transfer(
            debit_account=debit, registered_payee=RegisteredPayee(account_number=payee), amount=yuan(minor)
        ),
    )


def repayment_request(serial: str, loan: str, minor: int) -> RepayLoanRequest:
    return RepayLoanRequest(context=_context(serial, loan), name=loan, amount=yuan(minor))


def _context(serial: str, name: str) -> RequestContext:
    customer = "/".join(name.split("/")[:2])
    return RequestContext(channel=CHANNEL_COUNTER, channel_serial=serial, customer=customer)


@dataclass
class LiveClient:
    """One channel to one gateway; never retries. Every call raises ``CanonicalError``."""

    channel: grpc.aio.Channel
    seconds: float = 30.0

    @classmethod
    def to(cls, target: str, seconds: float = 30.0) -> LiveClient:
        """Reconnects within 200 ms when the gateway comes back."""
        return cls(grpc.aio.insecure_channel(target, options=_OPTIONS), seconds)

    async def send(self, request: Message) -> Message:
        """Whatever the request's type says."""
        stub, call = self._call(request)
        try:
            reply: Message = await getattr(stub(self.channel), call)(request, timeout=self.seconds)
        except grpc.aio.AioRpcError as failure:
            raise CanonicalError.from_rpc(failure) from None
        return reply

    async def outcome(self, request: Message) -> Message | CanonicalError:
        """The reply or the refusal."""
        try:
            return await self.send(request)
        except CanonicalError as refused:
            return refused

    async def close(self) -> None:
        await self.channel.close(None)

    def _call(self, request: Message) -> tuple[type, str]:
        if isinstance(request, RepayLoanRequest):
            return CreditServiceStub, "RepayLoan"
        if isinstance(request, GetTransferRequest):
            return TransferServiceStub, "GetTransfer"
        return TransferServiceStub, "CreateTransfer"
