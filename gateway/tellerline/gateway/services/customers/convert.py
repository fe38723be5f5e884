"""Signed customers: messages of the contract ⇄ the journal's records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.journal.records import Customer, CustomerChange, LimitChange, Limits, RegisteredAccount
from tellerline.gateway.services.accounts.convert import KINDS
from tellerline.gateway.services.customers.telephones import checked_number, mask_mobile, mask_name
from tellerline.gateway.services.enums import words
from tellerline.gateway.services.names import account_name, customer_name
from tellerline.gateway.services.ports import IssuedGrant
from tellerline.gateway.services.refusals import checked_text, checked_words, invalid
from tellerline.gateway.services.values import instant_to_proto, money_from_proto, money_to_proto
from tellerline.routing.model.accounts import AccountKind
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money

TIERS: Final = words(pb.Customer.Tier.DESCRIPTOR, "TIER_")
_TIER_NUMBERS: Final = {word: number for number, word in TIERS.items()}
_CHANGEABLE: Final = frozenset({"tier", "mobile_number"})
_CUSTOMER_ID: Final = re.compile(r"[A-Za-z0-9-]{1,32}")
_LIMIT_FIELDS: Final = {"single_amount": "single", "daily_amount": "daily", "daily_count": "count"}


def customer_from_proto(request: pb.RegisterCustomerRequest, host_number: str, registered_at: datetime) -> Customer:
    """``host_number`` is the customer number unless the request asks for another one."""
    number = request.customer_id or host_number
    if not _CUSTOMER_ID.fullmatch(number):
        raise invalid("customer_id", "malformed")
    tier = request.customer.tier or pb.Customer.TIER_STANDARD
    if tier not in TIERS:
        raise invalid("customer.tier", "unknown_value")
    return Customer(
        number=number,
        name=checked_words(request.customer.display_name, "customer.display_name", 60, required=True),
        identity_document=identity_document(request),
        tier=TIERS[tier],
        registered_at=registered_at,
        mobile=_mobile(request.customer),
    )


def customer_change(request: pb.UpdateCustomerRequest) -> CustomerChange:
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
        mobile=_mobile(given) if "mobile_number" in paths else None,
    )


def _mobile(customer: pb.Customer) -> str:
    return checked_number(customer.mobile_number, "customer.mobile_number") if customer.mobile_number else ""


def identity_document(request: pb.RegisterCustomerRequest) -> str:
    return checked_text(request.customer.identity_document, "customer.identity_document", 32, required=True)


def customer_to_proto(customer: Customer) -> pb.Customer:
    """Without the identity document, which is never given back."""
    return pb.Customer(
        name=customer_name(customer.number),
        display_name=customer.name,
        tier=_TIER_NUMBERS.get(customer.tier, 0),  # type: ignore[arg-type]
        register_time=instant_to_proto(customer.registered_at),
        masked_mobile_number=mask_mobile(customer.mobile),
    )


def hint_to_proto(customer: Customer, accounts: Sequence[RegisteredAccount]) -> pb.CustomerHint:
    """What a number alone may be told."""
    return pb.CustomerHint(
        customer=customer_name(customer.number),
        masked_display_name=mask_name(customer.name),
        tier=_TIER_NUMBERS.get(customer.tier, 0),  # type: ignore[arg-type]
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


def limits_to_proto(limits: Limits, account: RegisteredAccount) -> pb.Limits:
    return pb.Limits(
        name=f"{account_name(account.customer, account.sequence)}/limits",
        single_amount=money_to_proto(Money(limits.single, account.currency)),
        daily_amount=money_to_proto(Money(limits.daily, account.currency)),
        daily_count=limits.count,
    )


def grant_to_proto(grant: IssuedGrant, request: pb.VerifyPinRequest) -> pb.Grant:
    return pb.Grant(
        token=grant.token,
        expire_time=instant_to_proto(grant.expires_at),
        customer=request.customer,
        accounts=request.accounts,
        operations=request.operations,
    )
