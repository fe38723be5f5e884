"""What is kept in a customer's history of a request that changed something."""

from __future__ import annotations

import re
from datetime import datetime

from tellerline.adapters.telemetry import mask_text
from tellerline.gateway.journal.customer_records import Change, Interaction, InteractionKind
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_words

MOST_WORDS = 120
_LONG = re.compile(r"[0-9]{5,}(?=[0-9Xx]{2})")


def reason_of(text: str, *, required: bool = False, field: str = "reason", most: int = MOST_WORDS) -> str:
    """Somebody's words, with whatever looks like a number of an account, a document or a telephone masked."""
    masked = mask_text(checked_words(text, field, most, required=required))
    return _LONG.sub(lambda found: "*" * len(found.group()), masked)


def told(
    asking: Request,
    at: datetime,
    customer: str,
    kind: InteractionKind,
    event: str,
    *,
    sequence: int = 0,
    reference: str = "",
    representative: str = "",
    changes: tuple[Change, ...] = (),
    reason: str = "",
) -> Interaction:
    """By who asks, in his call."""
    return Interaction(
        customer=customer,
        at=at,
        kind=kind,
        channel=asking.channel,
        event=event,
        reference=reference or asking.channel_serial,
        sequence=sequence,
        call=asking.call,
        agent=asking.agent,
        representative=representative,
        changes=changes,
        reason=reason,
    )


def changed(**pairs: tuple[object, object]) -> tuple[Change, ...]:
    """The fields that differ, each as ``(before, after)``."""
    return tuple(
        Change(name, "" if before is None else str(before), "" if after is None else str(after))
        for name, (before, after) in pairs.items()
        if before != after
    )
