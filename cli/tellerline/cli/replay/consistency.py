"""Whether the files of a recorded bank agree with each other."""

from __future__ import annotations

from collections import Counter

from tellerline.cli.replay.berka_files import BerkaBank, BerkaFileError


def check_files(recorded: BerkaBank) -> None:
    """Return if every row refers to rows that are there and every account has one owner; else ``BerkaFileError``."""
    accounts = {account.number for account in recorded.accounts}
    clients = {client.number for client in recorded.clients}
    dispositions = {disposition.number for disposition in recorded.dispositions}
    owners = Counter(disposition.account for disposition in recorded.dispositions if disposition.owner)
    if not recorded.movements:
        raise BerkaFileError("trans.asc: no movement")
    for disposition in recorded.dispositions:
        _must(disposition.account in accounts, f"disp.asc: disposition {disposition.number} is of an unknown account")
        _must(disposition.client in clients, f"disp.asc: disposition {disposition.number} is of an unknown client")
    for account in recorded.accounts:
        _must(owners[account.number] == 1, f"disp.asc: account {account.number} has {owners[account.number]} owners")
    for card in recorded.cards:
        _must(card.disposition in dispositions, f"card.asc: card {card.number} is of an unknown disposition")
    for loan in recorded.loans:
        _must(loan.account in accounts, f"loan.asc: loan {loan.number} is of an unknown account")
    for movement in recorded.movements:
        _must(movement.account in accounts, f"trans.asc: movement {movement.number} is of an unknown account")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise BerkaFileError(otherwise)
