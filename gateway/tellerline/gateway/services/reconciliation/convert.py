"""Stretches of a host's day, findings and cases, as messages; accounts masked."""

from __future__ import annotations

import re

import orjson
from google.protobuf.struct_pb2 import Struct

from tellerline.adapters.telemetry import mask_number
from tellerline.api.operations.v1 import reconciliation_pb2 as pb
from tellerline.gateway.journal.difference_records import CaseState, DifferenceCase
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.values import (
    date_from_proto,
    date_to_proto,
    instant_from_proto,
    instant_to_proto,
    money_from_proto,
)
from tellerline.routing.reconciliation.entries import DayEntry, DifferenceKind, HostWord

KINDS = EnumPair(pb.Difference.Kind.DESCRIPTOR, "KIND_", DifferenceKind)
STATES = EnumPair(pb.Difference.State.DESCRIPTOR, "STATE_", CaseState)
WORDS = EnumPair(pb.DoubtResolution.Word.DESCRIPTOR, "WORD_", HostWord)
_MOST = 64
_MOST_ENTRIES = 2_000
_SERIAL = re.compile(r"[0-9A-Z]{26}")


def stretch_from_proto(request: pb.ReconcileDayRequest) -> Stretch:
    """Raises ``INVALID_REQUEST`` for lines out of order or outside the stretch."""
    if len(request.entries) > _MOST_ENTRIES:
        raise invalid("entries", "too_many")
    if not request.HasField("produce_time"):
        raise invalid("produce_time", "missing")
    stretch = Stretch(
        host=host_of(request.host),
        day=date_from_proto(request.accounting_date, "accounting_date"),
        produced_at=instant_from_proto(request.produce_time, "produce_time"),
        after=_bound(request.after_reference, "after_reference"),
        until=_bound(request.until_reference, "until_reference"),
        entries=[_entry(entry, f"entries[{place}]") for place, entry in enumerate(request.entries)],
    )
    last = stretch.after
    for place, entry in enumerate(stretch.entries):
        if entry.reference < last or (stretch.after and entry.reference == stretch.after):
            raise invalid(f"entries[{place}].reference", "out_of_order")
        last = entry.reference
    if stretch.until and last > stretch.until:
        raise invalid("until_reference", "before_the_last_entry")
    return stretch


def host_of(name: str) -> str:
    return segments(name, "hosts/*", "host")[0]


def _bound(reference: str, field: str) -> str:
    """A global serial: what the journal's order is certain for."""
    if reference and not _SERIAL.fullmatch(reference):
        raise invalid(field, "not_a_global_serial")
    return reference


def _entry(entry: pb.DayEntry, field: str) -> DayEntry:
    return DayEntry(
        reference=checked_text(entry.reference, f"{field}.reference", _MOST, required=True),
        reversed=entry.reversed,
        accounting_date=date_from_proto(entry.accounting_date, f"{field}.accounting_date"),
        operation=checked_text(entry.operation, f"{field}.operation", _MOST),
        account=checked_text(entry.account_number, f"{field}.account_number", _MOST),
        amount=money_from_proto(entry.amount, f"{field}.amount") if entry.HasField("amount") else None,
        host_serial=checked_text(entry.host_serial, f"{field}.host_serial", _MOST),
    )


def findings_to_proto(findings: Findings) -> pb.ReconcileDayResponse:
    return pb.ReconcileDayResponse(
        matched_count=findings.matched,
        unsettled_count=findings.unsettled,
        resolutions=[
            pb.DoubtResolution(transaction=f"transactions/{word.reference}", word=WORDS.to_proto(word.word))
            for word in findings.words
        ],
        differences=[case_to_proto(case) for case in findings.cases],
    )


def case_to_proto(case: DifferenceCase) -> pb.Difference:
    detail = Struct()
    detail.update({side: _masked(facts) for side, facts in orjson.loads(case.detail).items()})
    return pb.Difference(
        name=f"differences/{case.name}",
        host=case.host,
        accounting_date=date_to_proto(case.accounting_date),
        reference=case.reference,
        kind=KINDS.to_proto(DifferenceKind(case.kind)),
        state=STATES.to_proto(case.state),
        open_time=instant_to_proto(case.opened_at),
        close_time=instant_to_proto(case.closed_at) if case.closed_at else None,
        closer=case.closed_by,
        close_reason=case.reason,
        detail=detail,
    )


def _masked(facts: dict[str, str]) -> dict[str, str]:
    return {name: mask_number(value) if name == "account" else value for name, value in facts.items()}
