"""Double-entry bookkeeping in whole minor units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tellerline.simulators.ledger.account import Entry, LedgerAccount, Leg, Transaction
from tellerline.simulators.ledger.table import Table


class LedgerError(Exception):
    """The ledger refused, and nothing changed."""


class UnknownAccountError(LedgerError):
    """A leg or a question names an account that was never opened."""


class UnbalancedError(LedgerError):
    """Legs do not sum to zero in each currency, or there are fewer than two."""


class InsufficientFundsError(LedgerError):
    """A debit exceeds booked balance + overdraft - holds."""


class BookingDateError(LedgerError):
    """The booking date lies before an entry that the account already has."""


class AlreadyReversedError(LedgerError):
    """The transaction was reversed before, or is itself a reversal."""


class Ledger:
    """Accounts and the transactions between them; the sum of all balances is zero per currency, always.

    Every method is atomic: it does all or raises a ``LedgerError`` and changes nothing. Not thread-safe.
    ``snapshot`` takes constant time; ``reset`` takes time for what was touched since, not for what is there.
    """

    def __init__(self) -> None:
        self._accounts: dict[str, LedgerAccount] = {}
        self._holds: Table[str, tuple[str, int]] = Table()
        self._touched: dict[str, tuple[int, int, int, int] | None] = {}
        self._reversed: list[Transaction] = []
        self.transactions = 0
        self._transactions_before = 0

    def open(self, number: str, currency: str, *, internal: bool = False, overdraft: int = 0) -> LedgerAccount:
        """Open an account with balance zero; ``LedgerError`` if the number is taken."""
        if number in self._accounts:
            raise LedgerError(f"account {number} exists")
        account = LedgerAccount(number, currency, internal, overdraft)
        self._touched.setdefault(number, None)
        self._accounts[number] = account
        return account

    def internal(self, number: str, currency: str) -> LedgerAccount:
        """One of the bank's own accounts, opened when first asked for."""
        return self._accounts.get(number) or self.open(number, currency, internal=True)

    def account(self, number: str) -> LedgerAccount:
        """The account to read from; changing it directly escapes snapshots."""
        try:
            return self._accounts[number]
        except KeyError:
            raise UnknownAccountError(number) from None

    def __contains__(self, number: str) -> bool:
        return number in self._accounts

    def accounts(self) -> Iterator[LedgerAccount]:
        return iter(self._accounts.values())

    def post(
        self,
        legs: Iterable[Leg],
        *,
        serial: str,
        booking_date: str,
        booked_at: str,
        kind: str,
        narrative: str = "",
        reference: str = "",
        forced: bool = False,
    ) -> Transaction:
        """Book one transaction. ``forced`` books even where funds do not suffice (fees, corrections, history).

        ``booking_date`` is an ISO 8601 accounting date; an account's entries never go back in it.
        """
        transaction = Transaction(serial, booking_date, booked_at, kind, narrative, reference, tuple(legs))
        self._check(transaction, forced)
        self._book(transaction)
        return transaction

    def reverse(self, original: Transaction, *, serial: str, booking_date: str, booked_at: str) -> Transaction:
        """Book the opposite of every leg, whatever the funds: ``REVERSAL`` on the same day, ``ADJUSTMENT`` later."""
        if not original.effective:
            raise AlreadyReversedError(original.serial)
        kind = "REVERSAL" if booking_date == original.booking_date else "ADJUSTMENT"
        legs = tuple(leg._replace(amount=-leg.amount) for leg in original.legs)
        reversal = Transaction(
            serial, booking_date, booked_at, kind, original.narrative, original.reference, legs, reverses=original
        )
        self._check(reversal, forced=True)
        self._book(reversal)
        original.reversed_by = reversal
        self._reversed.append(original)
        return reversal

    def hold(self, key: str, number: str, amount: int) -> None:
        """Set ``amount`` of an account aside under ``key`` until released; not more than is available."""
        account = self.account(number)
        if key in self._holds or amount <= 0:
            raise LedgerError(f"hold {key} exists or is not positive")
        if amount > account.available:
            raise InsufficientFundsError(number)
        self._touch(account)
        self._holds.put(key, (number, amount))
        account.held += amount

    def release(self, key: str) -> None:
        """End a hold; ``LedgerError`` when there is none of that key."""
        held = self._holds.get(key)
        if held is None:
            raise LedgerError(f"no hold {key}")
        account = self.account(held[0])
        self._touch(account)
        self._holds.drop(key)
        account.held -= held[1]

    def set_overdraft(self, number: str, overdraft: int) -> None:
        account = self.account(number)
        self._touch(account)
        account.overdraft = overdraft

    def trial_balance(self) -> dict[str, int]:
        """Sum of all balances per currency: every value is zero, or the ledger is broken."""
        totals: dict[str, int] = {}
        for account in self._accounts.values():
            totals[account.currency] = totals.get(account.currency, 0) + account.balance
        return totals

    def snapshot(self) -> None:
        """Make the present state the one that ``reset`` returns to."""
        self._holds.snapshot()
        self._touched = {}
        self._reversed = []
        self._transactions_before = self.transactions

    def reset(self) -> None:
        """Return to the last snapshot, or to the empty ledger; may be repeated."""
        self._holds.reset()
        for number, before in self._touched.items():
            if before is None:
                del self._accounts[number]
                continue
            account = self._accounts[number]
            account.balance, account.held, account.overdraft, kept = before
            del account.entries[kept:]
        for transaction in self._reversed:
            transaction.reversed_by = None
        self.transactions = self._transactions_before
        self._touched = {}
        self._reversed = []

    def _check(self, transaction: Transaction, forced: bool) -> None:
        sums: dict[str, int] = {}
        moved: dict[str, int] = {}
        for leg in transaction.legs:
            account = self.account(leg.account)
            sums[account.currency] = sums.get(account.currency, 0) + leg.amount
            moved[leg.account] = change = moved.get(leg.account, 0) + leg.amount
            if change < 0 and not forced and not account.internal and -change > account.available:
                raise InsufficientFundsError(leg.account)
            if account.entries and account.entries[-1].transaction.booking_date > transaction.booking_date:
                raise BookingDateError(leg.account)
        if len(transaction.legs) < 2 or any(sums.values()):
            raise UnbalancedError(transaction.serial)

    def _book(self, transaction: Transaction) -> None:
        for leg in transaction.legs:
            account = self._accounts[leg.account]
            if leg.account not in self._touched:
                self._touch(account)
            account.balance += leg.amount
            if not account.internal:
                account.entries.append(
                    Entry(
                        len(account.entries) + 1,
                        leg.amount,
                        account.balance,
                        leg.counterparty_account,
                        leg.counterparty_name,
                        transaction,
                    )
                )
        self.transactions += 1

    def _touch(self, account: LedgerAccount) -> None:
        before = (account.balance, account.held, account.overdraft, len(account.entries))
        self._touched.setdefault(account.number, before)
