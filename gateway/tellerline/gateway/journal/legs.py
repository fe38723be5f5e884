"""The legs of plans over a database: laid before they are sent, and read with how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps, Values, every, first
from tellerline.gateway.journal import limits
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import LaidLeg, PlanLeg, Record, Settlement, State
from tellerline.gateway.journal.rows import micros, record
from tellerline.gateway.journal.schema import STILL_PENDING, plan_legs, transactions
from tellerline.gateway.journal.transactions import CLAIM_MICROS, LOCK, ROW
from tellerline.routing.model.command import Reverse

t, p = transactions.c, plan_legs.c
_OWN = 4

LAY = Statement(
    insert(plan_legs)
    .values(
        plan=bindparam("of"),
        number=bindparam("place"),
        attempt=bindparam("time"),
        global_serial=bindparam("serial"),
        step=bindparam("called"),
    )
    .on_conflict_do_nothing(index_elements=[p.plan, p.number, p.attempt])
    .returning(p.global_serial),
    "of",
    "place",
    "time",
    "serial",
    "called",
)
LAID = Statement(
    select(p.global_serial).where(
        p.plan == bindparam("of"), p.number == bindparam("place"), p.attempt == bindparam("time")
    ),
    "of",
    "place",
    "time",
)
LEGS = Statement(
    select(p.number, p.attempt, p.global_serial, p.step, *ROW)
    .select_from(plan_legs.outerjoin(transactions, t.global_serial == p.global_serial))
    .where(p.plan == bindparam("of"))
    .order_by(p.number, p.attempt),
    "of",
)
STANDS = Statement(
    select(p.global_serial, t.state, t.settled_at)
    .select_from(plan_legs.outerjoin(transactions, t.global_serial == p.global_serial))
    .where(p.plan == bindparam("of"))
    .order_by(p.number, p.attempt),
    "of",
)
_undoing = plan_legs.alias("undoing")
REVERSALS = Statement(
    select(p.global_serial, *ROW)
    .select_from(
        plan_legs.join(_undoing, and_(_undoing.c.plan == p.plan, _undoing.c.number == -p.number)).join(
            transactions, t.global_serial == _undoing.c.global_serial
        )
    )
    .where(
        p.global_serial >= bindparam("first"),
        p.global_serial <= bindparam("last"),
        p.number > literal_column("0"),
        t.operation == literal_column(f"'{Reverse.operation}'"),
        t.state.in_([literal_column(f"'{state}'") for state in (State.DONE, State.REJECTED)]),
    )
    .order_by(p.global_serial, _undoing.c.attempt),
    "first",
    "last",
)
PLAN_OF = Statement(select(p.plan).where(p.global_serial == bindparam("serial")), "serial")
HOLD = Statement(
    update(transactions)
    .where(
        STILL_PENDING,
        t.global_serial == bindparam("serial"),
        or_(t.claimed_until <= bindparam("now"), t.claimed_by == bindparam("claimer")),
    )
    .values(claimed_by=bindparam("claimer"), claimed_until=bindparam("until"))
    .returning(t.global_serial),
    "claimer",
    "until",
    "serial",
    "now",
)


def lay(plan: str, legs: Sequence[Values]) -> Steps[list[str]]:
    serials = []
    for leg in legs:
        [row] = (yield LAY, (plan, *leg)) or (yield LAID, (plan, *leg[:2]))
        serials.append(row[0])
    return serials


def hold(plan: str, owner: str, now: int) -> Steps[bool]:
    return bool((yield HOLD, (owner, now + CLAIM_MICROS, plan, now)))


def settle_plan(settlement: Settlement, expected: frozenset[State]) -> Steps[State | None]:
    """The lock comes first: a leg that is put right from here on finds its plan over, and says so."""
    plan = settlement.global_serial
    yield LOCK, (plan,)
    stand = yield STANDS, (plan,)
    if [tuple(row) for row in stand] != [_stands(leg) for leg in settlement.legs or ()]:
        return None
    return (yield from limits.settle(settlement, expected))


class StoredLegs:
    """Keeps the promises of ``port.Legs``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lay(self, plan: str, legs: Sequence[LaidLeg]) -> Sequence[str]:
        values = [(leg.number, leg.attempt, leg.global_serial, leg.step) for leg in legs]
        return await self._database.write(lay, plan, values)

    async def of(self, plan: str) -> Sequence[PlanLeg]:
        return [_plan_leg(row) for row in await self._database.look(every, LEGS, plan)]

    async def plan_of(self, global_serial: str) -> str:
        row = await self._database.look(first, PLAN_OF, global_serial)
        return "" if row is None else row[0]

    async def reversals(self, first: str, last: str) -> Mapping[str, Record]:
        return {row[0]: record(row[1:]) for row in await self._database.look(every, REVERSALS, first, last)}

    async def hold(self, plan: str, owner: str, now: datetime) -> bool:
        return await self._database.write(hold, plan, owner, micros(now))


def _stands(leg: PlanLeg) -> tuple[str, str | None, int | None]:
    if leg.record is None:
        return leg.laid.global_serial, None, None
    at = leg.record.settled_at
    return leg.laid.global_serial, leg.record.state.value, None if at is None else micros(at)


def _plan_leg(row: Row) -> PlanLeg:
    laid = LaidLeg(number=row[0], attempt=row[1], global_serial=row[2], step=row[3])
    return PlanLeg(laid=laid, record=None if row[_OWN] is None else record(row[_OWN:]))
