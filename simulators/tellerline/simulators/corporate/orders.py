"""Transfers to differently-named accounts 不同名转账: one representative makes, another decides."""

from __future__ import annotations

from dataclasses import replace

from tellerline.simulators.corporate import codes
from tellerline.simulators.corporate.bookings import Booked, Bookings, amount_of
from tellerline.simulators.corporate.messages import OrderResult
from tellerline.simulators.corporate.register import Keeper, Order, OrderState, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Leg, Transaction
from tellerline.simulators.soap.messages import SoapRequest


class Orders:
    """Money moves at approval and at no other time."""

    def __init__(self, register: Register, bookings: Bookings, calendar: BankCalendar) -> None:
        self._register = register
        self._bookings = bookings
        self._calendar = calendar

    def create(self, request: SoapRequest, serial: str) -> OrderResult:
        fields, (amount, currency) = request.fields, amount_of(request)
        company = self._bookings.company(request)
        order = Order(
            number=f"ZZ{serial[1:]}",
            company=company,
            debit_account=self._register.debitable(company, fields["debitAccount"], currency).number,
            credit_account=fields["creditAccount"],
            credit_bank=fields.get("creditBank", ""),
            credit_name=fields["creditName"],
            currency=currency,
            amount=amount,
            narrative=fields.get("narrative", ""),
            maker=fields["representative"],
            created_at=self._calendar.instant(),
        )
        self._check_payee(order)
        return self._file(order)

    def approve(self, request: SoapRequest, serial: str) -> tuple[OrderResult, Transaction]:
        order = self._decidable(request)
        self._register.debitable(order.company, order.debit_account, order.currency)
        self._check_payee(order)
        booked = self._book(order, request, serial)
        approved = replace(
            order,
            state=OrderState.BOOKED,
            checker=request.fields["representative"],
            balance_after=booked.balance_after,
            booked_at=booked.booked_at,
        )
        return self._file(approved), booked.transaction

    def reject(self, request: SoapRequest) -> OrderResult:
        fields = request.fields
        order = self._decidable(request)
        return self._file(
            replace(
                order,
                state=OrderState.REJECTED,
                checker=fields["representative"],
                reason=fields.get("reason", ""),
            )
        )

    def undone(self, number: str) -> None:
        """The booking of an approved order was reversed: it stays undone, and nobody may approve it again."""
        order = self._register.orders.get(number)
        assert order is not None
        self._register.orders.put(number, replace(order, state=OrderState.REVERSED))

    def _decidable(self, request: SoapRequest) -> Order:
        fields = request.fields
        order = self._register.order(self._bookings.company(request), fields["account"], fields["orderNumber"])
        state = order.state_at(self._calendar.instant())
        if state is OrderState.EXPIRED:
            raise RefusedError(codes.ORDER_EXPIRED)
        if state is not OrderState.PENDING:
            raise RefusedError(codes.ORDER_DECIDED)
        if order.maker == fields["representative"]:
            raise RefusedError(codes.SELF_APPROVAL)
        return order

    def _check_payee(self, order: Order) -> None:
        if order.credit_bank:
            return
        payee = self._register.accounts.get(order.credit_account)
        if payee is None or payee.kept_at is not Keeper.CORPORATE:
            raise RefusedError(codes.PAYEE_NOT_FOUND)
        if payee.number == order.debit_account:
            raise RefusedError(codes.SAME_ACCOUNT)
        if payee.name != order.credit_name:
            raise RefusedError(codes.PAYEE_NAME_MISMATCH)
        if payee.currency != order.currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)

    def _book(self, order: Order, request: SoapRequest, serial: str) -> Booked:
        payer = self._register.company(order.company).name
        inside = not order.credit_bank
        credit = order.credit_account if inside else self._bookings.own("NOSTRO", order.currency)
        payee = order.credit_account if inside else f"{order.credit_bank}/{order.credit_account}"
        return self._bookings.debit(
            order.debit_account,
            (
                Leg(order.debit_account, -order.amount, payee, order.credit_name),
                Leg(credit, order.amount, order.debit_account, payer),
            ),
            serial=serial,
            kind="TRANSFER",
            narrative=order.narrative,
            reference=request.reference,
        )

    def _file(self, order: Order) -> OrderResult:
        self._register.orders.put(order.number, order)
        return OrderResult(order, order.state.value)
