"""The recorded bank filed at the simulated hosts, before its first day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.cli.replay.berka_files import CURRENCY, BerkaBank, BerkaLoan
from tellerline.cli.replay.days import WorkDay, narrative, posting_kind
from tellerline.cli.replay.holders import Holder, account_number, customer_of, loan_number
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.core.register import AccountKind, CoreAccount, IssuedCard
from tellerline.simulators.credit.loans import Loan
from tellerline.simulators.credit.schedule import RepaymentMethod
from tellerline.simulators.population.numbers import card_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How much was filed."""

    customers: int
    accounts: int
    disponents: int
    cards: int
    loans: int


def load_bank(
    bank: SimulatedBank,
    recorded: BerkaBank,
    holders: Mapping[str, Holder],
    *,
    overdrafts: Mapping[str, int],
    loan_payments: Mapping[str, int],
) -> Loaded:
    """File everybody and everything, by the file's account numbers."""
    branch = bank.core.host.branch
    for client in recorded.clients:
        branch.open_customer(customer_of(client))
    for account in recorded.accounts:
        holder = holders[account.number]
        branch.open_account(
            CoreAccount(
                number=holder.number,
                kind=AccountKind.ACCOUNT,
                product=account.frequency,
                currency=CURRENCY,
                owner=holder.customer.number,
                opened_on=account.opened.isoformat(),
                pin=holder.pin,
                disponents=holder.disponents,
            ),
            overdraft=overdrafts.get(account.number, 0),
        )
    _issue_cards(bank, recorded)
    for loan in recorded.loans:
        bank.credit.host.grant(_loan(loan, holders[loan.account], loan_payments.get(loan.account, 0)))
    return Loaded(
        customers=len(recorded.clients),
        accounts=len(recorded.accounts),
        disponents=sum(not disposition.owner for disposition in recorded.dispositions),
        cards=len(recorded.cards),
        loans=len(recorded.loans),
    )


def post_day(bank: SimulatedBank, day: WorkDay) -> None:
    """Book at the host what no customer ordered: cash, interest, fees, money from other banks."""
    post = bank.core.host.branch.post
    for movement in day.postings:
        other = f"{movement.other_bank}/{movement.other_account}" if movement.other_bank else movement.other_account
        post(
            account_number(movement.account),
            movement.movement,
            kind=posting_kind(movement),
            narrative=narrative(movement),
            counterparty_account=other,
        )


def _issue_cards(bank: SimulatedBank, recorded: BerkaBank) -> None:
    dispositions = {disposition.number: disposition for disposition in recorded.dispositions}
    clients = {client.number: client for client in recorded.clients}
    for card in recorded.cards:
        disposition = dispositions[card.disposition]
        bank.core.host.branch.issue_card(
            IssuedCard(
                number=card_number(int(card.number)),
                product=card.kind,
                account=account_number(disposition.account),
                holder=customer_of(clients[disposition.client]).number,
                issued_on=card.issued.isoformat(),
            )
        )


def _loan(loan: BerkaLoan, holder: Holder, paid: int) -> Loan:
    """Without interest, as the file has it: its instalments sum to its amount. ``paid``: by the account, for it."""
    return Loan(
        number=loan_number(loan.number),
        account=holder.number,
        borrower_name=holder.customer.name,
        currency=CURRENCY,
        principal=loan.amount,
        rate_ppm=0,
        method=RepaymentMethod.EQUAL_INSTALMENTS,
        granted_on=loan.granted.isoformat(),
        instalments=loan.months,
        repaid=min(paid, loan.amount),
    )
