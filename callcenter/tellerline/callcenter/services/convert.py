"""States and events of a site in the contract's words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.callcenter.live.records import Recorded
from tellerline.callcenter.services.refusals import invalid
from tellerline.callcenter.site import state as model
from tellerline.callcenter.site.figures import DayFigures
from tellerline.callcenter.site.words import Mode, Purpose, Target

_NO_DETAILS = frozenset({"at", "agent", "call", "queue", "data", "kept"})
"""What events have fields for, ``data``, where a flow keeps what the customer typed and was told, and calls as a
whole."""
_ID = re.compile(r"[\w.:~-]{1,64}")


def number_of(word: StrEnum | None, descriptor: EnumDescriptor) -> Any:
    """The contract's value of a site's word: the enum's values end with the words."""
    prefix = descriptor.values[0].name.removesuffix("UNSPECIFIED")
    return 0 if word is None else descriptor.values_by_name[f"{prefix}{word.value}"].number


def word_of(number: int, descriptor: EnumDescriptor, words: type[StrEnum], field: str) -> Any:
    """The site's word; ``INVALID_REQUEST`` for none."""
    value = descriptor.values_by_number.get(number)
    if value is None or not number:
        raise invalid(field, "unspecified")
    return words(value.name.removeprefix(descriptor.values[0].name.removesuffix("UNSPECIFIED")))


def target_of(number: int) -> Target:
    target: Target = word_of(number, agents.Target.DESCRIPTOR, Target, "target")
    return target


def purpose_of(number: int) -> Purpose:
    purpose: Purpose = word_of(number, calls.Purpose.DESCRIPTOR, Purpose, "purpose")
    return purpose


def mode_of(number: int) -> Mode:
    mode: Mode = word_of(number, calls.Supervision.DESCRIPTOR, Mode, "supervision")
    return mode


def agent_to_proto(agent: model.Agent) -> agents.Agent:
    pending = agent.pending.target if agent.pending else None
    return agents.Agent(
        name=f"agents/{agent.id}",
        version=agent.version,
        state=number_of(agent.state, agents.AgentState.DESCRIPTOR),
        cause=agent.cause,
        state_time=instant(agent.since),
        telephone=agent.telephone,
        leader=agent.leader,
        call=f"calls/{agent.call}" if agent.call else "",
        reservation=agent.reservation,
        pending_target=number_of(pending, agents.Target.DESCRIPTOR),
        sign_in_time=instant(agent.signed_in),
    )


def figures_to_proto(figures: DayFigures) -> agents.DayFigures:
    return agents.DayFigures(
        signed_in_duration=duration(figures.signed_in),
        working_duration=duration(figures.working),
        talk_duration=duration(figures.talk),
        held_duration=duration(figures.held),
        average_talk_duration=duration(figures.average_talk),
        call_count=figures.calls,
        hold_count=figures.holds,
        offered_count=figures.offered,
        accepted_count=figures.accepted,
        rejected_count=figures.rejected,
        timed_out_count=figures.timed_out,
        transfer_count=figures.transfers,
    )


def call_to_proto(call: model.Call, hidden: Collection[str] = ()) -> calls.Call:
    """Without the ``hidden`` legs."""
    queue = call.request.queue if call.request else ""
    return calls.Call(
        name=f"calls/{call.id}",
        version=call.version,
        place=number_of(call.place, calls.Place.DESCRIPTOR),
        caller_number=call.caller,
        called_number=call.called,
        agent=named("agents", call.agent),
        agents=[named("agents", agent) for agent in sorted(call.agents)],
        queue=named("queues", queue),
        flow=call.flow,
        node=call.node,
        begin_time=instant(call.began),
        held_time=instant(call.held_since),
        legs=[_leg_to_proto(leg) for leg in call.legs.values() if leg.id not in hidden],
        end_time=instant(call.ended),
    )


def _leg_to_proto(leg: model.Leg) -> calls.Leg:
    role, state = number_of(leg.role, calls.Role.DESCRIPTOR), number_of(leg.state, calls.LegState.DESCRIPTOR)
    return calls.Leg(leg=leg.id, role=role, party=leg.party, state=state)


def record_to_proto(call: model.Call) -> calls.CallRecord:
    record = call.record
    return calls.CallRecord(
        call=f"calls/{call.id}",
        segments=[_segment_to_proto(segment) for segment in record.segments],
        recordings=record.recordings,
        nodes=record.nodes,
        entries=record.entries,
        corrections=[
            calls.Correction(
                correct_time=instant(each.at), agent=f"agents/{each.by}", reason=each.reason, entries=each.entries
            )
            for each in record.history
        ],
        transfer_count=record.transfers,
    )


def _segment_to_proto(segment: model.Segment) -> calls.Segment:
    return calls.Segment(
        kind=segment.kind,
        name=segment.name,
        begin_time=instant(segment.began),
        end_time=instant(segment.ended),
        end_reason=segment.why,
    )


def event_to_proto(recorded: Recorded) -> agents.Event:
    entry = recorded.entry
    details = {name: value for name, value in orjson.loads(entry.body).items() if name not in _NO_DETAILS}
    packed = Struct()
    packed.update(details)
    return agents.Event(
        resume_token=str(recorded.position),
        event_time=instant(entry.at),
        kind=entry.kind,
        agent=named("agents", entry.agent),
        call=named("calls", entry.call),
        queue=named("queues", entry.queue),
        details=packed,
    )


def identifier(name: str, collection: str, field: str) -> str:
    """The last part of a resource name; ``INVALID_REQUEST`` for another shape."""
    head, slash, last = name.partition("/")
    if head != collection or not slash or _ID.fullmatch(last) is None:
        raise invalid(field, "not_a_name" if name else "missing")
    return last


def texts(entries: Iterable[tuple[str, str]], field: str) -> dict[str, str]:
    """A map of at most 64 printable entries of at most 2,000 characters."""
    found = dict(entries)
    if not found:
        raise invalid(field, "missing")
    if len(found) > 64 or any(len(name) > 64 or len(value) > 2000 for name, value in found.items()):
        raise invalid(field, "too_long")
    if not all(name and is_text(name) and is_text(value, lines=True) for name, value in found.items()):
        raise invalid(field, "control_character")
    return found


def is_text(text: str, *, lines: bool = False) -> bool:
    """Whether it can be shown to people as it is; ``lines`` may be in it, and the wide space of Chinese writing."""
    return all(c.isprintable() or c == "\N{IDEOGRAPHIC SPACE}" or (lines and c == "\n") for c in text)


def instant(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def duration(length: timedelta) -> Duration:
    made = Duration()
    made.FromTimedelta(length)
    return made


def named(collection: str, identifier: str) -> str:
    return f"{collection}/{identifier}" if identifier else ""
