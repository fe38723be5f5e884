"""Bank–securities transfers 银证转账: the core host and the securities host, one leg each, the debit always first."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.routing.model.command import Command
from tellerline.routing.model.securities import (
    DepositFunds,
    FundsBooked,
    FundsTransferred,
    TransferToBank,
    TransferToSecurities,
    WithdrawFunds,
)
from tellerline.routing.model.settlement import Booked, CreditAccount, DebitAccount, SettlementPurpose
from tellerline.routing.transactions.legs import Plan, Progress, Step

_ToSecurities = Progress[TransferToSecurities]
_ToBank = Progress[TransferToBank]


def _debit(progress: _ToSecurities) -> Sequence[Command]:
    asked = progress.command
    purpose, narrative = SettlementPurpose.SECURITIES, "银证转账 银行转证券"
    return [DebitAccount(account=asked.account, amount=asked.amount, purpose=purpose, narrative=narrative)]


def _deposit(progress: _ToSecurities) -> Sequence[Command]:
    return [DepositFunds(account=progress.command.account, amount=progress.command.amount)]


def _to_securities(progress: _ToSecurities) -> FundsTransferred:
    bank, funds = progress.result("debit", Booked), progress.result("deposit", FundsBooked)
    return FundsTransferred(
        bank_balance=bank.balance_after, funds_balance=funds.balance_after, booked_at=funds.booked_at
    )


def _withdraw(progress: _ToBank) -> Sequence[Command]:
    return [WithdrawFunds(account=progress.command.account, amount=progress.command.amount)]


def _credit(progress: _ToBank) -> Sequence[Command]:
    asked = progress.command
    purpose, narrative = SettlementPurpose.SECURITIES, "银证转账 证券转银行"
    return [CreditAccount(account=asked.account, amount=asked.amount, purpose=purpose, narrative=narrative)]


def _to_bank(progress: _ToBank) -> FundsTransferred:
    bank, funds = progress.result("credit", Booked), progress.result("withdraw", FundsBooked)
    return FundsTransferred(
        bank_balance=bank.balance_after, funds_balance=funds.balance_after, booked_at=bank.booked_at
    )


PLANS = (
    Plan(
        command=TransferToSecurities,
        steps=(
            Step(name="debit", asks=DebitAccount, legs=_debit),
            Step(name="deposit", asks=DepositFunds, legs=_deposit),
        ),
        result=_to_securities,
        booking="debit",
    ),
    Plan(
        command=TransferToBank,
        steps=(
            Step(name="withdraw", asks=WithdrawFunds, legs=_withdraw),
            Step(name="credit", asks=CreditAccount, legs=_credit),
        ),
        result=_to_bank,
        booking="credit",
    ),
)
