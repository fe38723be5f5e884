"""Foreign exchange: the sold currency leaves its account, the deal uses the quote up, the bought one arrives."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.routing.model.command import Command
from tellerline.routing.model.fx import CreateDeal, ExecuteDeal, FxDeal
from tellerline.routing.model.settlement import CreditAccount, DebitAccount, SettlementPurpose
from tellerline.routing.transactions.legs import AttestedError, Plan, Progress, Step, WhenRefused

_Deal = Progress[CreateDeal]


def _debit(progress: _Deal) -> Sequence[Command]:
    asked = progress.command
    purpose = SettlementPurpose.FX
    return [DebitAccount(account=asked.account, amount=asked.sell, purpose=purpose, counterparty=asked.credit_account)]


def _deal(progress: _Deal) -> Sequence[Command]:
    asked = progress.command
    return [
        ExecuteDeal(
            account=asked.account,
            quote=asked.quote,
            credit_account=asked.credit_account,
            sell=asked.sell,
            buy=asked.buy,
        )
    ]


def _credit(progress: _Deal) -> Sequence[Command]:
    """What was dealt, which is what was asked: the host deals both amounts or nothing."""
    asked, purpose = progress.command, SettlementPurpose.FX
    return [
        CreditAccount(
            account=asked.credit_account,
            amount=asked.buy,
            purpose=purpose,
            counterparty=asked.account,
            narrative=_number(progress),
        )
    ]


def _number(progress: _Deal) -> str:
    """The deal's, or the quote's where nobody knows it."""
    try:
        return progress.result("deal", FxDeal).deal
    except AttestedError:
        return progress.command.quote


PLANS = (
    Plan(
        command=CreateDeal,
        steps=(
            Step(name="debit", asks=DebitAccount, legs=_debit),
            Step(name="deal", asks=ExecuteDeal, legs=_deal),
            Step(name="credit", asks=CreditAccount, legs=_credit, when_refused=WhenRefused.FORWARD),
        ),
        result=lambda progress: progress.result("deal", FxDeal),
        booking="deal",
    ),
)
