"""Repayment schedules of loans: equal instalments 等额本息 and equal principal 等额本金, month by month.

Formulas: with the loan P, the month's rate i = yearly rate ÷ 12 (银发[2005]129号: 月利率 = 年利率 ÷ 12) and n months,
the equal instalment is P × i × (1 + i)^n ÷ ((1 + i)^n − 1), the annuity formula of any textbook of finance and of the
spreadsheet function PMT; equal principal is P ÷ n a month. The interest of a month is what is still owed × i.

Rounding: instalment, principal and interest half up to the minor unit; the last instalment takes the rest, so that
nothing is left. Where rounding up has paid more than an instalment by then (few minor units a month over many
months), the loan ends before its last month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tellerline.routing.calculators.arithmetic import HUNDRED, CalculationError, exact, plus, rounded
from tellerline.routing.calculators.days import add_months
from tellerline.routing.model.money import Money

MOST_MONTHS = 480


class Method(StrEnum):
    EQUAL_INSTALMENTS = "EQUAL_INSTALMENTS"
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"


class Effect(StrEnum):
    """What becomes of the rest after an early repayment."""

    SHORTER_TERM = "SHORTER_TERM"
    LOWER_PAYMENT = "LOWER_PAYMENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """``months`` instalments, the first a month behind ``start``, at ``percent`` a year."""

    amount: Money
    months: int
    percent: Decimal
    method: Method
    start: date


@dataclass(frozen=True, slots=True)
class RateChange:
    """Counts for instalments whose month begins on ``day`` or later."""

    day: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Prepayment:
    """Principal repaid together with instalment ``number``; what is more than the debt is left out."""

    number: int
    amount: Money
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """``balance`` is what is still owed behind it, and behind what was ``prepaid`` beside it."""

    number: int
    due: date
    principal: Money
    interest: Money
    prepaid: Money
    balance: Money
    percent: Decimal

    @property
    def payment(self) -> Money:
        return plus(self.principal, self.interest)


def equal_instalment(amount: Money, percent: Decimal, months: int) -> Money:
    """The payment of each month that repays ``amount`` in ``months``."""
    return _annuity(amount.decimal, percent, months, amount.currency)


@exact
def schedule(
    terms: LoanTerms, changes: Sequence[RateChange] = (), prepayments: Sequence[Prepayment] = ()
) -> tuple[Instalment, ...]:
    """Every instalment, by number; the last one leaves nothing.

    ``changes`` are in the order of their days; with each the payment is reckoned anew for the months that are left.
    Raises ``CalculationError``.
    """
    _checked(terms, changes, prepayments)
    debt = _Debt(terms)
    instalments = []
    for number in range(1, terms.months + 1):
        begins = add_months(terms.start, number - 1)
        debt.follow(next((each.percent for each in reversed(changes) if each.day <= begins), terms.percent), number)
        principal, interest = debt.pay(number)
        prepaid = [debt.prepay(each, number) for each in prepayments if each.number == number]
        instalments.append(
            Instalment(
                number=number,
                due=add_months(terms.start, number),
                principal=debt.money(principal),
                interest=debt.money(interest),
                prepaid=debt.money(sum(prepaid)),
                balance=debt.money(debt.owed),
                percent=debt.percent,
            )
        )
        if not debt.owed:
            break
    return tuple(instalments)


class _Debt:
    """What is owed, in minor units, and what each month takes of it, up to instalment ``last``."""

    def __init__(self, terms: LoanTerms) -> None:
        self._currency = terms.amount.currency
        self._method = terms.method
        self.owed = terms.amount.minor
        self.percent = terms.percent
        self._rate = _monthly(terms.percent)
        self.last = terms.months
        self._step = self._anew(self.last)

    def money(self, minor: int) -> Money:
        return Money(minor, self._currency)

    def follow(self, percent: Decimal, number: int) -> None:
        """Another rate from instalment ``number`` on."""
        if percent != self.percent:
            self.percent = percent
            self._rate = _monthly(percent)
            self._step = self._anew(self.last - number + 1)

    def pay(self, number: int) -> tuple[int, int]:
        """Principal and interest of one instalment."""
        interest = self._interest(self.owed)
        principal = self.owed if number == self.last else min(self.owed, self._principal(interest))
        self.owed -= principal
        return principal, interest

    def prepay(self, prepayment: Prepayment, number: int) -> int:
        """How much of it was still owed."""
        paid = min(self.owed, prepayment.amount.minor)
        self.owed -= paid
        left = self.last - number
        if self.owed and prepayment.effect is Effect.LOWER_PAYMENT:
            self._step = self._anew(left)
        elif self.owed:
            self.last = number + self._needed(left)
        return paid

    def _anew(self, months: int) -> int:
        """The equal instalment, or the equal principal, that repays all in ``months``."""
        amount = self.money(self.owed)
        if self._method is Method.EQUAL_INSTALMENTS:
            return _annuity(amount.decimal, self.percent, months, self._currency).minor
        return rounded(amount.decimal / months, self._currency).minor

    def _interest(self, owed: int) -> int:
        """Of one month. In whole numbers: it is asked for more often than all else together."""
        part, whole = self._rate
        return (2 * owed * part + whole) // (2 * whole)

    def _principal(self, interest: int) -> int:
        return max(self._step - interest, 0) if self._method is Method.EQUAL_INSTALMENTS else self._step

    def _needed(self, most: int) -> int:
        """How many more instalments of the same size it takes, ``most`` at most."""
        owed, count = self.owed, 0
        while owed > 0 and count < most:
            owed -= self._principal(self._interest(owed))
            count += 1
        return count


def _monthly(percent: Decimal) -> tuple[int, int]:
    """A month's rate of ``percent`` a year, as a ratio."""
    part, whole = percent.as_integer_ratio()
    return part, whole * 1200


@exact
def _annuity(amount: Decimal, percent: Decimal, months: int, currency: str) -> Money:
    rate = percent / HUNDRED / 12
    if not rate:
        return rounded(amount / months, currency)
    growth = (1 + rate) ** months
    return rounded(amount * rate * growth / (growth - 1), currency)


def _checked(terms: LoanTerms, changes: Sequence[RateChange], prepayments: Sequence[Prepayment]) -> None:
    if not 1 <= terms.months <= MOST_MONTHS:
        raise CalculationError("term_months", "out_of_range")
    if terms.amount.minor < 1:
        raise CalculationError("amount", "not_positive")
    days = [change.day for change in changes]
    if days != sorted(set(days)):
        raise CalculationError("rate_changes", "not_in_order")
    for each in prepayments:
        if not 1 <= each.number <= terms.months:
            raise CalculationError("prepayments.number", "out_of_range")
        if each.amount.currency != terms.amount.currency:
            raise CalculationError("prepayments.amount", "other_currency")
