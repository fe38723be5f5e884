"""The arguments and rows of the two PL/pgSQL functions that accept and settle whole batches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

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
from tellerline.gateway.journal.rows import doubt_values, event_values, micros, record
from tellerline.routing.model.codes import Code

_25_ARGUMENTS = ", ".join(f"${number}" for number in range(1, 26))
ACCEPT_SQL = f"SELECT * FROM journal_accept({_25_ARGUMENTS})"  # noqa: S608 numbers only
SETTLE_SQL = f"SELECT * FROM journal_settle({_25_ARGUMENTS}, $26)"  # noqa: S608 numbers only

SettleUnit = tuple[Settlement, frozenset[State]]
Verdict = Accepted | Duplicate | OverLimit

_NO_DOUBTS: Sequence[Sequence[Any]] = ((),) * 9
_NO_EVENTS: Sequence[Sequence[Any]] = ((),) * 4


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
        return (*zip(*map(_acceptance, units), strict=True), *self._defaults)

    def decode(self, units: list[Acceptance], rows: list[Row]) -> Sequence[Verdict]:
        verdicts: list[Verdict] = [ACCEPTED] * len(units)
        for place, code, single, daily, count, total, used, original in rows:
            if original is not None and original[0] is not None:
                verdicts[place - 1] = Duplicate(record=record(original))
            else:
                verdicts[place - 1] = OverLimit(
                    code=Code(code),
                    limits=Limits(single=single, daily=daily, count=count),
                    usage=LimitUsage(total=total, count=used),
                )
        return verdicts


def _settlement(unit: SettleUnit, doubt: int | None) -> tuple[Any, ...]:
    settlement, expected = unit
    at = micros(settlement.at)
    return (
        settlement.global_serial,
        ",".join(expected),
        settlement.state.value,
        at,
        at if settlement.state in FINAL_STATES else None,
        settlement.outcome,
        settlement.host_serial,
        settlement.accounting_date,
        settlement.code.value if settlement.code else "",
        settlement.release_limits,
        settlement.before_reversal,
        doubt,
        len(settlement.events),
    )


def encode_settlements(units: list[SettleUnit]) -> Sequence[Any]:
    """Arrays of the settlements, of the doubts that some of them open, and of all their events."""
    doubts: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    rows = []
    for place, unit in enumerate(units, 1):
        settlement = unit[0]
        if settlement.doubt is not None:
            doubts.append(doubt_values(settlement.doubt)[1:])
            rows.append(_settlement(unit, len(doubts)))
        else:
            rows.append(_settlement(unit, None))
        for event in settlement.events:
            events.append((place, *event_values("", event)[1:]))
    return tuple(
        chain(
            zip(*rows, strict=True),
            zip(*doubts, strict=True) if doubts else _NO_DOUBTS,
            zip(*events, strict=True) if events else _NO_EVENTS,
        )
    )


def decode_settlements(units: list[SettleUnit], rows: list[Row]) -> Sequence[Row | None]:
    """Each row before its change; ``journal_settle`` returns none for those that were not changed."""
    before: list[Row | None] = [None] * len(units)
    for place, row in rows:
        before[place - 1] = row
    return before
