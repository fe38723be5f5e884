"""What can be asked of the securities host; nothing here changes the books but for orders that lapse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from operator import attrgetter

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.hosting.copybook import Row
from tellerline.simulators.securities import codes, rows, sessions
from tellerline.simulators.securities.accounts import Register, SecuritiesAccount
from tellerline.simulators.securities.allotments import AllotmentFile
from tellerline.simulators.securities.listing import SECURITIES
from tellerline.simulators.securities.market import Market
from tellerline.simulators.securities.rows import Page
from tellerline.simulators.securities.trading import OrderDesk

_MOST_DAYS = 366


class Enquiries:
    """Answers by message type, as fields of the reply."""

    def __init__(
        self, register: Register, market: Market, desk: OrderDesk, allotments: AllotmentFile, calendar: BankCalendar
    ) -> None:
        self._register = register
        self._market = market
        self._desk = desk
        self._allotments = allotments
        self._calendar = calendar

    def by_type(self) -> Mapping[str, Callable[[Row], Row]]:
        return {
            "GETQUOTE": lambda row: self._quote(str(row["SECURITY-CODE"])),
            "LSTQUOTE": lambda row: _page(row, "AFTER-SECURITY").of("QUOTE", SECURITIES, str, self._quote),
            "LSTHOLD": self._holdings,
            "GETFUNDS": self._funds,
            "GETORDER": self._order,
            "LSTORDER": self._orders,
            "LSTTRADE": self._trades,
            "LSTALLOT": self._list_allotments,
        }

    def _quote(self, code: str) -> Row:
        day = self._market.today(code)
        status = "T" if sessions.is_open(self._calendar.instant()) else "C"
        return rows.quote_row(day, "H" if day.security.halted else status, self._calendar.now())

    def _holdings(self, row: Row) -> Row:
        account = self._account(row)
        held = [code for code in account.held if self._register.position(account.number, code).balance]
        return _page(row, "AFTER-SECURITY").of("HOLDING", held, str, lambda code: self._holding(account, code))

    def _holding(self, account: SecuritiesAccount, code: str) -> Row:
        position = self._register.position(account.number, code)
        return rows.holding_row(
            code,
            quantity=position.balance,
            sellable=self._desk.sellable(account, code),
            frozen=position.held,
            price=self._market.today(code).last,
        )

    def _funds(self, row: Row) -> Row:
        account = self._account(row)
        funds = self._register.funds(account)
        return {
            "SECURITIES-ACCOUNT": account.number,
            "ACCOUNT": account.bank_account,
            "BALANCE": funds.balance,
            "FROZEN-AMOUNT": funds.held,
            "AVAILABLE": funds.available,
            "WITHDRAWABLE": self._desk.withdrawable(account),
            "AS-OF": self._calendar.now(),
        }

    def _order(self, row: Row) -> Row:
        account = self._account(row)
        return rows.order_row(self._desk.orders.find(str(row["ORDER-NUMBER"]), account.number))

    def _orders(self, row: Row) -> Row:
        account, today = self._account(row), sessions.trading_day(self._calendar.instant())
        orders = self._desk.orders.of_day(account.number, today)
        return _page(row, "AFTER-ORDER").of("ORDER-DETAIL", orders, attrgetter("number"), rows.order_row)

    def _trades(self, row: Row) -> Row:
        account = self._account(row)
        first, last = self._period(row)
        trades = self._desk.orders.trades(account.number, first, last)
        return _page(row, "AFTER-TRADE").of("TRADE", trades, attrgetter("number"), rows.trade_row)

    def _list_allotments(self, row: Row) -> Row:
        allotments, today = self._allotments.of(self._account(row).number), self._calendar.accounting_date()
        page = _page(row, "AFTER-NUMBER")
        return page.of(
            "ALLOTMENT", allotments, attrgetter("first_number"), lambda each: rows.allotment_row(each, today)
        )

    def _period(self, row: Row) -> tuple[date, date]:
        """Today's trading day without dates; refuses what is no period of a year at most."""
        if not row["FROM-DATE"] and not row["TO-DATE"]:
            today = sessions.trading_day(self._calendar.instant())
            return today, today
        try:
            first, last = (date.fromisoformat(f"{row[name]:08}") for name in ("FROM-DATE", "TO-DATE"))
        except ValueError:
            raise RefusedError(codes.PERIOD_NOT_ALLOWED) from None
        if not 0 <= (last - first).days < _MOST_DAYS:
            raise RefusedError(codes.PERIOD_NOT_ALLOWED)
        return first, last

    def _account(self, row: Row) -> SecuritiesAccount:
        account = self._register.find(str(row["ACCOUNT"]))
        self._desk.lapse(account)
        return account


def _page(row: Row, after: str) -> Page:
    maximum = row["MAXIMUM"]
    assert isinstance(maximum, int)
    return Page(str(row[after]), maximum)
