"""One enquiry or two of every host: what is asked of a gateway, and what its connector makes of it for the host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tellerline.bench.books import Books
from tellerline.bench.messages import BALANCE, BILL, COMPANY_BALANCES, FUNDS, LOAN, QUOTE, RATE, Asked
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.billing import BillerKind, GetBill
from tellerline.routing.model.command import Command
from tellerline.routing.model.corporate import GetBalances
from tellerline.routing.model.credit import GetLoan
from tellerline.routing.model.fx import GetRate
from tellerline.routing.model.securities import GetFundsBalance, GetQuote
from tellerline.simulators.securities.listing import SECURITIES


@dataclass(frozen=True, slots=True)
class Enquiry:
    """``command`` is what the first of the requests ``asked`` comes to at ``host``."""

    name: str
    host: str
    asked: Asked
    command: Callable[[Books], Command]

    @property
    def floor(self) -> str:
        """The subject that does the same with the bare libraries."""
        return f"floor_{self.name}"


def _balances(books: Books) -> Command:
    company = books.companies[0]
    return GetBalances(company=company.number, representative=company.representative)


def _bill(books: Books) -> Command:
    who = books.subscribers[0]
    return GetBill(kind=BillerKind(who.kind), subscriber=who.number, bill=who.bill)


ENQUIRIES = (
    Enquiry("balance_soap", "core", BALANCE, lambda books: GetBalance(account=books.holders[0].account)),
    Enquiry(
        "loan_mq",
        "credit",
        LOAN,
        lambda books: GetLoan(loan=books.holders[0].loan, account=books.holders[0].account),
    ),
    Enquiry("funds_mq", "securities", FUNDS, lambda books: GetFundsBalance(account=books.holders[0].account)),
    Enquiry("quote_mq", "securities", QUOTE, lambda _: GetQuote(security=next(iter(SECURITIES)))),
    Enquiry("rate_soap", "fx", RATE, lambda _: GetRate(base="USD", quote_currency="CNY")),
    Enquiry("company_soap", "corporate", COMPANY_BALANCES, _balances),
    Enquiry("bill_mq", "billing", BILL, _bill),
)
