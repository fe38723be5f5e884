"""The arguments and rows of the two PL/pgSQL functions that accept and settle whole batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.statements import Row
from tellerline.gateway.journal.limits import ACCEPTED
from tellerline.gateway.journal.records import (
    FINAL_STATES,
    Acceptance,
    Accepted,
    Duplicate,
    Limits,
    LimitUsage,
    OverLimit,
    Settlement,
    State,
)
from tellerline.gateway.journal.rows import doubt_values, event_values, micros, record, storable
from tellerline.routing.model.codes import Code

ACCEPT_SQL = "SELECT * FROM journal_accept($1, $2, $3, $4)"
SETTLE_SQL = "SELECT o_place, (o_before).state FROM journal_settle($1)"

SettleUnit = tuple[Settlement, frozenset[State]]
Verdict = Accepted | Duplicate | OverLimit


def _acceptance(unit: Acceptance) -> tuple[Any, ...]:
    amount = unit.amount
    return (
        unit.global_serial,
        unit.channel,
        unit.channel_serial,
        unit.payload_hash,
        unit.operation,
        unit.effect.value,
        unit.host,
        unit.customer,
        unit.account,
        amount.minor if amount else None,
        amount.currency if amount else "",
        unit.limit_day,
        micros(unit.accepted_at),
        micros(unit.due_at),
        unit.owner,
        unit.command,
        unit.agent,
        unit.call,
        unit.terminal,
        unit.branch,
        unit.trace,
        unit.limited.minor if unit.limited else None,
    )


class AcceptCodec:
    """Batches of acceptances for ``journal_accept``, which returns a row for each that is not accepted."""

    def __init__(self, defaults: Limits) -> None:
        self._defaults = (defaults.single, defaults.daily, defaults.count)

    def encode(self, units: list[Acceptance]) -> Sequence[Any]:
        return ([_acceptance(unit) for unit in units], *self._defaults)

    def decode(self, units: list[Acceptance], rows: list[Row]) -> Sequence[Verdict | StoreError]:
        verdicts: list[Verdict | StoreError] = [ACCEPTED] * len(units)
        for place, code, single, daily, count, total, used, original in rows:
            if original is not None and original[0] is not None:
                verdicts[place - 1] = _duplicate(original)
            else:
                verdicts[place - 1] = OverLimit(
                    code=Code(code),
                    limits=Limits(single=single, daily=daily, count=count),
                    usage=LimitUsage(total=total, count=used),
                )
        return verdicts


def _duplicate(original: Row) -> Duplicate | StoreError:
    """A row that this version cannot read, which a newer one wrote, fails for its own caller only."""
    try:
        return Duplicate(record=record(original))
    except (LookupError, ValueError) as error:
        unreadable = StoreError("row unreadable")
        unreadable.__cause__ = error
        return unreadable


def _settlement(unit: SettleUnit) -> tuple[Any, ...]:
    settlement, expected = unit
    at = micros(settlement.at)
    return (
        settlement.global_serial,
        ",".join(expected),
        settlement.state.value,
        at,
        at if settlement.state in FINAL_STATES else None,
        settlement.outcome,
        storable(settlement.host_serial),
        storable(settlement.accounting_date),
        settlement.code.value if settlement.code else "",
        settlement.release_limits,
        settlement.before_reversal,
        doubt_values(settlement.doubt)[1:] if settlement.doubt else None,
        [event_values("", event)[1:] for event in settlement.events],
    )


def encode_settlements(units: list[SettleUnit]) -> Sequence[Any]:
    return ([_settlement(unit) for unit in units],)


def decode_settlements(units: list[SettleUnit], rows: list[Row]) -> Sequence[State | None]:
    """Each state before its change; ``journal_settle`` returns none for rows that were not changed."""
    before: list[State | None] = [None] * len(units)
    for place, state in rows:
        before[place - 1] = State(state)
    return before
