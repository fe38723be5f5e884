"""Every kind of table by its name, read from TOML; and the standard ones that come with the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tellerline.routing.calculators.credit import CreditRules, Words
from tellerline.routing.information.cells import TableError
from tellerline.routing.information.offers import Fees, Products
from tellerline.routing.information.places import Places
from tellerline.routing.information.rates import DepositRates, ExchangeRates, InterestTax, LoanRates, TreasuryBonds
from tellerline.routing.information.reading_credit import read_credit_rules
from tellerline.routing.information.reading_offers import read_fees, read_products
from tellerline.routing.information.reading_places import read_places
from tellerline.routing.information.reading_rates import (
    read_deposit_rates,
    read_exchange_rates,
    read_interest_tax,
    read_loan_rates,
    read_treasury_bonds,
)
from tellerline.routing.tickets.tables import Table

LONGEST = 500_000
"""Characters that a table may have."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """What people call it, what it ``holds``, and how its content is read; ``read`` raises ``TableError``."""

    title: Words
    holds: type[object]
    read: Callable[[Table], Any]


KINDS: Mapping[str, TableKind] = {
    "branches": TableKind(Words("网点与自助设备", "Branches and cash machines"), Places, read_places),
    "credit-rules": TableKind(Words("信用评分规则", "Credit score rules"), CreditRules, read_credit_rules),
    "deposit-rates": TableKind(Words("存款利率", "Deposit rates"), DepositRates, read_deposit_rates),
    "exchange-rates": TableKind(Words("外汇牌价", "Exchange rates"), ExchangeRates, read_exchange_rates),
    "fees": TableKind(Words("收费标准", "Fees"), Fees, read_fees),
    "interest-tax": TableKind(Words("利息税", "Interest tax"), InterestTax, read_interest_tax),
    "loan-rates": TableKind(Words("贷款利率", "Loan rates"), LoanRates, read_loan_rates),
    "products": TableKind(Words("产品", "Products"), Products, read_products),
    "treasury-bonds": TableKind(Words("国债", "Treasury bonds"), TreasuryBonds, read_treasury_bonds),
}
"""By name, in its order."""


_NAMES = {kind.holds: name for name, kind in KINDS.items()}


def name_of(holds: type[object]) -> str:
    """The name of the table with such contents."""
    return _NAMES[holds]


def read_table(name: str, content: str) -> Any:
    """What the table ``name`` holds. Raises ``TableError``, which names the place and the mistake."""
    if len(content) > LONGEST:
        raise TableError(f"the file: has more than {LONGEST} characters")
    table = Table.document(content, TableError)
    held = KINDS[name].read(table)
    table.close()
    return held


@cache
def standard_table(name: str) -> str:
    """The content of the table that comes with the product."""
    folder = files("tellerline.routing.information") / "data"
    return (folder / f"{name}.toml").read_text(encoding="utf-8")
