"""Payroll 代发工资: claimed at its host, so that it is paid once; the company pays the total, each payee gets his own,
what nobody could take comes back, and the host learns what became of each line."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.routing.model.command import Command
from tellerline.routing.model.corporate import (
    ClaimPayroll,
    PaidLine,
    PayrollRun,
    ReportPayroll,
    RunPayroll,
)
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done
from tellerline.routing.model.settlement import Booked, CreditAccount, DebitAccount, SettlementPurpose
from tellerline.routing.transactions.legs import Plan, Progress, Step, WhenRefused

_Payroll = Progress[RunPayroll]
_PURPOSE = SettlementPurpose.PAYROLL
_LINES_AT_ONCE = 8


def _claimed(progress: _Payroll) -> dict[str, str]:
    """By the plan's own reference: what the host answers to the claim need not be known."""
    asked = progress.command
    return {
        "company": asked.company,
        "representative": asked.representative,
        "account": asked.account,
        "payroll": asked.payroll,
        "claim": progress.reference,
    }


def _claim(progress: _Payroll) -> Sequence[Command]:
    return [ClaimPayroll(**_claimed(progress))]


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


def _lines(progress: _Payroll) -> tuple[PaidLine, ...]:
    return tuple(
        PaidLine(number=line.number, code="" if isinstance(outcome, Done) else outcome.code.value)
        for line, outcome in zip(progress.command.lines, progress.ended["pay"], strict=True)
    )


def _report(progress: _Payroll) -> Sequence[Command]:
    return [ReportPayroll(**_claimed(progress), lines=_lines(progress))]


def _run(progress: _Payroll) -> PayrollRun:
    asked, returned = progress.command, _refused(progress)
    return PayrollRun(
        payroll=asked.payroll,
        paid=Money(asked.total.minor - returned.minor, returned.currency),
        returned=returned,
        lines=_lines(progress),
        booked_at=progress.result("debit", Booked).booked_at,
    )


PLANS = (
    Plan(
        command=RunPayroll,
        steps=(
            Step(name="claim", asks=ClaimPayroll, legs=_claim),
            Step(name="debit", asks=DebitAccount, legs=_debit),
            Step(
                name="pay",
                asks=CreditAccount,
                legs=_pay,
                when_refused=WhenRefused.KEEP,
                at_once=_LINES_AT_ONCE,
            ),
            Step(name="give-back", asks=CreditAccount, legs=_give_back, when_refused=WhenRefused.FORWARD),
            Step(name="report", asks=ReportPayroll, legs=_report, when_refused=WhenRefused.FORWARD),
        ),
        result=_run,
        booking="debit",
    ),
)
