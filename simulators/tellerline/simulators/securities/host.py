"""The securities host: what its messages do, one in one step of the event loop."""

from __future__ import annotations

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import REFUSED, RefusedError
from tellerline.simulators.hosting.copybook import Row
from tellerline.simulators.hosting.references import Handled
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger, Transaction
from tellerline.simulators.records.host import Booked, RecordHost
from tellerline.simulators.records.layout import Layout
from tellerline.simulators.records.reply import Reply
from tellerline.simulators.securities.accounts import Register
from tellerline.simulators.securities.allotments import AllotmentFile
from tellerline.simulators.securities.codes import MESSAGES
from tellerline.simulators.securities.enquiries import Enquiries
from tellerline.simulators.securities.funds import FundsDesk, FundsOrder
from tellerline.simulators.securities.market import Market
from tellerline.simulators.securities.matching import Side
from tellerline.simulators.securities.rows import booked_row, order_row
from tellerline.simulators.securities.trading import NewOrder, OrderDesk

CONTRACT = "tellerline.simulators.securities:securities.cpy"
ENCODING = "cp037"
_RECORDS = {
    "ECHO": "ECHO",
    "INQUIRE": "INQUIRE",
    "REVERSE": "REVERSE",
    "GETQUOTE": "GET-QUOTE",
    "LSTQUOTE": "LIST-QUOTES",
    "LSTHOLD": "LIST-HOLDINGS",
    "GETFUNDS": "GET-FUNDS",
    "PLACEORD": "PLACE-ORDER",
    "CANCLORD": "CANCEL-ORDER",
    "GETORDER": "GET-ORDER",
    "LSTORDER": "LIST-ORDERS",
    "LSTTRADE": "LIST-TRADES",
    "LSTALLOT": "LIST-ALLOTMENTS",
    "DEPOSIT": "DEPOSIT",
    "WITHDRAW": "WITHDRAW",
}


class SecuritiesHost(RecordHost):
    """Handles decoded records, by message type. Whatever changes something is idempotent by reference.

    ``ledger`` is the money, ``shares`` the custody: each security is a currency of its own there. Deposits and
    withdrawals can be reversed, and so can an order of which nothing is filled; a trade is never undone.
    """

    def __init__(self, calendar: BankCalendar) -> None:
        layout = Layout(CONTRACT, ENCODING, _RECORDS, MESSAGES)
        super().__init__(Ledger(), calendar, layout, Serials("S"), "securities-simulator 1")
        self.shares = Ledger()
        self.register = Register(self.ledger, self.shares)
        self.market = Market(calendar)
        self.desk = OrderDesk(self.register, self.market, calendar)
        self.funds = FundsDesk(self.register, self.desk, calendar)
        self.allotments = AllotmentFile()
        self.enquiries |= Enquiries(self.register, self.market, self.desk, self.allotments, calendar).by_type()
        self.changes |= {
            "PLACEORD": self._place_order,
            "CANCLORD": self._cancel_order,
            "DEPOSIT": self._deposit,
            "WITHDRAW": self._withdraw,
        }

    def snapshot(self) -> None:
        """Everything but the money, whose ledger is its owner's to snapshot."""
        super().snapshot()
        for part in self._parts:
            part.snapshot()

    def reset(self) -> None:
        super().reset()
        for part in self._parts:
            part.reset()

    def moved(self, original: Handled[Reply]) -> tuple[str, str, int] | None:
        order = original.content[0]
        if isinstance(order, FundsOrder):
            return order.bank_account, order.currency, order.amount
        if isinstance(order, NewOrder):
            return order.bank_account, order.currency, order.price * order.quantity
        return None

    def taken_back(self, original: Handled[Reply]) -> bool:
        """Cancels an order of which nothing is filled."""
        if original.operation != "PLACEORD":
            return False
        order = self.desk.orders.get(original.reply.host_serial)
        if order.filled:
            return False
        if order.left:
            self.desk.cancel(order)
        return True

    @property
    def _parts(self) -> tuple[Register, Ledger, Market, OrderDesk, AllotmentFile]:
        return self.register, self.shares, self.market, self.desk, self.allotments

    def _place_order(self, reference: str, row: Row) -> Reply:
        order = NewOrder(
            bank_account=str(row["ACCOUNT"]),
            code=str(row["SECURITY-CODE"]),
            side=_side(row),
            currency=str(row["CURRENCY"]),
            price=_number(row, "PRICE"),
            quantity=_number(row, "QUANTITY"),
        )
        return self.once(
            "PLACEORD", reference, (order,), lambda serial: (order_row(self.desk.place(order, serial)), None)
        )

    def _cancel_order(self, reference: str, row: Row) -> Reply:
        bank_account, number = str(row["ACCOUNT"]), str(row["ORDER-NUMBER"])

        def cancel(_: str) -> Booked:
            account = self.register.find(bank_account)
            self.desk.lapse(account)
            return order_row(self.desk.cancel(self.desk.orders.find(number, account.number))), None

        return self.once("CANCLORD", reference, (bank_account, number), cancel)

    def _deposit(self, reference: str, row: Row) -> Reply:
        order = _funds_order(row)
        return self.once(
            "DEPOSIT", reference, (order,), lambda serial: self._booked(self.funds.deposit(order, reference, serial))
        )

    def _withdraw(self, reference: str, row: Row) -> Reply:
        order = _funds_order(row)
        return self.once(
            "WITHDRAW", reference, (order,), lambda serial: self._booked(self.funds.withdraw(order, reference, serial))
        )

    def _booked(self, transaction: Transaction) -> Booked:
        balance = self.ledger.account(transaction.legs[0].account).balance
        return booked_row(balance, transaction.booked_at), transaction


def _side(row: Row) -> Side:
    try:
        return Side(row["SIDE"])
    except ValueError:
        raise RefusedError(REFUSED) from None


def _funds_order(row: Row) -> FundsOrder:
    return FundsOrder(bank_account=str(row["ACCOUNT"]), currency=str(row["CURRENCY"]), amount=_number(row, "AMOUNT"))


def _number(row: Row, name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value
