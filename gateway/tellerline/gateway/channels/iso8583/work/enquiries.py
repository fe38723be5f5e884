"""Balance and mini-statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta, tzinfo
from typing import Final

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from tellerline.adapters.clock import Clock
from tellerline.api.accounts.v1 import accounts_pb2 as pb
from tellerline.gateway.channels.iso8583.answer_codes import APPROVED
from tellerline.gateway.channels.iso8583.codec.tags import STATEMENT, tagged
from tellerline.gateway.channels.iso8583.work.asking import Asking, Reply
from tellerline.gateway.channels.iso8583.work.cards import CardDesk
from tellerline.gateway.channels.iso8583.work.currencies import number_of
from tellerline.gateway.channels.iso8583.work.platform import Platform
from tellerline.gateway.channels.iso8583.work.proofs import Proof
from tellerline.gateway.services.names import account_name
from tellerline.routing.model.money import exponent

_LINES: Final = 10
_DAYS: Final = 30
_PAGE: Final = 200
_MOST_PAGES: Final = 5
_BOOKED: Final = "01"
_AVAILABLE: Final = "02"
_MOST: Final = 10**12 - 1
_NANOS: Final = 10**9


class Enquiries:
    """Answered from the host's books, with the customer's grant."""

    def __init__(self, *, platform: Platform, cards: CardDesk, clock: Clock, zone: tzinfo) -> None:
        self._platform = platform
        self._cards = cards
        self._clock = clock
        self._zone = zone

    async def balance(self, asking: Asking) -> Reply:
        return await self._cards.proven(asking, lambda proof: self._balance(asking, proof))

    async def statement(self, asking: Asking) -> Reply:
        return await self._cards.proven(asking, lambda proof: self._statement(asking, proof))

    async def _balance(self, asking: Asking, proof: Proof) -> Reply:
        account = proof.account
        request = pb.GetBalanceRequest(name=f"{account_name(account.customer, account.sequence)}/balance")
        asking.sign(request.context, customer=account.customer, grant=proof.token)
        found = await self._platform.ask("accounts.v1.AccountService/GetBalance", request, pb.Balance, asking.call)
        text = _additional(_BOOKED, found.ledger_amount) + _additional(_AVAILABLE, found.available_amount)
        return Reply(APPROVED, {54: text})

    async def _statement(self, asking: Asking, proof: Proof) -> Reply:
        account, today = proof.account, self._clock.now().astimezone(self._zone).date()
        request = pb.ListStatementEntriesRequest(
            context=asking.context(customer=account.customer, grant=proof.token),
            parent=account_name(account.customer, account.sequence),
            start_date=_date(today - timedelta(days=_DAYS)),
            end_date=_date(today + timedelta(days=1)),
            page_size=_PAGE,
        )
        newest: list[pb.StatementEntry] = []
        for _ in range(_MOST_PAGES):
            page = await self._platform.ask(
                "accounts.v1.AccountService/ListStatementEntries",
                request,
                pb.ListStatementEntriesResponse,
                asking.call,
            )
            newest = [*newest, *page.statement_entries][-_LINES:]
            request.page_token = page.next_page_token
            if not request.page_token:
                break
        return Reply(APPROVED, {48: tagged({STATEMENT: _lines(reversed(newest))})})


def _lines(entries: Iterable[pb.StatementEntry]) -> str:
    return "".join(_line(entry) for entry in entries)


def _line(entry: pb.StatementEntry) -> str:
    day = entry.booking_date
    amount, after = entry.amount, entry.balance_after_amount
    figures = _figure(_minor(amount, amount.currency_code)) + _figure(_minor(after, after.currency_code))
    return f"{day.year % 100:02d}{day.month:02d}{day.day:02d}{figures}"


def _additional(kind: str, amount: Money) -> str:
    currency = amount.currency_code
    return f"00{kind}{number_of(currency)}{_figure(_minor(amount, currency))}"


def _figure(minor: int) -> str:
    """Sign and twelve digits; what does not fit stands as the most that does."""
    return f"{'D' if minor < 0 else 'C'}{min(abs(minor), _MOST):012d}"


def _minor(amount: Money, currency: str) -> int:
    """Whole minor units, negative for a debit. Exact: what the platform answers has no finer parts."""
    scale: int = 10 ** exponent(currency)
    minor: int = amount.units * scale + amount.nanos * scale // _NANOS
    return minor


def _date(day: date) -> Date:
    return Date(year=day.year, month=day.month, day=day.day)
