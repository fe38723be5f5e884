"""Statements and steps over signed customers and their registered accounts."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam, delete, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Statement, Steps
from tellerline.gateway.journal import dossier_steps, pin_changes, rows
from tellerline.gateway.journal.customer_port import TellAccount, TellCustomer, TellLimits
from tellerline.gateway.journal.customer_records import Contact, Interaction
from tellerline.gateway.journal.customer_schema import accounts, customers
from tellerline.gateway.journal.interactions import tell_if
from tellerline.gateway.journal.records import Customer, CustomerChange, LimitChange, Limits, RegisteredAccount
from tellerline.gateway.journal.rows import account_values, customer_values

_CUSTOMER = [column for column in customers.columns if column is not customers.c.last_sequence]
_ACCOUNT = accounts.columns.values()


def _or_as_it_is(name: str) -> ColumnElement[int]:
    return func.coalesce(bindparam(name, type_=BigInteger), accounts.c[f"{name}_limit"])


ADD_CUSTOMER = Statement(
    insert(customers)
    .values({column.name: bindparam(column.name) for column in _CUSTOMER})
    .on_conflict_do_nothing()
    .returning(customers.c.number),
    *(column.name for column in _CUSTOMER),
)
CUSTOMER = Statement(select(*_CUSTOMER).where(customers.c.number == bindparam("of")), "of")
OF_MOBILE = Statement(
    select(*_CUSTOMER)
    .where(customers.c.mobile == bindparam("mobile"), text("mobile <> ''"))
    .order_by(customers.c.number)
    .limit(bindparam("most")),
    "mobile",
    "most",
)
UPDATE_CUSTOMER = Statement(
    update(customers)
    .where(customers.c.number == bindparam("of"))
    .values(
        tier=func.coalesce(bindparam("new_tier", type_=Text), customers.c.tier),
        mobile=func.coalesce(bindparam("new_mobile", type_=Text), customers.c.mobile),
    )
    .returning(*_CUSTOMER),
    "new_tier",
    "new_mobile",
    "of",
)
NEXT_SEQUENCE = Statement(
    update(customers)
    .where(customers.c.number == bindparam("of"))
    .values(last_sequence=customers.c.last_sequence + literal_column("1"))
    .returning(customers.c.last_sequence),
    "of",
)
GIVE_BACK_SEQUENCE = Statement(
    update(customers)
    .where(customers.c.number == bindparam("of"))
    .values(last_sequence=customers.c.last_sequence - literal_column("1")),
    "of",
)
ADD_ACCOUNT = Statement(
    insert(accounts)
    .values({column.name: bindparam(column.name) for column in _ACCOUNT})
    .on_conflict_do_nothing(index_elements=[accounts.c.account])
    .returning(accounts.c.account),
    *(column.name for column in _ACCOUNT),
)
BY_SEQUENCE = Statement(
    select(*_ACCOUNT).where(accounts.c.customer == bindparam("of"), accounts.c.sequence == bindparam("place")),
    "of",
    "place",
)
REMOVE_ACCOUNT = Statement(
    delete(accounts)
    .where(accounts.c.customer == bindparam("of"), accounts.c.sequence == bindparam("place"))
    .returning(*_ACCOUNT),
    "of",
    "place",
)
LOCKED_CUSTOMER = Statement(
    update(customers).where(customers.c.number == bindparam("of")).values(kind=customers.c.kind).returning(*_CUSTOMER),
    "of",
)
LOCKED_LIMITS = Statement(
    update(accounts)
    .where(accounts.c.account == bindparam("number"))
    .values(kind=accounts.c.kind)
    .returning(accounts.c.single_limit, accounts.c.daily_limit, accounts.c.count_limit),
    "number",
)
BY_ACCOUNT = Statement(select(*_ACCOUNT).where(accounts.c.account == bindparam("number")), "number")
OF_CUSTOMER = Statement(
    select(*_ACCOUNT).where(accounts.c.customer == bindparam("of")).order_by(accounts.c.sequence), "of"
)
UPDATE_LIMITS = Statement(
    update(accounts)
    .where(accounts.c.account == bindparam("number"))
    .values({f"{name}_limit": _or_as_it_is(name) for name in ("single", "daily", "count")})
    .returning(accounts.c.single_limit, accounts.c.daily_limit, accounts.c.count_limit),
    "single",
    "daily",
    "count",
    "number",
)


def add_customer(customer: Customer, told: Interaction | None) -> Steps[bool]:
    if not (yield ADD_CUSTOMER, customer_values(customer)):
        return False
    if customer.mobile:
        yield from dossier_steps.set_contact(_mobile_of(customer), _untold)
    yield from tell_if(told)
    return True


def update_customer(number: str, change: CustomerChange, tell: TellCustomer | None) -> Steps[Customer | None]:
    found = yield LOCKED_CUSTOMER, (number,)
    if not found:
        return None
    before = rows.customer(found[0])
    if change.mobile is not None:
        at = change.at or before.registered_at
        yield from dossier_steps.set_contact(
            _mobile_of(replace(before, mobile=change.mobile, registered_at=at)), _untold
        )
    changed = yield UPDATE_CUSTOMER, (change.tier, change.mobile, number)
    after = rows.customer(changed[0])
    if tell is not None and after != before:
        yield from tell_if(tell(before, after))
    return after


def add_account(account: RegisteredAccount, tell: TellAccount | None) -> Steps[int | None]:
    """The sequence number it got; None when the account is registered already or its customer is not.

    A PIN that had to be changed before the account was taken off a list must be so still.
    """
    found = yield NEXT_SEQUENCE, (account.customer,)
    if not found:
        return None
    sequence: int = found[0][0]
    if not (yield ADD_ACCOUNT, account_values(account, sequence)):
        yield GIVE_BACK_SEQUENCE, (account.customer,)
        return None
    yield from pin_changes.look_again(account.account)
    if tell is not None:
        yield from tell_if(tell(replace(account, sequence=sequence)))
    return sequence


def remove_account(customer: str, sequence: int, tell: TellAccount | None) -> Steps[RegisteredAccount | None]:
    """Its sequence number is not given back."""
    yield dossier_steps.LOCK_CUSTOMER, (customer,)
    found = yield REMOVE_ACCOUNT, (customer, sequence)
    if not found:
        return None
    yield from dossier_steps.without_account(customer, sequence)
    removed = rows.account(found[0])
    if tell is not None:
        yield from tell_if(tell(removed))
    return removed


def update_limits(account: str, change: LimitChange, tell: TellLimits | None) -> Steps[Limits | None]:
    found = yield LOCKED_LIMITS, (account,)
    if not found:
        return None
    changed = yield UPDATE_LIMITS, (change.single, change.daily, change.count, account)
    before, after = (Limits(single=row[0], daily=row[1], count=row[2]) for row in (found[0], changed[0]))
    if tell is not None and after != before:
        yield from tell_if(tell(before, after))
    return after


def _mobile_of(customer: Customer) -> Contact:
    return Contact(
        customer=customer.number, kind=dossier_steps.MOBILE, value=customer.mobile, set_at=customer.registered_at
    )


def _untold(_before: Contact | None, _after: Contact) -> None:
    """Who changes the customer tells of it."""
