"""Signed customers: messages of the contract ⇄ the journal's records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.counter.documents import DocumentKind, is_sound, kind_by_shape, mask_document
from tellerline.gateway.journal.records import (
    Customer,
    CustomerChange,
    LimitChange,
    Limits,
    LimitUsage,
    RegisteredAccount,
)
from tellerline.gateway.services.accounts.convert import KINDS
from tellerline.gateway.services.customers.telephones import checked_number, mask_mobile, mask_name
from tellerline.gateway.services.enums import words
from tellerline.gateway.services.names import UNSIGNED, account_name, customer_name
from tellerline.gateway.services.ports import IssuedGrant
from tellerline.gateway.services.refusals import checked_text, checked_words, invalid
from tellerline.gateway.services.values import date_to_proto, instant_to_proto, money_from_proto, money_to_proto
from tellerline.routing.model.accounts import AccountKind
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money

TIERS: Final = words(pb.Customer.Tier.DESCRIPTOR, "TIER_")
KINDS_OF_CUSTOMERS: Final = words(pb.Customer.Kind.DESCRIPTOR, "KIND_")
SEGMENTS: Final = words(pb.Customer.Segment.DESCRIPTOR, "SEGMENT_")
DOCUMENT_KINDS: Final = words(pb.IdentityDocumentKind.DESCRIPTOR, "IDENTITY_DOCUMENT_KIND_")
_TIER_NUMBERS: Final = {word: number for number, word in TIERS.items()}
_CHANGEABLE: Final = frozenset({"tier", "mobile_number"})
_CUSTOMER_ID: Final = re.compile(r"[A-Za-z0-9-]{1,32}")
_LIMIT_FIELDS: Final = {"single_amount": "single", "daily_amount": "daily", "daily_count": "count"}


def customer_from_proto(request: pb.RegisterCustomerRequest, host_number: str, registered_at: datetime) -> Customer:
    """``host_number`` is the customer number unless the request asks for another one."""
    number = request.customer_id or host_number
    if not _CUSTOMER_ID.fullmatch(number) or number.startswith(UNSIGNED):
        raise invalid("customer_id", "malformed")
    return Customer(
        number=number,
        name=display_name(request),
        identity_document=identity_document(request),
        tier=tier_of(request.customer),
        registered_at=registered_at,
        mobile=mobile_of(request.customer),
        document_kind=document_kind(request.customer) or "",
    )


def display_name(request: pb.RegisterCustomerRequest) -> str:
    return checked_words(request.customer.display_name, "customer.display_name", 60, required=True)


def tier_of(customer: pb.Customer, standard: pb.Customer.Tier.ValueType = pb.Customer.TIER_STANDARD) -> str:
    tier = customer.tier or standard
    if tier not in TIERS:
        raise invalid("customer.tier", "unknown_value")
    return TIERS[tier]


def is_company(customer: pb.Customer) -> bool:
    """Raises for a kind that is none."""
    if customer.kind not in (0, *KINDS_OF_CUSTOMERS):
        raise invalid("customer.kind", "unknown_value")
    return customer.kind == pb.Customer.KIND_CORPORATE


def customer_change(request: pb.UpdateCustomerRequest, at: datetime) -> CustomerChange:
    """What the mask names, or without one what is set (AIP-134)."""
    given = request.customer
    paths = frozenset(request.update_mask.paths) or {field.name for field, _ in given.ListFields()} & _CHANGEABLE
    if paths == {"*"}:
        paths = _CHANGEABLE
    if not paths <= _CHANGEABLE:
        raise invalid("update_mask", "unknown_path")
    if "tier" in paths and given.tier not in TIERS:
        raise invalid("customer.tier", "unknown_value")
    return CustomerChange(
        tier=TIERS[given.tier] if "tier" in paths else None,
        mobile=mobile_of(given) if "mobile_number" in paths else None,
        at=at,
    )


def mobile_of(customer: pb.Customer) -> str:
    return checked_number(customer.mobile_number, "customer.mobile_number") if customer.mobile_number else ""


def identity_document(request: pb.RegisterCustomerRequest) -> str:
    """The number, which can be one of its kind."""
    number = checked_text(request.customer.identity_document, "customer.identity_document", 32, required=True)
    kind = document_kind(request.customer)
    if kind is not None and not is_sound(kind, number):
        raise invalid("customer.identity_document", "not_of_its_kind")
    return number


def document_kind(customer: pb.Customer) -> DocumentKind | None:
    """As given, else by the customer's kind or the number's shape."""
    kind = customer.identity_document_kind
    if kind not in (0, *DOCUMENT_KINDS):
        raise invalid("customer.identity_document_kind", "unknown_value")
    company = is_company(customer)
    if not kind:
        return DocumentKind.CREDIT_CODE if company else kind_by_shape(customer.identity_document)
    given = DocumentKind(DOCUMENT_KINDS[kind])
    if company != (given is DocumentKind.CREDIT_CODE):
        raise invalid("customer.identity_document_kind", "not_of_this_kind_of_customer")
    return given


def customer_to_proto(customer: Customer, *, to_staff: bool) -> pb.Customer:
    """Without the identity document, which is never given back; the segment is for the bank's people."""
    made = pb.Customer(
        name=customer_name(customer.number),
        display_name=customer.name,
        tier=tier_to_proto(customer.tier),
        register_time=instant_to_proto(customer.registered_at),
        masked_mobile_number=mask_mobile(customer.mobile),
        kind=kind_to_proto(customer.kind),
        identity_document_kind=document_to_proto(customer.document_kind),
        masked_identity_document=mask_document(customer.identity_document),
    )
    if to_staff and customer.segment:
        made.segment = segment_to_proto(customer.segment)
        made.segment_rule_version = customer.segment_rule
        made.segment_date.MergeFrom(date_to_proto(customer.segment_date) or Date())
    return made


def tier_to_proto(tier: str) -> pb.Customer.Tier.ValueType:
    return _TIER_NUMBERS.get(tier, 0)  # type: ignore[return-value]


def kind_to_proto(kind: str) -> pb.Customer.Kind.ValueType:
    return pb.Customer.Kind.Value(f"KIND_{kind}")


def segment_to_proto(segment: str) -> pb.Customer.Segment.ValueType:
    return pb.Customer.Segment.Value(f"SEGMENT_{segment or 'UNSPECIFIED'}")


def document_to_proto(kind: str) -> pb.IdentityDocumentKind.ValueType:
    return pb.IdentityDocumentKind.Value(f"IDENTITY_DOCUMENT_KIND_{kind or 'UNSPECIFIED'}")


def hint_to_proto(customer: Customer, accounts: Sequence[RegisteredAccount]) -> pb.CustomerHint:
    """What a number alone may be told."""
    return pb.CustomerHint(
        customer=customer_name(customer.number),
        masked_display_name=mask_name(customer.name),
        tier=tier_to_proto(customer.tier),
        accounts=[
            pb.CustomerHint.AccountHint(
                account=account_name(account.customer, account.sequence),
                kind=KINDS.to_proto(AccountKind(account.kind)),
                number_ending=account.account[-4:],
            )
            for account in accounts
        ],
    )


def change_from_proto(request: pb.UpdateLimitsRequest, account: RegisteredAccount) -> LimitChange:
    """The figures that the mask names (AIP-134), in the account's currency."""
    change = LimitChange()
    for path in _mask_of(request):
        if path == "daily_count":
            change = replace(change, count=request.limits.daily_count)
            continue
        amount = money_from_proto(getattr(request.limits, path), f"limits.{path}", positive=False)
        if amount.currency != account.currency:
            raise invalid(f"limits.{path}", "not_the_accounts_currency", Code.INVALID_AMOUNT)
        if path == "single_amount":
            change = replace(change, single=amount.minor)
        else:
            change = replace(change, daily=amount.minor)
    return change


def _mask_of(request: pb.UpdateLimitsRequest) -> tuple[str, ...]:
    paths = tuple(dict.fromkeys(request.update_mask.paths))
    if paths == ("*",):
        return tuple(_LIMIT_FIELDS)
    if any(path not in _LIMIT_FIELDS for path in paths):
        raise invalid("update_mask", "unknown_path")
    return paths or tuple(field.name for field, _ in request.limits.ListFields() if field.name in _LIMIT_FIELDS)


def limits_to_proto(limits: Limits, account: RegisteredAccount, *, ceiling: Limits, usage: LimitUsage) -> pb.Limits:
    def amount(minor: int) -> ProtoMoney:
        return money_to_proto(Money(minor, account.currency))

    return pb.Limits(
        name=f"{account_name(account.customer, account.sequence)}/limits",
        single_amount=amount(limits.single),
        daily_amount=amount(limits.daily),
        daily_count=limits.count,
        ceiling_single_amount=amount(ceiling.single),
        ceiling_daily_amount=amount(ceiling.daily),
        ceiling_daily_count=ceiling.count,
        used_amount=amount(usage.total),
        used_count=usage.count,
    )


def grant_to_proto(
    grant: IssuedGrant,
    customer: str,
    *,
    accounts: Sequence[str] = (),
    operations: Sequence[str] = (),
    representative: str = "",
    pin_change_required: bool = False,
) -> pb.Grant:
    """``customer``, ``accounts`` and ``representative`` are resource names."""
    return pb.Grant(
        token=grant.token,
        expire_time=instant_to_proto(grant.expires_at),
        customer=customer,
        accounts=accounts,
        operations=operations,
        representative=representative,
        pin_change_required=pin_change_required,
    )
