"""Statements and steps over contacts, representatives, PIN resets and segments."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Select, Table, bindparam, delete, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps, Values
from tellerline.gateway.journal.customer_port import TellClassified, TellContact, TellRepresentative
from tellerline.gateway.journal.customer_records import (
    Classified,
    Contact,
    CustomerSearch,
    Interaction,
    PinReset,
    Representative,
    RepresentativeChange,
    ResetState,
)
from tellerline.gateway.journal.customer_schema import (
    accounts,
    contacts,
    customers,
    pin_resets,
    pins_to_change,
    representatives,
)
from tellerline.gateway.journal.interactions import tell_if
from tellerline.gateway.journal.rows import instant, micros

MOBILE = "MOBILE"
_CUSTOMER = [column for column in customers.columns if column is not customers.c.last_sequence]
_EQUAL = ("identity_document", "mobile", "kind", "tier", "segment")


def _add(table: Table) -> Statement:
    """Every column, in the table's order; what is there already stays."""
    names = [column.name for column in table.columns]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    added = insert(table).values(values).on_conflict_do_nothing().returning(next(iter(table.columns)))
    return Statement(added, *(f"new_{name}" for name in names))


CONTACTS = Statement(
    select(*contacts.columns).where(contacts.c.customer == bindparam("of")).order_by(contacts.c.kind), "of"
)
CONTACT = Statement(
    select(*contacts.columns).where(contacts.c.customer == bindparam("of"), contacts.c.kind == bindparam("sort")),
    "of",
    "sort",
)
ADD_CONTACT = _add(contacts)
FORGET_CONTACT = Statement(
    delete(contacts).where(contacts.c.customer == bindparam("of"), contacts.c.kind == bindparam("sort")), "of", "sort"
)
LOCK_CUSTOMER = Statement(
    update(customers)
    .where(customers.c.number == bindparam("of"))
    .values(kind=customers.c.kind)
    .returning(customers.c.number, customers.c.segment, customers.c.segment_date),
    "of",
)
"""Also says whether he is there; changes of one customer's dossier come one after the other."""
SET_MOBILE = Statement(
    update(customers).where(customers.c.number == bindparam("of")).values(mobile=bindparam("new")), "new", "of"
)
SET_SEGMENT = Statement(
    update(customers)
    .where(customers.c.number == bindparam("of"))
    .values(segment=bindparam("new"), segment_date=bindparam("day"), segment_rule=bindparam("rule")),
    "new",
    "day",
    "rule",
    "of",
)
r = representatives.c
REPRESENTATIVE = Statement(
    select(*representatives.columns).where(r.company == bindparam("of"), r.number == bindparam("wanted")),
    "of",
    "wanted",
)
REPRESENTATIVES = Statement(
    select(*representatives.columns)
    .where(r.company == bindparam("of"), r.number > bindparam("behind"))
    .order_by(r.number)
    .limit(bindparam("most")),
    "of",
    "behind",
    "most",
)
ADD_REPRESENTATIVE = _add(representatives)
CHANGE_REPRESENTATIVE = Statement(
    update(representatives)
    .where(r.company == bindparam("of"), r.number == bindparam("wanted"))
    .values(name=bindparam("new_name"), accounts=bindparam("new_accounts"), active=bindparam("new_active")),
    "new_name",
    "new_accounts",
    "new_active",
    "of",
    "wanted",
)
REGISTERED = Statement(select(accounts.c.sequence).where(accounts.c.customer == bindparam("of")), "of")
p = pin_resets.c
PIN_RESET = Statement(select(*pin_resets.columns).where(p.name == bindparam("wanted")), "wanted")
ADD_PIN_RESET = _add(pin_resets)
VOID_PIN_RESETS = Statement(
    update(pin_resets)
    .where(
        p.customer == bindparam("of"),
        p.sequence == bindparam("place"),
        p.state.in_([literal_column("'PENDING'"), literal_column("'APPROVED'")]),
    )
    .values(state=literal_column("'VOID'")),
    "of",
    "place",
)
MOVE_PIN_RESET = Statement(
    update(pin_resets)
    .where(p.name == bindparam("wanted"), p.state == bindparam("expected"))
    .values(state=bindparam("new_state"), approver=bindparam("new_approver"), serial=bindparam("new_serial"))
    .returning(p.name),
    "new_state",
    "new_approver",
    "new_serial",
    "wanted",
    "expected",
)
PIN_TO_CHANGE = _add(pins_to_change)
PINS_TO_CHANGE = Statement(
    select(pins_to_change.c.sequence)
    .where(pins_to_change.c.customer == bindparam("of"))
    .order_by(pins_to_change.c.sequence),
    "of",
)
PIN_CHANGED = Statement(
    delete(pins_to_change).where(
        pins_to_change.c.customer == bindparam("of"), pins_to_change.c.sequence == bindparam("place")
    ),
    "of",
    "place",
)


def find(search: CustomerSearch) -> Steps[list[Row]]:
    equal = tuple(name for name in _EQUAL if getattr(search, name))
    values: list[Any] = [search.after, *(getattr(search, name) for name in equal)]
    if search.name_prefix:
        values.append(_beginning(search.name_prefix))
    if search.account:
        values.append(search.account)
    statement = _find(equal, bool(search.name_prefix), bool(search.account))
    return (yield statement, (*values, search.limit))


def _beginning(prefix: str) -> str:
    return prefix.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"


@lru_cache(64)
def _find(equal: tuple[str, ...], prefix: bool, account: bool) -> Statement:
    order = ["behind", *(f"wanted_{name}" for name in equal), *["beginning"] * prefix, *["held"] * account, "most"]
    query: Select[Any] = select(*_CUSTOMER).where(customers.c.number > bindparam("behind"))
    query = query.where(*(customers.c[name] == bindparam(f"wanted_{name}") for name in equal))
    if prefix:
        query = query.where(customers.c.name.like(bindparam("beginning"), escape="\\"))
    if account:
        query = query.where(
            customers.c.number.in_(select(accounts.c.customer).where(accounts.c.account == bindparam("held")))
        )
    return Statement(query.order_by(customers.c.number).limit(bindparam("most")), *order)


def set_contact(given: Contact, tell: TellContact) -> Steps[Contact | None]:
    if not (yield LOCK_CUSTOMER, (given.customer,)):
        return None
    key = (given.customer, given.kind)
    found = yield CONTACT, key
    before = contact(found[0]) if found else None
    if (before.value if before else "") == given.value:
        return before or given
    yield FORGET_CONTACT, key
    if given.value:
        yield ADD_CONTACT, _contact_values(given)
    if given.kind == MOBILE:
        yield SET_MOBILE, (given.value, given.customer)
    yield from tell_if(tell(before, given))
    return given


def verify_contact(customer: str, kind: str, at: datetime, method: str, tell: TellContact) -> Steps[Contact | None]:
    yield LOCK_CUSTOMER, (customer,)
    found = yield CONTACT, (customer, kind)
    if not found:
        return None
    before = contact(found[0])
    if before.verified_at is not None:
        return before
    verified = replace(before, verified_at=at, method=method)
    yield FORGET_CONTACT, (customer, kind)
    yield ADD_CONTACT, _contact_values(verified)
    yield from tell_if(tell(before, verified))
    return verified


def add_representative(given: Representative, tell: TellRepresentative) -> Steps[Representative | None]:
    yield LOCK_CUSTOMER, (given.company,)
    added = replace(given, accounts=(yield from _registered(given.company, given.accounts)))
    if not (yield ADD_REPRESENTATIVE, _representative_values(added)):
        return None
    yield from tell_if(tell(None, added))
    return added


def update_representative(
    company: str, number: str, change: RepresentativeChange, tell: TellRepresentative
) -> Steps[Representative | None]:
    yield LOCK_CUSTOMER, (company,)
    found = yield REPRESENTATIVE, (company, number)
    if not found:
        return None
    before = representative(found[0])
    after = before
    if change.name is not None:
        after = replace(after, name=change.name)
    if change.active is not None:
        after = replace(after, active=change.active)
    if change.accounts is not None:
        after = replace(after, accounts=(yield from _registered(company, change.accounts)))
    if after == before:
        return before
    _, _, name, held, active, _ = _representative_values(after)
    yield CHANGE_REPRESENTATIVE, (name, held, active, company, number)
    yield from tell_if(tell(before, after))
    return after


def _registered(company: str, places: tuple[int, ...]) -> Steps[tuple[int, ...]]:
    """Those that the company has registered now; its dossier is locked."""
    registered = {row[0] for row in (yield REGISTERED, (company,))}
    return tuple(place for place in places if place in registered)


def without_account(company: str, sequence: int) -> Steps[None]:
    """Take an account from all representatives of its company, with everything about its PIN."""
    yield VOID_PIN_RESETS, (company, sequence)
    yield PIN_CHANGED, (company, sequence)
    for row in (yield REPRESENTATIVES, (company, "", 1_000_000)):
        each = representative(row)
        if sequence in each.accounts:
            left = replace(each, accounts=tuple(place for place in each.accounts if place != sequence))
            _, number, name, held, active, _ = _representative_values(left)
            yield CHANGE_REPRESENTATIVE, (name, held, active, company, number)


def add_pin_reset(reset: PinReset, told: Interaction) -> Steps[None]:
    yield VOID_PIN_RESETS, (reset.customer, reset.sequence)
    yield ADD_PIN_RESET, _reset_values(reset)
    yield from tell_if(told)


def move_pin_reset(moved: PinReset, expected: ResetState, pin_to_change: bool, told: Interaction | None) -> Steps[bool]:
    values = (moved.state.value, moved.approver, moved.serial, moved.name, expected.value)
    if not (yield MOVE_PIN_RESET, values):
        return False
    if pin_to_change:
        yield PIN_TO_CHANGE, (moved.customer, moved.sequence)
    yield from tell_if(told)
    return True


def classify(customer: str, segment: str, day: str, version: str, tell: TellClassified) -> Steps[Classified | None]:
    found = yield LOCK_CUSTOMER, (customer,)
    if not found:
        return None
    _, earlier, earlier_day = found[0]
    if day < earlier_day:
        return Classified(customer=customer, segment=earlier, earlier=earlier)
    yield SET_SEGMENT, (segment, day, version, customer)
    classified = Classified(customer=customer, segment=segment, earlier=earlier)
    if segment != earlier:
        yield from tell_if(tell(classified))
    return classified


def contact(row: Row) -> Contact:
    return Contact(
        customer=row[0],
        kind=row[1],
        value=row[2],
        set_at=instant(row[3]),
        verified_at=None if row[4] is None else instant(row[4]),
        method=row[5],
    )


def _contact_values(given: Contact) -> Values:
    verified = None if given.verified_at is None else micros(given.verified_at)
    return (given.customer, given.kind, given.value, micros(given.set_at), verified, given.method)


def representative(row: Row) -> Representative:
    return Representative(
        company=row[0],
        number=row[1],
        name=row[2],
        accounts=tuple(orjson.loads(row[3])),
        active=bool(row[4]),
        registered_at=instant(row[5]),
    )


def _representative_values(given: Representative) -> Values:
    held = orjson.dumps(given.accounts).decode()
    return (given.company, given.number, given.name, held, int(given.active), micros(given.registered_at))


def pin_reset(row: Row) -> PinReset:
    return PinReset(
        name=row[0],
        customer=row[1],
        sequence=row[2],
        state=ResetState(row[3]),
        reason=row[4],
        requester=row[5],
        approver=row[6],
        serial=row[7],
        created_at=instant(row[8]),
        expires_at=instant(row[9]),
    )


def _reset_values(reset: PinReset) -> Values:
    return (
        reset.name,
        reset.customer,
        reset.sequence,
        reset.state.value,
        reset.reason,
        reset.requester,
        reset.approver,
        reset.serial,
        micros(reset.created_at),
        micros(reset.expires_at),
    )
