"""Who the recorded accounts belong to here: fictional people and numbers, made from the file's own numbers alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tellerline.cli.replay.berka_files import BerkaBank, BerkaClient, BerkaFileError
from tellerline.simulators.core.register import Customer

_PINS = 1_000_000
_PIN_STEP = 7_919


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An account's owner. ``account`` is the file's number of the account, ``number`` the host's."""

    account: str
    number: str
    customer: Customer
    pin: str
    disponents: tuple[str, ...] = ()


def account_number(account: str) -> str:
    """Ten digits."""
    return f"{int(account):010d}"


def loan_number(loan: str) -> str:
    return f"LN{int(loan):08d}"


def customer_of(client: BerkaClient) -> Customer:
    """A sample name, as no two people have, and a document that no authority issued; the same for the same client."""
    number = f"{int(client.number):08d}"
    name = f"{'Jana Vzorová' if client.female else 'Jan Vzor'} {int(client.number)}"
    return Customer(number=number, name=name, identity_document=f"TEST-{client.born:%y%m%d}-{number}")


def holders_of(bank: BerkaBank) -> Mapping[str, Holder]:
    """By the file's account number. Raises ``BerkaFileError`` for an account without exactly one owner."""
    clients = {client.number: client for client in bank.clients}
    owners: dict[str, list[str]] = defaultdict(list)
    disponents: dict[str, list[str]] = defaultdict(list)
    for disposition in bank.dispositions:
        (owners if disposition.owner else disponents)[disposition.account].append(disposition.client)
    found = {}
    for account in bank.accounts:
        owner = clients.get(_only(owners[account.number], account.number))
        others = [clients.get(number) for number in disponents[account.number]]
        if owner is None or None in others:
            raise BerkaFileError(f"disp.asc: account {account.number} belongs to a client who is not in client.asc")
        found[account.number] = Holder(
            account=account.number,
            number=account_number(account.number),
            customer=customer_of(owner),
            pin=f"{int(owner.number) * _PIN_STEP % _PINS:06d}",
            disponents=tuple(customer_of(other).number for other in others if other is not None),
        )
    return found


def _only(owners: Sequence[str], account: str) -> str:
    if len(owners) != 1:
        raise BerkaFileError(f"disp.asc: account {account} has {len(owners)} owners")
    return owners[0]
