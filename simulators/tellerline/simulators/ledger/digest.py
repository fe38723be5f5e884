"""One hash that says whether two ledgers saw the same business."""

from __future__ import annotations

import hashlib

from tellerline.simulators.ledger.account import Entry
from tellerline.simulators.ledger.ledger import Ledger

_FIELD = "\x1f"


def ledger_sha256(ledger: Ledger) -> str:
    """Hexadecimal SHA-256 over all accounts with a balance, an entry or an overdraft, in order of their numbers.

    Per account: number, currency, overdraft, balance; then, in sorted order, its effective entries: accounting date,
    amount, kind, counterparty's account and name, narrative. Left out on purpose, because retries, faults and timing
    may change them without changing the business: serials, references, times of day, sequence numbers, balances in
    between, holds, and each transaction that was reversed together with its reversal. The bank's own accounts count
    by their balance alone, for each of their entries mirrors one that is counted.

    Equal hashes mean: the same movements on the same accounts on the same accounting dates, each exactly as often.
    """
    digest = hashlib.sha256()
    for account in sorted(ledger.accounts(), key=lambda each: each.number):
        lines = sorted(_line(entry) for entry in account.entries if entry.transaction.effective)
        if not lines and account.balance == 0 and account.overdraft == 0:
            continue
        head = (account.number, account.currency, str(account.overdraft), str(account.balance), str(len(lines)))
        digest.update(_FIELD.join(head).encode())
        digest.update(b"\n")
        digest.update("".join(lines).encode())
    return digest.hexdigest()


def _line(entry: Entry) -> str:
    transaction = entry.transaction
    fields = (
        transaction.booking_date,
        str(entry.amount),
        transaction.kind,
        entry.counterparty_account,
        entry.counterparty_name,
        transaction.narrative,
    )
    return _FIELD.join(fields) + "\n"
