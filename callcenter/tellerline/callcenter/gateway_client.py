"""The call centre's way to the bank: the gateway's contract, and nothing of the gateway itself."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import grpc
import grpc.aio
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from tellerline.adapters.telemetry import Trace
from tellerline.api.accounts.v1.accounts_pb2 import (
    Account,
    AccountKind,
    Balance,
    GetBalanceRequest,
    ListAccountsRequest,
    ReportLossRequest,
    ReportLossResponse,
    UnsignedAccount,
)
from tellerline.api.accounts.v1.accounts_pb2_grpc import AccountServiceStub
from tellerline.api.common.v1.context_pb2 import Channel, RequestContext
from tellerline.api.customers.v1.customers_pb2 import (
    Customer,
    CustomerHint,
    FindCustomersByPhoneRequest,
    GetCustomerRequest,
    GetPinKeyRequest,
    Grant,
    RevokeGrantRequest,
    VerifyPinRequest,
)
from tellerline.api.customers.v1.customers_pb2_grpc import CustomerServiceStub
from tellerline.api.customers.v1.interactions_pb2 import (
    CustomerView,
    GetCustomerViewRequest,
    Interaction,
    ListInteractionsRequest,
    RecordInteractionRequest,
)
from tellerline.api.customers.v1.interactions_pb2_grpc import InteractionServiceStub
from tellerline.api.operations.v1.operations_pb2 import (
    GetTransactionRequest,
    SearchTransactionsRequest,
    Transaction,
)
from tellerline.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from tellerline.api.transfers.v1.transfers_pb2 import (
    CreateTransferRequest,
    RegisteredPayee,
    Transfer,
)
from tellerline.api.transfers.v1.transfers_pb2_grpc import TransferServiceStub
from tellerline.callcenter.call_trace import CallTracing
from tellerline.callcenter.gateway_errors import GatewayError, read_failure

ReplyT = TypeVar("ReplyT")
_SERIAL = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_MOST_ACCOUNTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """For whom, and in which telephone call (empty: in none), the bank is asked. With an ``agent`` it is he who asks,
    else the IVR.

    ``step`` numbers what is asked in the call: the same step again is the same transaction.
    """

    call: str
    step: str
    customer: str = ""
    grant: str = field(default="", repr=False)
    agent: str = ""
    language: str = "zh"

    @property
    def serial(self) -> str:
        """The channel serial: the same for the same call and step, and for no other."""
        plain = f"cc:{self.call}:{self.step}"
        if _SERIAL.fullmatch(plain):
            return plain
        return f"cc:{hashlib.sha256(plain.encode()).hexdigest()[:56]}"

    @property
    def context(self) -> RequestContext:
        return RequestContext(
            channel=Channel.CHANNEL_AGENT if self.agent else Channel.CHANNEL_IVR,
            channel_serial=self.serial,
            customer=self.customer,
            grant=self.grant,
            agent=self.agent,
            call=self.call,
            language_code=_LANGUAGES.get(self.language, self.language),
        )


class GatewayClient:
    """Asks over ``channel``, which the caller closes, in the trace of the telephone call. Every method raises
    ``GatewayError``.

    ``seconds`` is what one question may take. Whatever changes something is asked once more, under the same serial,
    when nobody knows what became of it; an error then says nothing of the first time, and is never definite. A PIN is
    never compared twice.
    """

    def __init__(self, channel: grpc.aio.Channel, *, seconds: float = 10.0, tracing: CallTracing | None = None) -> None:
        self._accounts = AccountServiceStub(channel)
        self._customers = CustomerServiceStub(channel)
        self._interactions = InteractionServiceStub(channel)
        self._transfers = TransferServiceStub(channel)
        self._operations = OperationsServiceStub(channel)
        self._seconds = seconds
        self._tracing = tracing or CallTracing()

    def within(self, seconds: float) -> GatewayClient:
        """The same, for questions that may take so long each."""
        client = copy.copy(self)
        client._seconds = seconds
        return client

    async def pin_key(self, asker: Asker) -> str:
        """The key for which PINs are sealed, as a JWK."""
        reply = await self._ask(self._customers.GetPinKey, GetPinKeyRequest(context=asker.context), asker)
        return str(reply.jwk)

    async def verify_pin(self, asker: Asker, customer: str, block: str, account: str = "") -> Grant:
        """A grant for this customer in this call, if the sealed PIN is right. Each comparison counts."""
        request = VerifyPinRequest(context=asker.context, customer=customer, account=account, pin_block=block)
        return await self._ask(self._customers.VerifyPin, request, asker)

    async def revoke_grants(self, asker: Asker) -> int:
        """End every grant of the call; how many there were. Safe to repeat."""
        request = RevokeGrantRequest(context=asker.context, call=asker.call)
        reply = await self._twice(self._customers.RevokeGrant, request, asker)
        return int(reply.revoked_count)

    async def callers(self, asker: Asker, number: str) -> Sequence[CustomerHint]:
        """Who has registered this telephone number, as far as a number may be told."""
        request = FindCustomersByPhoneRequest(context=asker.context, phone_number=number)
        return list((await self._ask(self._customers.FindCustomersByPhone, request, asker)).customer_hints)

    async def customer(self, asker: Asker) -> Customer:
        """The asker's customer, under his grant."""
        request = GetCustomerRequest(context=asker.context, name=asker.customer)
        return await self._ask(self._customers.GetCustomer, request, asker)

    async def customer_view(self, asker: Asker) -> CustomerView:
        """The asker's customer over all channels; masked without a grant."""
        request = GetCustomerViewRequest(context=asker.context, name=f"{asker.customer}/view")
        return await self._ask(self._interactions.GetCustomerView, request, asker)

    async def interactions(self, asker: Asker, most: int) -> Sequence[Interaction]:
        """What happened between the customer and the bank, the newest first; masked without a grant."""
        request = ListInteractionsRequest(context=asker.context, parent=asker.customer, page_size=most)
        return list((await self._ask(self._interactions.ListInteractions, request, asker)).interactions)

    async def transactions(self, asker: Asker, most: int) -> Sequence[Transaction]:
        """The customer's latest, the last accepted first."""
        request = SearchTransactionsRequest(context=asker.context, customer=asker.customer, page_size=most)
        return list((await self._ask(self._operations.SearchTransactions, request, asker)).transactions)

    async def accounts(self, asker: Asker) -> Sequence[Account]:
        """The customer's registered accounts, by sequence number; 200 at most."""
        request = ListAccountsRequest(context=asker.context, parent=asker.customer, page_size=_MOST_ACCOUNTS)
        return list((await self._ask(self._accounts.ListAccounts, request, asker)).accounts)

    async def balance(self, asker: Asker, account: str) -> Balance:
        """Of one account, by resource name."""
        request = GetBalanceRequest(context=asker.context, name=f"{account}/balance")
        return await self._ask(self._accounts.GetBalance, request, asker)

    async def report_loss(self, asker: Asker, account: str) -> ReportLossResponse:
        """Of a signed customer's account. The reply's transaction says whether it is done, accepted, or unknown."""
        request = ReportLossRequest(context=asker.context, account=account)
        return await self._twice(self._accounts.ReportLoss, request, asker)

    async def report_loss_unsigned(self, asker: Asker, number: str, kind: str, block: str) -> ReportLossResponse:
        """The same for a caller whom the bank has not signed; ``kind`` is ``CARD``, ``PASSBOOK`` or ``ACCOUNT``."""
        lost = UnsignedAccount(account_number=number, kind=AccountKind.Value(f"ACCOUNT_KIND_{kind}"), pin_block=block)
        request = ReportLossRequest(context=asker.context, unsigned_account=lost)
        return await self._twice(self._accounts.ReportLoss, request, asker)

    async def transfer_to_own(self, asker: Asker, account: str, own_account: str, amount: Money) -> Transfer:
        """Between two accounts of the customer. Look at the state of the transaction: a reply is no success."""
        return await self._transfer(asker, Transfer(debit_account=account, own_account=own_account, amount=amount))

    async def transfer_to_payee(self, asker: Asker, account: str, number: str, amount: Money) -> Transfer:
        """To a registered payee of this bank, likewise."""
        payee = RegisteredPayee(account_number=number)
        return await self._transfer(asker, Transfer(debit_account=account, registered_payee=payee, amount=amount))

    async def transaction(self, asker: Asker, serial: str) -> Transaction:
        """A transaction as it stands, by its global serial."""
        request = GetTransactionRequest(context=asker.context, name=f"transactions/{serial}")
        return await self._ask(self._operations.GetTransaction, request, asker)

    async def tell_history(self, asker: Asker, kind: str, event: str, reference: str, at: datetime) -> None:
        """Let the bank's history of the asker's customer refer to a ``CALL`` or a ``TICKET``. The same step again is
        the same reference."""
        when = Timestamp()
        when.FromDatetime(at)
        told = Interaction(
            kind=Interaction.Kind.Value(f"KIND_{kind}"), event=event, reference=reference, event_time=when
        )
        request = RecordInteractionRequest(context=asker.context, parent=asker.customer, interaction=told)
        await self._twice(self._interactions.RecordInteraction, request, asker)

    async def _transfer(self, asker: Asker, transfer: Transfer) -> Transfer:
        request = CreateTransferRequest(context=asker.context, transfer=transfer)
        return await self._twice(self._transfers.CreateTransfer, request, asker)

    async def _twice(self, method: Callable[..., Awaitable[ReplyT]], request: Any, asker: Asker) -> ReplyT:
        try:
            return await self._ask(method, request, asker)
        except GatewayError as error:
            if error.definite:
                raise
        try:
            return await self._ask(method, request, asker)
        except GatewayError as error:
            raise error.doubted() from None

    async def _ask(self, method: Callable[..., Awaitable[ReplyT]], request: Any, asker: Asker) -> ReplyT:
        trace = self._tracing.ask(type(request).__name__.removesuffix("Request"), asker.call)
        result = "UNKNOWN"
        try:
            reply = await method(request, timeout=self._seconds, metadata=self._metadata(asker, trace))
            result = "OK"
        except grpc.aio.AioRpcError as failure:
            error = read_failure(failure)
            result = error.code or result
            raise error from None
        finally:
            self._tracing.end(trace, failed=result != "OK", result=result, step=asker.step)
        return reply

    def _metadata(self, asker: Asker, trace: Trace | None) -> tuple[tuple[str, str], ...]:
        """What is asked in no call is in no trace."""
        said = ("accept-language", _LANGUAGES.get(asker.language, asker.language))
        traceparent = trace.traceparent if trace else self._tracing.traceparent(asker.call)
        return (said, ("traceparent", traceparent)) if asker.call else (said,)
