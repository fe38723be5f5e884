"""The core banking host: what it is asked, and who answers."""

from __future__ import annotations

from typing import Any

from tellerline.simulators.core.branch import Branch
from tellerline.simulators.core.cash import Cash, ReturnOrder, WithdrawalOrder
from tellerline.simulators.core.enquiries import HOST_VERSION, Enquiries
from tellerline.simulators.core.losses import Losses
from tellerline.simulators.core.messages import CoreRequest, Reply
from tellerline.simulators.core.pins import Pins
from tellerline.simulators.core.register import Register
from tellerline.simulators.core.remittances import RemittanceOrder, Remittances
from tellerline.simulators.core.settlements import SettlementOrder, Settlements
from tellerline.simulators.core.transfers import TransferOrder, Transfers
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.references import Handled
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.soap.host import SoapHost


class CoreHost(SoapHost):
    """What changes something is idempotent by reference; a loss report cannot be reversed."""

    def __init__(self, ledger: Ledger, calendar: BankCalendar) -> None:
        serials = Serials("C")
        super().__init__(ledger, calendar, serials, HOST_VERSION)
        self.register = Register()
        self.branch = Branch(self.register, ledger, calendar, serials)
        self._losses = Losses(self.register, calendar)
        self._transfers = Transfers(self.register, ledger, calendar)
        self._settlements = Settlements(self.register, ledger, calendar)
        self._remittances = Remittances(self.register, ledger, calendar)
        self._pins = Pins(self.register, calendar)
        self.cash = Cash(self.register, ledger, calendar, self.references)
        enquiries = Enquiries(self.register, ledger, calendar)
        self.enquiries |= {
            "GetBalance": enquiries.balance,
            "ListStatementEntries": enquiries.statement,
            "DescribeAccount": enquiries.describe_account,
            "DescribeCustomer": enquiries.describe_customer,
            "VerifyPin": self._pins.verify,
            "GetLossReport": self._losses.newest,
        }
        self.changes |= {
            "Transfer": self._transfer,
            "DebitAccount": self._settle,
            "CreditAccount": self._settle,
            "ReportLoss": self._report_loss,
            "Remit": self._remit,
            "ChangePin": self._change_pin,
            "WithdrawCash": self._withdraw_cash,
            "ReturnCash": self._return_cash,
        }

    def snapshot(self) -> None:
        super().snapshot()
        self.register.snapshot()
        self.cash.snapshot()

    def reset(self) -> None:
        super().reset()
        self.register.reset()
        self.cash.reset()

    def moved(self, original: Handled[Any]) -> tuple[str, str, int] | None:
        order = original.content[0]
        if isinstance(order, SettlementOrder):
            return order.account, order.currency, order.amount
        if isinstance(order, TransferOrder | RemittanceOrder):
            return order.debit_account, order.currency, order.amount
        if isinstance(order, WithdrawalOrder) and not self.cash.returned(original.reply.reference):
            return order.account, order.currency, order.amount
        return None

    def undone(self, original: Handled[Any]) -> None:
        self.cash.undone(original)

    def _transfer(self, request: CoreRequest) -> Reply:
        order = TransferOrder.read(request)
        return self.once(request, (order,), lambda serial: self._transfers.carry_out(order, request.reference, serial))

    def _settle(self, request: CoreRequest) -> Reply:
        order = SettlementOrder.read(request)
        return self.once(
            request, (order,), lambda serial: self._settlements.carry_out(order, request.reference, serial)
        )

    def _report_loss(self, request: CoreRequest) -> Reply:
        content = (request.fields["account"], request.fields["kind"])
        return self.once(request, content, lambda serial: (self._losses.report(request, serial), None))

    def _remit(self, request: CoreRequest) -> Reply:
        order = RemittanceOrder.read(request)
        return self.once(
            request, (order,), lambda serial: self._remittances.carry_out(order, request.reference, serial)
        )

    def _withdraw_cash(self, request: CoreRequest) -> Reply:
        order = WithdrawalOrder.read(request)
        return self.once(request, (order,), lambda serial: self.cash.withdraw(order, request.reference, serial))

    def _return_cash(self, request: CoreRequest) -> Reply:
        order = ReturnOrder.read(request)
        return self.once(request, (order,), lambda serial: self.cash.give_back(order, request.reference, serial))

    def _change_pin(self, request: CoreRequest) -> Reply:
        content = (request.fields["account"], request.fields["newPin"])
        return self.once(request, content, lambda _serial: (self._pins.change(request), None))
