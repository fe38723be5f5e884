"""The foreign exchange host: what it is asked, and who answers."""

from __future__ import annotations

from typing import Any

from tellerline.simulators.fx.deals import DealOrder, Deals
from tellerline.simulators.fx.messages import RatesResult
from tellerline.simulators.fx.orders import OrderRequest, Orders
from tellerline.simulators.fx.quotes import QuoteBook
from tellerline.simulators.fx.rates import Rate, RateBoard
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.references import Handled
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.soap.host import SoapHost
from tellerline.simulators.soap.messages import Reply, SoapRequest

HOST_VERSION = "fx-simulator 1"


class FxHost(SoapHost):
    """What changes something is idempotent by reference; deals can be reversed, orders are cancelled instead.

    Before each answer the orders are brought up to the present, so no order depends on who asks when.
    """

    def __init__(self, ledger: Ledger, calendar: BankCalendar, board: RateBoard | None = None) -> None:
        super().__init__(ledger, calendar, Serials("X"), HOST_VERSION)
        self._board = board or RateBoard()
        self._quotes = QuoteBook(self._board, calendar)
        self.deals = Deals(self._quotes, ledger, calendar)
        self.orders = Orders(self._board, self._quotes, self.deals, calendar)
        self.enquiries |= {
            "ListRates": self._list_rates,
            "GetRate": self._get_rate,
            "CreateQuote": self._quotes.create,
            "GetDeal": self.deals.get,
            "ListDeals": self.deals.page,
            "GetOrder": self.orders.get,
            "ListOrders": self.orders.page,
        }
        self.changes |= {
            "ExecuteDeal": self._execute,
            "CreateOrder": self._create_order,
            "CancelOrder": self._cancel_order,
        }

    def handle(self, request: SoapRequest) -> Reply[Any]:
        self.orders.advance()
        return super().handle(request)

    def snapshot(self) -> None:
        super().snapshot()
        self._quotes.snapshot()
        self.deals.filing.snapshot()
        self.orders.snapshot()

    def reset(self) -> None:
        super().reset()
        self._quotes.reset()
        self.deals.filing.reset()
        self.orders.reset()

    def moved(self, original: Handled[Any]) -> tuple[str, str, int] | None:
        order = original.content[0]
        return (order.account, order.sell.currency, order.sell.minor) if isinstance(order, DealOrder) else None

    def undone(self, original: Handled[Any]) -> None:
        self.deals.take_back(original.reply.result.deal.number)

    def _list_rates(self, request: SoapRequest) -> RatesResult:
        return RatesResult(self._board.all(request.fields["quoteCurrency"], self._today()))

    def _get_rate(self, request: SoapRequest) -> Rate:
        return self._board.rate(request.fields["base"], request.fields["quoteCurrency"], self._today())

    def _execute(self, request: SoapRequest) -> Reply[Any]:
        order = DealOrder.read(request)
        return self.once(request, (order,), lambda serial: self.deals.execute(order, request.reference, serial))

    def _create_order(self, request: SoapRequest) -> Reply[Any]:
        asked = OrderRequest.read(request)
        return self.once(request, (asked,), lambda _: (self.orders.place(asked), None))

    def _cancel_order(self, request: SoapRequest) -> Reply[Any]:
        content = (request.fields["account"], request.fields["orderNumber"])
        return self.once(request, content, lambda _: (self.orders.cancel(request), None))

    def _today(self) -> str:
        return self.calendar.local(self.calendar.instant())[:10]
