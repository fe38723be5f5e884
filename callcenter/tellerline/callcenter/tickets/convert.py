"""Tickets, events and flows as messages, and what people write on a ticket back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct

from tellerline.api.common.v1.transaction_pb2 import TransactionState
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets import codec
from tellerline.callcenter.tickets.records import RecordedEvent, Search
from tellerline.callcenter.tickets.refusals import OUTSIDE, invalid
from tellerline.callcenter.tickets.values import (
    EnumPair,
    checked_text,
    date_to_proto,
    instant_to_proto,
    named,
    optional_instant,
    optional_segment,
)
from tellerline.routing.tickets.approval import FlowVersion, Verdict
from tellerline.routing.tickets.clock import Clock
from tellerline.routing.tickets.commands import Actor
from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.events import Alarm, Outcome, TransactionSeen
from tellerline.routing.tickets.flow import Flow, Title
from tellerline.routing.tickets.kinds import CustomerCategory, Ending, Kind, Party, Role, Standing, Urgency
from tellerline.routing.tickets.ticket import Ticket

KINDS = EnumPair(pb.Ticket.Kind.DESCRIPTOR, "KIND_", Kind)
STANDINGS = EnumPair(pb.Ticket.Standing.DESCRIPTOR, "STANDING_", Standing)
ENDINGS = EnumPair(pb.Ticket.Ending.DESCRIPTOR, "ENDING_", Ending)
ROLES = EnumPair(pb.Role.DESCRIPTOR, "ROLE_", Role)
PARTIES = EnumPair(pb.Party.DESCRIPTOR, "PARTY_", Party)
URGENCIES = EnumPair(pb.TicketDetails.Urgency.DESCRIPTOR, "URGENCY_", Urgency, Urgency.NORMAL)
CATEGORIES = EnumPair(
    pb.TicketDetails.CustomerCategory.DESCRIPTOR, "CUSTOMER_CATEGORY_", CustomerCategory, CustomerCategory.NONE
)
VERDICTS = EnumPair(pb.FlowVersion.State.DESCRIPTOR, "STATE_", Verdict)

_OUTCOMES = {
    Outcome.MET: pb.Clock.STATE_MET,
    Outcome.MISSED: pb.Clock.STATE_MISSED,
    Outcome.VOID: pb.Clock.STATE_VOID,
}
_STATES = frozenset(TransactionState.keys())
_INSIDE = {outside: inside for inside, outside in OUTSIDE.items()}
_LIMITS = {"subject": 200, "text": 4000, "answer": 4000}
_MOST = 100


def details_from_proto(message: pb.TicketDetails, field: str) -> Details:
    """What is written, every field checked; ``field`` is the place of the message in the request."""
    texts = {
        name: checked_text(getattr(message, name), f"{field}.{name}", _LIMITS.get(name, _MOST), lines=name in _LIMITS)
        for name in (
            *("subject", "text", "contact", "category", "nature", "department", "branch", "person", "call"),
            *("notice_way", "knowledge_entry", "answer"),
        )
    }
    return Details(
        **texts,
        customer=optional_segment(message.customer, "customers/*", f"{field}.customer"),
        customer_category=CATEGORIES.from_proto(message.customer_category, f"{field}.customer_category"),
        urgency=URGENCIES.from_proto(message.urgency, f"{field}.urgency"),
        event_at=optional_instant(message, "event_time", f"{field}.event_time"),
        transaction=optional_segment(message.transaction, "transactions/*", f"{field}.transaction"),
        appointment_at=optional_instant(message, "appointment_time", f"{field}.appointment_time"),
    )


def amended(details: Details, message: pb.TicketDetails, mask: FieldMask, field: str) -> Details:
    """``details`` with the fields that ``mask`` names as ``message`` has them."""
    written = details_from_proto(message, field)
    changes: dict[str, Any] = {}
    for path in mask.paths:
        if path not in pb.TicketDetails.DESCRIPTOR.fields_by_name:
            raise invalid("update_mask", "unknown_field")
        inside = _INSIDE.get(path, path)
        changes[inside] = getattr(written, inside)
    return replace(details, **changes)


def details_to_proto(details: Details) -> pb.TicketDetails:
    return pb.TicketDetails(
        subject=details.subject,
        text=details.text,
        customer=named("customers", details.customer),
        customer_category=CATEGORIES.to_proto(details.customer_category),
        contact=details.contact,
        category=details.category,
        nature=details.nature,
        urgency=URGENCIES.to_proto(details.urgency),
        department=details.department,
        branch=details.branch,
        person=details.person,
        event_time=instant_to_proto(details.event_at),
        transaction=named("transactions", details.transaction),
        call=details.call,
        appointment_time=instant_to_proto(details.appointment_at),
        notice_way=details.notice_way,
        knowledge_entry=details.knowledge_entry,
        answer=details.answer,
    )


def ticket_to_proto(ticket: Ticket, flow: Flow, actor: Actor | None, *, english: bool) -> pb.Ticket:
    """As ``actor`` sees it, in his language."""
    running = [clock.due for clock in ticket.clocks if clock.running and clock.missed_at is None]
    return pb.Ticket(
        name=f"tickets/{ticket.id}",
        kind=KINDS.to_proto(ticket.kind),
        flow=ticket.flow,
        flow_version=ticket.flow_version,
        details=details_to_proto(ticket.details),
        version=ticket.version,
        step=ticket.step,
        step_title=_said(flow.step(ticket.step).title, english=english),
        standing=STANDINGS.to_proto(ticket.standing),
        ending=ENDINGS.to_proto(ticket.ending),
        actions=[] if ticket.closed else _actions(ticket, flow, actor, english=english),
        clocks=[_clock(clock, flow, english=english) for clock in ticket.clocks],
        calls=_calls(ticket.calls),
        paused=ticket.paused,
        told=[PARTIES.to_proto(party) for party in sorted(ticket.told)],
        transaction=None if ticket.transaction is None else _transaction(ticket.transaction),
        in_doubt=ticket.in_doubt,
        creator=ticket.opened_by,
        create_time=instant_to_proto(ticket.opened_at),
        step_time=instant_to_proto(ticket.step_since),
        pass_time=instant_to_proto(min(_passed(ticket, flow), default=None)),
        reply_by_time=instant_to_proto(min(running, default=None)),
        end_time=instant_to_proto(ticket.closed_at),
        follows=named("tickets", ticket.follows),
        followed_by=named("tickets", ticket.followed_by),
    )


def _passed(ticket: Ticket, flow: Flow) -> list[datetime]:
    """When it first came to each step at which the department acts."""
    departments = [step.name for step in flow.steps if any(Role.DEPARTMENT in action.by for action in step.actions)]
    return [ticket.entered[name] for name in departments if name in ticket.entered]


def event_to_proto(recorded: RecordedEvent) -> pb.TicketEvent:
    event = recorded.event
    detail = Struct()
    detail.update(_outside(codec.detail(event)))
    return pb.TicketEvent(
        number=recorded.number,
        event_time=instant_to_proto(event.at),
        record_time=instant_to_proto(recorded.recorded_at),
        actor=event.actor,
        reason=event.reason,
        kind=codec.kind_of(event),
        detail=detail,
    )


def search_from_proto(message: pb.TicketFilter) -> Search:
    return Search(
        kind=KINDS.filter(message.kind, "filter.kind"),
        flow=checked_text(message.flow, "filter.flow", _MOST),
        standing=STANDINGS.filter(message.standing, "filter.standing"),
        ending=ENDINGS.filter(message.ending, "filter.ending"),
        customer=optional_segment(message.customer, "customers/*", "filter.customer"),
        department=checked_text(message.department, "filter.department", _MOST),
        transaction=optional_segment(message.transaction, "transactions/*", "filter.transaction"),
        urgency=URGENCIES.filter(message.urgency, "filter.urgency"),
        called=ROLES.filter(message.called, "filter.called"),
        missed=message.missed,
        in_doubt=message.in_doubt,
        keyword=checked_text(message.keyword, "filter.keyword", _MOST),
        opened_from=optional_instant(message, "start_time", "filter.start_time"),
        opened_before=optional_instant(message, "end_time", "filter.end_time"),
    )


def flow_to_proto(version: FlowVersion, current: FlowVersion | None) -> pb.FlowVersion:
    return pb.FlowVersion(
        name=f"ticketFlows/{version.flow}/versions/{version.version}",
        content=version.text,
        state=VERDICTS.to_proto(version.verdict),
        in_effect=current is not None and current.version == version.version,
        proposer=version.proposer,
        propose_time=instant_to_proto(version.proposed_at),
        reason=version.reason,
        decider=version.decider,
        decide_time=instant_to_proto(version.decided_at),
        remark=version.remark,
    )


def _actions(ticket: Ticket, flow: Flow, actor: Actor | None, *, english: bool) -> list[pb.TicketAction]:
    roles = actor.roles if actor else frozenset[Role]()
    return [
        pb.TicketAction(
            action=action.name,
            title=_said(action.title, english=english),
            roles=[ROLES.to_proto(role) for role in sorted(action.by)],
            needed_details=[OUTSIDE.get(name, name) for name in action.needs],
            permitted=bool(roles & action.by),
        )
        for action in flow.step(ticket.step).actions
    ]


def _clock(clock: Clock, flow: Flow, *, english: bool) -> pb.Clock:
    title = next(rule.title for rule in flow.clocks if rule.name == clock.name)
    return pb.Clock(
        clock=clock.name,
        title=_said(title, english=english),
        run=clock.run,
        state=_state(clock),
        start_time=instant_to_proto(clock.started_at),
        due_time=instant_to_proto(clock.due),
        stop_time=instant_to_proto(clock.stopped_at),
        pauses=[
            pb.Pause(start_time=instant_to_proto(pause.start), end_time=instant_to_proto(pause.end))
            for pause in clock.pauses
        ],
        calls=_calls(clock.calls),
        coming_calls=_calls(clock.alarms) if clock.running else [],
    )


def _state(clock: Clock) -> pb.Clock.State.ValueType:
    if clock.missed_at is not None:
        return pb.Clock.STATE_MISSED
    if clock.outcome is not None:
        return _OUTCOMES[clock.outcome]
    return pb.Clock.STATE_PAUSED if clock.paused else pb.Clock.STATE_RUNNING


def _calls(alarms: Sequence[Alarm]) -> list[pb.Call]:
    return [pb.Call(role=ROLES.to_proto(alarm.to), call_time=instant_to_proto(alarm.at)) for alarm in alarms]


def _transaction(seen: TransactionSeen) -> pb.TransactionStanding:
    word = f"TRANSACTION_STATE_{seen.state}"
    return pb.TransactionStanding(
        name=f"transactions/{seen.serial}",
        state=TransactionState.Value(word) if word in _STATES else TransactionState.TRANSACTION_STATE_UNSPECIFIED,
        definite=seen.definite,
        accounting_date=date_to_proto(seen.accounting_date),
        see_time=instant_to_proto(seen.at),
    )


def _said(title: Title, *, english: bool) -> str:
    return title.en if english else title.zh


def _outside(values: dict[str, Any]) -> dict[str, Any]:
    """With the names of the contract's fields."""
    return {
        OUTSIDE.get(name, name): _outside(value) if isinstance(value, dict) else value for name, value in values.items()
    }
