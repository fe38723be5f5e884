"""Statements and steps over signed customers and their registered accounts."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Statement, Steps
from tellerline.gateway.journal.records import Customer, RegisteredAccount
from tellerline.gateway.journal.rows import account_values, customer_values
from tellerline.gateway.journal.schema import accounts, customers

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


def add_customer(customer: Customer) -> Steps[bool]:
    return bool((yield ADD_CUSTOMER, customer_values(customer)))


def add_account(account: RegisteredAccount) -> Steps[int | None]:
    """The sequence number it got; None when the account is registered already or its customer is not."""
    rows = yield NEXT_SEQUENCE, (account.customer,)
    if not rows:
        return None
    sequence: int = rows[0][0]
    if not (yield ADD_ACCOUNT, account_values(account, sequence)):
        yield GIVE_BACK_SEQUENCE, (account.customer,)
        return None
    return sequence
