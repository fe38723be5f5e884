"""The operators' view: the journal's records as messages, numbers masked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from google.protobuf.struct_pb2 import Struct

from tellerline.adapters.telemetry import mask_number, mask_text
from tellerline.api.operations.v1 import operations_pb2 as pb
from tellerline.gateway.journal.records import Doubt, DoubtStage, Event, PlanLeg, Record, Search
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.names import customer_name, customer_of, segments
from tellerline.gateway.services.ports import HostFacts
from tellerline.gateway.services.refusals import checked_text
from tellerline.gateway.services.requests import CHANNELS, channel_number
from tellerline.gateway.services.transactions import STATES, info_of_record
from tellerline.gateway.services.values import date_to_proto, instant_from_proto, instant_to_proto, money_to_proto
from tellerline.routing.model.command import Effect

EFFECTS = EnumPair(pb.Transaction.Effect.DESCRIPTOR, "EFFECT_", Effect)
STAGES = EnumPair(pb.Doubt.Stage.DESCRIPTOR, "STAGE_", DoubtStage)
_SERIALS: Final = frozenset({"global_serial", "channel_serial", "host_serial", "reference", "correlation"})
_MOST: Final = 64
BREAKERS: Final = {
    "closed": pb.HostStatus.STATE_AVAILABLE,
    "open": pb.HostStatus.STATE_BREAKER_OPEN,
    "half_open": pb.HostStatus.STATE_PROBING,
}


def search_from_proto(request: pb.SearchTransactionsRequest, account: str, *, after: str, limit: int) -> Search:
    """``account`` is the number behind ``request.account``, empty without one."""
    return Search(
        global_serial=checked_text(request.global_serial, "global_serial", _MOST),
        channel=CHANNELS.get(request.channel, ""),
        channel_serial=checked_text(request.channel_serial, "channel_serial", _MOST),
        host_serial=checked_text(request.host_serial, "host_serial", _MOST),
        customer=customer_of(request.customer, "customer") if request.customer else "",
        account=account,
        operation=checked_text(request.operation, "operation", _MOST),
        host=host_of(request.host) if request.host else "",
        call=checked_text(request.call, "call", _MOST),
        states=tuple(STATES.from_proto(state, "states") for state in dict.fromkeys(request.states)),
        accepted_from=instant_from_proto(request.start_time, "start_time") if request.HasField("start_time") else None,
        accepted_before=instant_from_proto(request.end_time, "end_time") if request.HasField("end_time") else None,
        after=after,
        limit=limit,
    )


def host_of(name: str, pattern: str = "hosts/*", field: str = "host") -> str:
    return segments(name, pattern, field)[0]


def transaction_to_proto(record: Record, *, english: bool) -> pb.Transaction:
    """Without events."""
    return pb.Transaction(
        name=f"transactions/{record.global_serial}",
        info=info_of_record(record, english=english),
        channel=channel_number(record.channel),  # type: ignore[arg-type]
        operation=record.operation,
        effect=EFFECTS.to_proto(record.effect),
        host=record.host,
        customer=customer_name(record.customer),
        masked_account_number=mask_number(record.account),
        amount=money_to_proto(record.amount) if record.amount else None,
        limit_date=date_to_proto(record.limit_day),
        due_time=instant_to_proto(record.due_at),
        owner=record.owner,
        agent=record.agent,
        call=record.call,
        terminal=record.terminal,
        branch=record.branch,
        trace=record.trace,
    )


def in_order(legs: Iterable[PlanLeg]) -> list[PlanLeg]:
    """Those of the plan by their numbers, then what undoes them: the last one is undone first."""
    return sorted(legs, key=lambda leg: (leg.laid.number < 0, leg.laid.number, leg.laid.attempt))


def leg_to_proto(leg: PlanLeg, *, english: bool) -> pb.TransactionLeg:
    transaction = None if leg.record is None else transaction_to_proto(leg.record, english=english)
    laid = leg.laid
    return pb.TransactionLeg(number=laid.number, attempt=laid.attempt, step=laid.step, transaction=transaction)


def event_to_proto(event: Event) -> pb.TransactionEvent:
    """Masked once more, except for serials: an event may quote what a host wrote."""
    detail = Struct()
    detail.update({name: value if name in _SERIALS else _masked(value) for name, value in _facts(event).items()})
    return pb.TransactionEvent(event_time=instant_to_proto(event.at), kind=event.kind, detail=detail)


def _facts(event: Event) -> dict[str, Any]:
    facts = orjson.loads(event.detail)
    return facts if isinstance(facts, dict) else {"value": facts}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        return {name: _masked(item) for name, item in value.items()}
    return value


def doubt_to_proto(doubt: Doubt, proposed: pb.Resolution | None = None) -> pb.Doubt:
    return pb.Doubt(
        name=f"doubts/{doubt.global_serial}",
        transaction=f"transactions/{doubt.global_serial}",
        host=doubt.host,
        operation=doubt.operation,
        masked_account_number=mask_number(doubt.account),
        stage=STAGES.to_proto(doubt.stage),
        policy=doubt.policy,
        attempt_count=doubt.attempts,
        open_time=instant_to_proto(doubt.opened_at),
        due_time=instant_to_proto(doubt.due_at),
        reason=doubt.reason,
        resolution=proposed,
    )


def host_to_proto(facts: HostFacts) -> pb.HostStatus:
    return pb.HostStatus(
        name=f"hosts/{facts.name}/status",
        state=pb.HostStatus.STATE_CLOSED if facts.closing else BREAKERS[facts.breaker],
        operations=facts.operations,
        in_flight_count=facts.in_flight,
        queued_count=facts.queued,
        last_success_time=instant_to_proto(facts.last_success_at),
        last_failure_time=instant_to_proto(facts.last_failure_at),
        last_failure=facts.last_failure,
        open_doubt_count=facts.open_doubts,
        closing=facts.closing,
        back_time=instant_to_proto(facts.back_at),
        waiting_count=facts.waiting,
    )
