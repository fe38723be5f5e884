"""Payroll 代发工资: the company pays the total once, each payee gets his own, and what nobody could take comes back."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.routing.model.command import Command
from tellerline.routing.model.corporate import PaidLine, PayrollRun, RunPayroll
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done
from tellerline.routing.model.settlement import Booked, CreditAccount, DebitAccount, SettlementPurpose
from tellerline.routing.transactions.legs import Plan, Progress, Step, WhenRefused

_Payroll = Progress[RunPayroll]
_PURPOSE = SettlementPurpose.PAYROLL
_LINES_AT_ONCE = 8


def _debit(progress: _Payroll) -> Sequence[Command]:
    asked = progress.command
    return [DebitAccount(account=asked.account, amount=asked.total, purpose=_PURPOSE, narrative=asked.payroll)]


def _pay(progress: _Payroll) -> Sequence[Command]:
    asked = progress.command
    return [
        CreditAccount(
            account=line.account,
            amount=line.amount,
            purpose=_PURPOSE,
            name=line.name,
            counterparty=asked.account,
            narrative="代发工资",
        )
        for line in asked.lines
    ]


def _refused(progress: _Payroll) -> Money:
    asked, ended = progress.command, progress.ended["pay"]
    refused = (line for line, outcome in zip(asked.lines, ended, strict=True) if not isinstance(outcome, Done))
    return Money(sum(line.amount.minor for line in refused), asked.total.currency)


def _give_back(progress: _Payroll) -> Sequence[Command]:
    refused = _refused(progress)
    if not refused.minor:
        return []
    asked = progress.command
    narrative = f"{asked.payroll} 代发退回"
    return [CreditAccount(account=asked.account, amount=refused, purpose=_PURPOSE, narrative=narrative)]


def _run(progress: _Payroll) -> PayrollRun:
    asked, returned = progress.command, _refused(progress)
    lines = tuple(
        PaidLine(number=line.number, code="" if isinstance(outcome, Done) else outcome.code.value)
        for line, outcome in zip(asked.lines, progress.ended["pay"], strict=True)
    )
    return PayrollRun(
        payroll=asked.payroll,
        paid=Money(asked.total.minor - returned.minor, returned.currency),
        returned=returned,
        lines=lines,
        booked_at=progress.result("debit", Booked).booked_at,
    )


PLANS = (
    Plan(
        command=RunPayroll,
        steps=(
            Step(name="debit", asks=DebitAccount, legs=_debit),
            Step(
                name="pay",
                asks=CreditAccount,
                legs=_pay,
                when_refused=WhenRefused.KEEP,
                at_once=_LINES_AT_ONCE,
            ),
            Step(name="give-back", asks=CreditAccount, legs=_give_back, when_refused=WhenRefused.FORWARD),
        ),
        result=_run,
        booking="debit",
    ),
)
