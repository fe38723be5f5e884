"""Fictional companies with everything that company banking needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from tellerline.adapters.clock import Randomness, SeededRandomness
from tellerline.simulators.core.branch import Branch
from tellerline.simulators.core.register import AccountKind, AccountStatus, CoreAccount, Customer
from tellerline.simulators.corporate.host import CorporateHost
from tellerline.simulators.corporate.register import Company, CompanyAccount, CompanyLoan, Keeper, Representative
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.hosting.host import Holder
from tellerline.simulators.ledger import Leg

PIN = "246810"
"""Of every representative."""
REPRESENTATIVES = ("1001", "1002")
MAGIC_COMPANY = "7099999999"
_HOLDERS_PER_COMPANY = 50
_PLACES = ("云岭", "锦川", "望海", "白桦", "青禾", "临江", "石桥", "东篱")
_WORDS = ("宏远", "瑞丰", "恒达", "嘉禾", "众诚", "启明", "鼎新", "华彩", "同舟", "博雅")
_TRADES = ("机电设备", "食品", "纺织", "信息技术", "建筑工程", "物流", "医药", "农业")
_BANKS = ("102999000018", "103999000026", "105999000034")
_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_code(serial: int) -> str:
    """Nine characters as GB 11714 has them."""
    body = f"{serial:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(rest, str(rest))


def credit_code(serial: int) -> str:
    """Eighteen characters as GB 32100 has them, of a region that does not exist: it can belong to nobody."""
    body = f"91990000{organisation_code(serial)}"
    total = sum(_DIGITS.index(digit) * pow(3, place, 31) for place, digit in enumerate(body))
    return body + _DIGITS[-total % 31]


def company_account(serial: int) -> str:
    """Twenty digits, the front-end's own."""
    return f"9903{serial:016d}"


def payroll_account(serial: int) -> str:
    """Twenty digits, at the core host."""
    return f"9904{serial:016d}"


_MAGIC = 999_999_900
_POOR, _FROZEN = _MAGIC + 90, _MAGIC + 91
MAGIC_FAULTS = {company_account(_MAGIC + 1 + index): kind for index, kind in enumerate(FaultKind)}
"""The magic company's accounts by what changes from them meet at this host."""
MAGIC_WAGES = {payroll_account(_MAGIC + 1 + index): kind for index, kind in enumerate(FaultKind)}
"""Its payroll accounts by what a debit of them meets at the core host."""


def found_companies(host: CorporateHost, branch: Branch | None, holders: Sequence[Holder], seed: int) -> None:
    """One company for every fifty holders and at least three; with ``branch``, an account at the core host for each.

    The magic company has accounts and payroll accounts that are known beforehand, all in yuan.
    """
    if not holders:
        return
    chance = SeededRandomness(f"corporate/{seed}")
    founder = _Founder(host, branch, chance, date.fromisoformat(host.calendar.accounting_date()))
    for index in range(max(3, len(holders) // _HOLDERS_PER_COMPANY)):
        founder.found(index + 1)
    founder.found_magic()


class _Movement(NamedTuple):
    """One booking against the bank's own account ``contra``; ``amount`` in minor units, negative debits."""

    amount: int
    kind: str
    narrative: str
    on: str
    contra: str
    party: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Founder:
    host: CorporateHost
    branch: Branch | None
    chance: Randomness
    today: date

    def found(self, index: int) -> None:
        company = Company(number=f"70{index:08d}", name=self._name(index), credit_code=credit_code(index))
        self._file(company)
        for offset, currency in enumerate(("CNY", "CNY", "USD", "EUR")[: 3 + index % 2]):
            self._open(
                company, company_account(index * 10 + offset), currency, (5 + self.chance.below(50)) * 100_000_00
            )
        self._open(company, company_account(index * 10 + 8), "CNY", 1_000_00, registered=False)
        self._remittances(company_account(index * 10))
        self._become_customer(company)
        self._payroll_account(company, payroll_account(index))
        if index % 2:
            self._lend(company, index)

    def found_magic(self) -> None:
        company = Company(number=MAGIC_COMPANY, name="试验有限公司", credit_code=credit_code(99_999_999))
        self._file(company)
        for number in (company_account(_MAGIC), *MAGIC_FAULTS):
            self._open(company, number, "CNY", 100_000_00)
        self._open(company, company_account(_POOR), "CNY", 1)
        self._open(company, company_account(_FROZEN), "CNY", 100_000_00, frozen=True)
        self._become_customer(company)
        for number in (payroll_account(_MAGIC), *MAGIC_WAGES):
            self._payroll_account(company, number)
        self._payroll_account(company, payroll_account(_POOR), balance=1)
        self._payroll_account(company, payroll_account(_FROZEN), status=AccountStatus.FROZEN)

    def _name(self, index: int) -> str:
        place = _PLACES[self.chance.below(len(_PLACES))]
        trade = _TRADES[self.chance.below(len(_TRADES))]
        return f"{place}{_WORDS[index % len(_WORDS)]}{trade}有限公司"

    def _file(self, company: Company) -> None:
        register = self.host.register
        register.companies.put(company.number, company)
        for number, name in zip(REPRESENTATIVES, ("赵经办", "钱复核"), strict=True):
            representative = Representative(company=company.number, number=number, name=name, pin=PIN)
            register.representatives.put((company.number, number), representative)

    def _open(
        self,
        company: Company,
        number: str,
        currency: str,
        balance: int,
        *,
        registered: bool = True,
        frozen: bool = False,
    ) -> None:
        """The opening balance came from the bank: ``BANK-<CCY>`` is what this host owes, or is owed by, the others."""
        host = self.host
        account = CompanyAccount(
            number=number,
            company=company.number,
            name=company.name,
            currency=currency,
            registered=registered,
            frozen=frozen,
        )
        host.register.accounts.put(number, account)
        host.ledger.open(number, currency)
        on = (self.today - timedelta(days=60)).isoformat()
        self._post(number, _Movement(balance, "TRANSFER_IN", "期初转入", on, f"BANK-{currency}"))

    def _remittances(self, account: str) -> None:
        for days in range(50, 0, -10):
            bank = _BANKS[self.chance.below(len(_BANKS))]
            amount = (1 + self.chance.below(90)) * 1_000_00
            incoming = self.chance.below(2) == 1
            movement = _Movement(
                amount=amount if incoming else -amount,
                kind="INCOMING_REMITTANCE" if incoming else "OUTGOING_REMITTANCE",
                narrative="货款",
                on=(self.today - timedelta(days=days)).isoformat(),
                contra="NOSTRO-CNY",
                party=f"{bank}/{9_905_000_000_000_000_000 + self.chance.below(10**9)}",
                name=f"{_PLACES[self.chance.below(len(_PLACES))]}贸易有限公司",
            )
            self._post(account, movement)

    def _post(self, account: str, movement: _Movement) -> None:
        host = self.host
        bank = host.ledger.internal(movement.contra, movement.contra.rpartition("-")[2])
        host.ledger.post(
            (Leg(account, movement.amount, movement.party, movement.name), Leg(bank.number, -movement.amount, account)),
            serial=host.serials.next(movement.on),
            booking_date=movement.on,
            booked_at=f"{movement.on}T12:00:00+08:00",
            kind=movement.kind,
            narrative=movement.narrative,
            forced=True,
        )

    def _become_customer(self, company: Company) -> None:
        if self.branch is not None:
            customer = Customer(number=company.number, name=company.name, identity_document=company.credit_code)
            self.branch.open_customer(customer)

    def _payroll_account(
        self,
        company: Company,
        number: str,
        *,
        balance: int = 20_000_000_00,
        status: AccountStatus = AccountStatus.ACTIVE,
    ) -> None:
        account = CompanyAccount(
            number=number, company=company.number, name=company.name, currency="CNY", kept_at=Keeper.CORE
        )
        self.host.register.accounts.put(number, account)
        if self.branch is None:
            return
        self.branch.open_account(
            CoreAccount(
                number=number,
                kind=AccountKind.ACCOUNT,
                product="单位结算账户",
                currency="CNY",
                owner=company.number,
                opened_on="2020-01-01",
                status=status,
            )
        )
        day = (self.today - timedelta(days=1)).isoformat()
        self.branch.post(number, balance, kind="INCOMING", narrative="期初转入", booking_date=day)

    def _lend(self, company: Company, index: int) -> None:
        loan = CompanyLoan(
            number=f"DQ{index:010d}",
            company=company.number,
            currency="CNY",
            principal=(1 + self.chance.below(20)) * 500_000_00,
            rate_ppm=43_500,
            granted_on=(self.today - timedelta(days=30 + self.chance.below(200))).isoformat(),
        )
        self.host.register.loans.put(loan.number, loan)
