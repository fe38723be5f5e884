"""The simulated ledger against the file, transfer by transfer: the judge that no answer of the gateway can sway."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tellerline.cli.replay.berka_files import BerkaMovement
from tellerline.cli.replay.days import narrative
from tellerline.cli.replay.holders import account_number
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.ledger import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCheck:
    """``wrong`` lists the rows of transfers that were not done, done more than once, or done as something else."""

    done: int
    total: int
    wrong: tuple[str, ...]


def check_transfers(bank: SimulatedBank, ordered: Sequence[BerkaMovement], serials: Mapping[str, str]) -> TransferCheck:
    """Each of ``ordered`` must stand in the ledger exactly once, under the serial that the gateway gave for it.

    ``total`` is in hellers. A booking that was reversed counts as not there, and its reversal neither; a transfer that
    nobody ordered is wrong too.
    """
    booked: dict[str, list[Transaction]] = defaultdict(list)
    for account in bank.ledger.accounts():
        for entry in account.entries:
            if entry.transaction.kind == "TRANSFER" and entry.transaction.effective:
                booked[entry.transaction.narrative].append(entry.transaction)
    wrong, total, done = [], 0, 0
    for transfer in ordered:
        found = booked.pop(narrative(transfer), [])
        if len(found) == 1 and _is(found[0], transfer, serials.get(transfer.number, "")):
            done += 1
            total -= transfer.movement
        else:
            wrong.append(transfer.number)
    wrong.extend(f"not in the file: {text}" for text in booked)
    return TransferCheck(done=done, total=total, wrong=tuple(wrong))


def _is(transaction: Transaction, transfer: BerkaMovement, serial: str) -> bool:
    leg = transaction.legs[0]
    return (
        transaction.reference == serial
        and transaction.booking_date == transfer.day.isoformat()
        and leg.account == account_number(transfer.account)
        and leg.amount == transfer.movement
        and leg.counterparty_account == f"{transfer.other_bank}/{transfer.other_account}"
    )
