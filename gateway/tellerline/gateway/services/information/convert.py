"""Public information as messages of the contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from google.type.latlng_pb2 import LatLng

from tellerline.api.information.v1 import information_pb2 as pb
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.figures import day_to_proto, decimal_to_proto, optional_decimal_to_proto
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.values import date_to_proto, money_to_proto
from tellerline.routing.calculators.bond import BondKind
from tellerline.routing.calculators.credit import Words
from tellerline.routing.information.offers import Fee, Product
from tellerline.routing.information.places import Found, PlaceKind, Point
from tellerline.routing.information.rates import (
    DepositKind,
    DepositRate,
    ExchangeRate,
    ExchangeRates,
    LoanKind,
    LoanRate,
    TreasuryBond,
)
from tellerline.routing.model import fx

DEPOSIT_KINDS = EnumPair(pb.DepositKind.DESCRIPTOR, "DEPOSIT_KIND_", DepositKind)
LOAN_KINDS = EnumPair(pb.LoanKind.DESCRIPTOR, "LOAN_KIND_", LoanKind)
BOND_KINDS = EnumPair(pb.BondKind.DESCRIPTOR, "BOND_KIND_", BondKind)
PLACE_KINDS = EnumPair(pb.Branch.Kind.DESCRIPTOR, "KIND_", PlaceKind)
Say = Callable[[Words], str]
"""Says words in the caller's language."""


def deposit_rate_to_proto(rate: DepositRate) -> pb.DepositRate:
    return pb.DepositRate(
        kind=DEPOSIT_KINDS.to_proto(rate.kind),
        currency_code=rate.currency,
        term_months=rate.months,
        notice_days=rate.days,
        annual_rate=decimal_to_proto(rate.percent),
        effective_date=day_to_proto(rate.effective),
    )


def loan_rate_to_proto(rate: LoanRate) -> pb.LoanRate:
    return pb.LoanRate(
        kind=LOAN_KINDS.to_proto(rate.kind),
        above_months=rate.above,
        up_to_months=rate.up_to,
        annual_rate=decimal_to_proto(rate.percent),
        effective_date=day_to_proto(rate.effective),
    )


def live_rate_to_proto(rate: fx.FxRate) -> pb.ExchangeRate:
    return pb.ExchangeRate(
        currency_code=rate.base,
        quote_currency_code=rate.quote_currency,
        bid_rate=decimal_to_proto(Decimal(rate.bid)),
        ask_rate=decimal_to_proto(Decimal(rate.ask)),
        mid_rate=decimal_to_proto(Decimal(rate.mid)),
        reference_date=date_to_proto(rate.reference_date),
    )


def exchange_rate_to_proto(rate: ExchangeRate, table: ExchangeRates) -> pb.ExchangeRate:
    return pb.ExchangeRate(
        currency_code=rate.currency,
        quote_currency_code=table.home,
        bid_rate=decimal_to_proto(rate.bid),
        ask_rate=decimal_to_proto(rate.ask),
        mid_rate=decimal_to_proto(rate.mid),
        cash_bid_rate=optional_decimal_to_proto(rate.cash_bid),
        reference_date=day_to_proto(table.effective),
    )


def bond_to_proto(bond: TreasuryBond, say: Say) -> pb.TreasuryBond:
    terms = bond.terms
    return pb.TreasuryBond(
        name=f"treasuryBonds/{bond.code}",
        display_name=say(bond.name),
        kind=BOND_KINDS.to_proto(terms.kind),
        coupon_rate=decimal_to_proto(terms.percent),
        coupons_per_year=terms.frequency,
        issue_date=day_to_proto(terms.issued),
        maturity_date=day_to_proto(terms.matures),
        issue_price=decimal_to_proto(terms.issue_price),
        clean_price=optional_decimal_to_proto(bond.clean_price),
        effective_date=day_to_proto(bond.effective),
    )


def fee_to_proto(fee: Fee, say: Say) -> pb.Fee:
    return pb.Fee(
        code=fee.code,
        category=fee.category,
        display_name=say(fee.name),
        charge=say(fee.charge),
        fixed_amount=None if fee.fixed is None else money_to_proto(fee.fixed),
        rate=optional_decimal_to_proto(fee.percent),
        minimum_amount=None if fee.least is None else money_to_proto(fee.least),
        maximum_amount=None if fee.most is None else money_to_proto(fee.most),
        effective_date=day_to_proto(fee.effective),
    )


def product_to_proto(product: Product, say: Say) -> pb.Product:
    return pb.Product(
        name=f"products/{product.code}",
        category=product.category,
        display_name=say(product.name),
        summary=say(product.summary),
        start_date=day_to_proto(product.start),
        end_date=day_to_proto(product.end),
    )


def branch_to_proto(found: Found, now: datetime, say: Say, *, english: bool) -> pb.Branch:
    """``now`` is in the bank's time zone."""
    place = found.place
    return pb.Branch(
        name=f"branches/{place.code}",
        kind=PLACE_KINDS.to_proto(place.kind),
        display_name=say(place.name),
        district=say(place.district),
        address=say(place.address),
        phone_number=place.telephone,
        location=LatLng(latitude=place.point.latitude, longitude=place.point.longitude),
        opening_hours=[each.said(english=english) for each in place.hours],
        open=place.is_open(now),
        services=sorted(place.services),
        distance_meters=round(found.meters),
    )


def point_from_proto(point: LatLng, field: str) -> Point:
    """Refuses what is not on the globe, NaN included."""
    if not (-90 <= point.latitude <= 90 and -180 <= point.longitude <= 180):
        raise invalid(field, "not_a_point")
    return Point(point.latitude, point.longitude)
