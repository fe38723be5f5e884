"""What the admin API accepts; anything it does not know is an error."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from tellerline.simulators.core.register import AccountKind, AccountStatus
from tellerline.simulators.faults import FaultKind, GarbleStyle
from tellerline.simulators.ledger.money import minor_units

Text = Annotated[str, Field(max_length=200)]
Number = Annotated[str, Field(min_length=1, max_length=32)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Amount = Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,3})?$")]
Host = Annotated[str, Field(min_length=1, max_length=32)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomerData(_Model):
    number: Number
    name: Text
    identity_document: Number


class AccountData(_Model):
    number: Number
    owner: Number
    kind: AccountKind = AccountKind.CARD
    product: Text = ""
    currency: Currency = "CNY"
    opened_on: date = date(2020, 1, 1)
    pin: Annotated[str, Field(pattern="^[0-9]{0,12}$")] = ""
    overdraft: Amount = "0"


class LoanData(_Model):
    number: Annotated[str, Field(min_length=1, max_length=24)]
    account: Number
    borrower_name: Text
    currency: Currency = "CNY"
    principal: Amount
    rate_ppm: Annotated[int, Field(ge=0, le=9_999_999)]
    method: Literal["EQUAL_INSTALMENTS", "EQUAL_PRINCIPAL"] = "EQUAL_INSTALMENTS"
    granted_on: date
    instalments: Annotated[int, Field(ge=1, le=999)]
    repaid: Amount = "0"


class MovementData(_Model):
    """``amount`` in major units, negative for a debit; booked today unless ``booking_date`` says otherwise."""

    account: Number
    amount: Amount
    kind: Annotated[str, Field(pattern="^[A-Z_]{1,32}$")]
    narrative: Text = ""
    counterparty_account: Annotated[str, Field(max_length=64)] = ""
    counterparty_name: Annotated[str, Field(max_length=120)] = ""
    booking_date: date | None = None

    def minor(self, currency: str) -> int:
        return minor_units(self.amount, currency)


class BooksData(_Model):
    """Loaded in this order."""

    customers: tuple[CustomerData, ...] = ()
    accounts: tuple[AccountData, ...] = ()
    loans: tuple[LoanData, ...] = ()
    movements: tuple[MovementData, ...] = ()


class PopulationData(_Model):
    seed: int = 1
    customers: Annotated[int, Field(ge=1, le=50_000)] = 1_000
    magic: bool = True


class ClockData(_Model):
    """One of the two: an instant with offset, or seconds to go forward."""

    now: AwareDatetime | None = None
    advance_seconds: Annotated[float, Field(gt=0)] | None = None


class FaultData(_Model):
    """As ``FaultRule``; ``amount`` in major units of ``currency``. Without ``host`` every host gets the rule."""

    kind: FaultKind
    host: Host | None = None
    operations: frozenset[str] = frozenset()
    account: Annotated[str, Field(max_length=32)] = ""
    amount: Amount | None = None
    currency: Currency = "CNY"
    count: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: int | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None
    code: Annotated[str, Field(pattern="^[0-9]{4}$")] = "9999"
    style: GarbleStyle | None = None


class AccountChange(_Model):
    """What to change on an account; what is absent stays."""

    status: AccountStatus | None = None
    pin: Annotated[str, Field(pattern="^[0-9]{0,12}$")] | None = None
    overdraft: Amount | None = None


class MaintenanceData(_Model):
    """Instants with offset, on the bank's clock."""

    since: AwareDatetime
    until: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> MaintenanceData:
        if self.until <= self.since:
            raise ValueError("until is later than since")
        return self


class CrashData(_Model):
    seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0
