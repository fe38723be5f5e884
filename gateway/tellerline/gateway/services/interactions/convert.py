"""What happened ⇄ messages of the contract; masked, no more than that something happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tellerline.api.customers.v1 import interactions_pb2 as pb
from tellerline.gateway.journal.access_records import AccessEvent
from tellerline.gateway.journal.customer_records import Happening, Interaction, InteractionKind, Position
from tellerline.gateway.journal.interactions import GRANTS, INTERACTIONS, TRANSACTIONS, position_of
from tellerline.gateway.journal.records import Record
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.names import account_name
from tellerline.gateway.services.requests import channel_number
from tellerline.gateway.services.transactions import STATES
from tellerline.gateway.services.values import instant_to_proto, money_to_proto
from tellerline.routing.model.codes import Code

KINDS: Final = EnumPair(pb.Interaction.Kind.DESCRIPTOR, "KIND_", InteractionKind)
_SORTS: Final = {TRANSACTIONS: "t", GRANTS: "g", INTERACTIONS: "i"}
_RANKS: Final = {sort: rank for rank, sort in _SORTS.items()}


def to_proto(customer: str, happening: Happening, accounts: Mapping[str, int], *, verified: bool) -> pb.Interaction:
    """``accounts`` are the registered account numbers with their sequence numbers."""
    at, kind = _when(happening), _kind(happening)
    place = position_of(happening)
    bare = pb.Interaction(
        name=f"customers/{customer}/interactions/{_SORTS[place.rank]}{place.which}" if verified else "",
        event_time=instant_to_proto(at),
        kind=KINDS.to_proto(kind),
        channel=channel_number(happening.channel),  # type: ignore[arg-type]
    )
    if not verified:
        bare.name = f"customers/{customer}/interactions/{_SORTS[place.rank]}{place.micros}"
        return bare
    if isinstance(happening, Record):
        bare.MergeFrom(_transaction(customer, happening, accounts))
    elif isinstance(happening, AccessEvent):
        bare.MergeFrom(_grant(happening))
    else:
        bare.MergeFrom(_told(customer, happening, set(accounts.values())))
    return bare


def _transaction(customer: str, record: Record, accounts: Mapping[str, int]) -> pb.Interaction:
    sequence = accounts.get(record.account)
    _, _, representative = record.customer.partition(".")
    return pb.Interaction(
        event=record.operation,
        reference=record.global_serial,
        account=account_name(customer, sequence) if sequence else "",
        amount=money_to_proto(record.amount) if record.amount else None,
        state=STATES.to_proto(record.state),
        code=record.code.value if record.code else "",
        call=record.call,
        agent=record.agent,
        representative=_representative(customer, representative),
    )


def _grant(event: AccessEvent) -> pb.Interaction:
    customer, _, representative = event.customer.partition(".")
    return pb.Interaction(
        event=f"grant_{event.kind.value.lower()}",
        reference=event.grant_id,
        call=event.call,
        agent=event.agent,
        representative=_representative(customer, representative),
        reason=event.why,
    )


def _told(customer: str, told: Interaction, registered: set[int]) -> pb.Interaction:
    return pb.Interaction(
        event=told.event,
        reference=told.reference,
        account=account_name(customer, told.sequence) if told.sequence in registered else "",
        code=told.code.value if told.code else "",
        call=told.call,
        agent=told.agent,
        representative=_representative(customer, told.representative),
        changes=[
            pb.Interaction.Change(field=each.field, before=each.before, after=each.after) for each in told.changes
        ],
        reason=told.reason,
    )


def _representative(customer: str, number: str) -> str:
    return f"customers/{customer}/representatives/{number}" if number else ""


def _when(happening: Happening) -> datetime:
    return happening.accepted_at if isinstance(happening, Record) else happening.at


def _kind(happening: Happening) -> InteractionKind:
    if isinstance(happening, Record):
        return InteractionKind.TRANSACTION
    return InteractionKind.GRANT if isinstance(happening, AccessEvent) else happening.kind


def position_text(happening: Happening) -> str:
    """For a page token; tells nothing that the page does not."""
    place = position_of(happening)
    return f"{place.micros}:{_SORTS[place.rank]}:{place.which}"


def position_from(text: str) -> Position | None:
    """None for an empty text. Raises ``INVALID_PAGE_TOKEN``."""
    if not text:
        return None
    micros, _, rest = text.partition(":")
    sort, _, which = rest.partition(":")
    number = sort != "t"
    if sort not in _RANKS or not _is_number(micros) or (number and not _is_number(which)) or not which:
        raise RefusalError(Code.INVALID_PAGE_TOKEN)
    return Position(int(micros), _RANKS[sort], which)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
