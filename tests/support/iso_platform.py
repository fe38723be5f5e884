"""A platform that answers at once, from memory: for tests of the ISO 8583 channel alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.message import Message
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from tellerline.adapters.clock import Clock
from tellerline.api.accounts.v1 import accounts_pb2 as accounts
from tellerline.api.cash.v1 import cash_pb2 as cash
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TransactionInfo, TransactionRef
from tellerline.api.customers.v1 import customers_pb2 as customers
from tellerline.api.transfers.v1 import transfers_pb2 as transfers
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.journal.records import Limits, Record, RegisteredAccount
from tellerline.gateway.services.requests import request_from

FIRST_CARD = 6_229_990_000_000_000_000
CUSTOMERS = 1000
PIN = "135246"


def card(number: int) -> str:
    """The card of one of the thousand customers."""
    return str(FIRST_CARD + number)


class MemoryRegistry:
    """Everybody has one card."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def find_account(self, account: str) -> RegisteredAccount | None:
        number = int(account) - FIRST_CARD if account.isascii() and account.isdigit() else -1
        if not 0 <= number < CUSTOMERS:
            return None
        return RegisteredAccount(
            customer=str(number),
            sequence=1,
            account=account,
            host="core",
            kind="CARD",
            currency="CNY",
            limits=Limits(single=1, daily=1, count=1),
            registered_at=self._clock.now(),
        )


class MemoryBooks:
    """Nothing has been accepted."""

    async def find(self, channel: str, channel_serial: str) -> Record | None:
        return None


class MemoryServices:
    """The methods that a cash machine needs, each done at once. Who asks is checked as the platform checks it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._serial = 0

    def services(self) -> tuple[Service, ...]:
        return (
            self._service(
                "customers.v1.CustomerService",
                (customers.VerifyPinRequest, customers.Grant, self._grant),
                (customers.ChangePinRequest, customers.PinChange, self._pin_change),
                (customers.RevokeGrantRequest, customers.RevokeGrantResponse, customers.RevokeGrantResponse),
            ),
            self._service(
                "accounts.v1.AccountService",
                (accounts.GetBalanceRequest, accounts.Balance, self._balance),
                (accounts.ListStatementEntriesRequest, accounts.ListStatementEntriesResponse, self._statement),
            ),
            self._service(
                "cash.v1.CashService",
                (cash.WithdrawCashRequest, cash.Withdrawal, self._withdrawal),
                (cash.ConfirmWithdrawalRequest, cash.Withdrawal, self._withdrawal),
                (cash.ReverseWithdrawalRequest, cash.Withdrawal, self._withdrawal),
            ),
            self._service(
                "transfers.v1.TransferService",
                (transfers.CreateTransferRequest, transfers.Transfer, self._transfer),
            ),
        )

    def _service(self, name: str, *methods: tuple[type[Message], type[Message], Callable[[], Message]]) -> Service:
        return Service(
            full_name=f"tellerline.api.{name}",
            methods=tuple(
                Method(
                    name=request.DESCRIPTOR.name.removesuffix("Request"),
                    request=request,
                    response=response,
                    unary=_answering(answer),
                )
                for request, response, answer in methods
            ),
        )

    def _grant(self) -> Message:
        grant = customers.Grant(token="token")
        grant.expire_time.FromSeconds(int(self._clock.now().timestamp()) + 120)
        return grant

    def _pin_change(self) -> Message:
        return customers.PinChange(transaction=self._done())

    def _balance(self) -> Message:
        amount = Money(currency_code="CNY", units=1_234, nanos=560_000_000)
        return accounts.Balance(ledger_amount=amount, available_amount=amount)

    def _statement(self) -> Message:
        entry = accounts.StatementEntry(
            booking_date=Date(year=2026, month=3, day=2),
            amount=Money(currency_code="CNY", units=-7),
            balance_after_amount=Money(currency_code="CNY", units=93),
        )
        return accounts.ListStatementEntriesResponse(statement_entries=[entry] * 12)

    def _withdrawal(self) -> Message:
        return cash.Withdrawal(transaction=self._done())

    def _transfer(self) -> Message:
        return transfers.Transfer(transaction=self._done())

    def _done(self) -> TransactionInfo:
        self._serial += 1
        return TransactionInfo(
            ref=TransactionRef(global_serial=f"{self._serial:026d}"), state=TRANSACTION_STATE_DONE, definite=True
        )


def _answering(answer: Callable[[], Message]) -> Callable[[Any, CallContext], Awaitable[Message]]:
    async def handler(request: Any, _call: CallContext) -> Message:
        request_from(request.context)
        return answer()

    return handler
