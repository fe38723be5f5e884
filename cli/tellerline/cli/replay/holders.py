"""Who the recorded accounts belong to here: fictional people and numbers, made from the file's own numbers alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.cli.replay.berka_files import BerkaBank, BerkaClient
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
    """By the file's account number, of files that agree with each other."""
    clients = {client.number: customer_of(client) for client in bank.clients}
    owners: dict[str, str] = {}
    disponents: dict[str, list[str]] = defaultdict(list)
    for disposition in bank.dispositions:
        if disposition.owner:
            owners[disposition.account] = disposition.client
        else:
            disponents[disposition.account].append(clients[disposition.client].number)
    return {
        account: Holder(
            account=account,
            number=account_number(account),
            customer=clients[owner],
            pin=f"{int(owner) * _PIN_STEP % _PINS:06d}",
            disponents=tuple(disponents[account]),
        )
        for account, owner in owners.items()
    }
