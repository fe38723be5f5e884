"""Securities accounts, each bound to one bank account, with the money and the shares in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Ledger, LedgerAccount, Table
from tellerline.simulators.securities import codes

CURRENCY = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuritiesAccount:
    """``number`` is also that of the funds account in the money ledger. ``held`` are the codes ever held, sorted."""

    number: str
    bank_account: str
    holder_name: str
    frozen: bool = False
    held: tuple[str, ...] = ()


class Register:
    """Accounts by the bank account that they are bound to; money and shares are in ledgers of their own.

    In the ledger of shares a security is its own currency: what customers hold, the market's side account owes.
    """

    def __init__(self, money: Ledger, shares: Ledger) -> None:
        self.money = money
        self.shares = shares
        self._accounts: Table[str, SecuritiesAccount] = Table()
        self._bank_accounts: Table[str, str] = Table()

    def open(self, account: SecuritiesAccount) -> None:
        """``ValueError`` when the bank account is bound already."""
        if account.bank_account in self._accounts:
            raise ValueError(f"{account.bank_account} is bound to another securities account")
        self.money.open(account.number, CURRENCY)
        self._accounts.put(account.bank_account, account)
        self._bank_accounts.put(account.number, account.bank_account)

    def put(self, account: SecuritiesAccount) -> None:
        """Put an open account on file as it stands now."""
        self._accounts.put(account.bank_account, account)

    def find(self, bank_account: str) -> SecuritiesAccount:
        """Refuses a bank account to which nothing is bound."""
        account = self._accounts.get(bank_account)
        if account is None:
            raise RefusedError(codes.NO_SECURITIES_ACCOUNT)
        return account

    def usable(self, bank_account: str) -> SecuritiesAccount:
        """As ``find``, and refuses a frozen one."""
        account = self.find(bank_account)
        if account.frozen:
            raise RefusedError(codes.ACCOUNT_FROZEN)
        return account

    def funds(self, account: SecuritiesAccount) -> LedgerAccount:
        return self.money.account(account.number)

    def position(self, number: str, code: str) -> LedgerAccount:
        """The shares of one security in one account, opened when first asked for."""
        name = f"{number}/{code}"
        if name in self.shares:
            return self.shares.account(name)
        bank_account = self._bank_accounts.get(number)
        account = self._accounts.get(bank_account or "")
        if account is None:
            raise KeyError(number)
        self._accounts.put(account.bank_account, replace(account, held=tuple(sorted({*account.held, code}))))
        return self.shares.open(name, code)

    def all(self) -> Iterator[SecuritiesAccount]:
        return self._accounts.values()

    def snapshot(self) -> None:
        self._accounts.snapshot()
        self._bank_accounts.snapshot()

    def reset(self) -> None:
        self._accounts.reset()
        self._bank_accounts.reset()
