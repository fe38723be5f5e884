"""What is kept in a customer's history of a request that changed something."""

from __future__ import annotations

import re
from datetime import datetime

from tellerline.gateway.journal.customer_records import Change, Interaction, InteractionKind
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_words

MOST_WORDS = 120
_FEWEST_SHOWN = 7
_SHOWN = 2
_BETWEEN = r"[\s./·‐-―－．／-]{0,2}"
_NUMBER = re.compile(rf"(?<!\d)(?!\d{{4}}-\d\d-\d\d(?!{_BETWEEN}\d))\d(?:{_BETWEEN}\d){{4,}}[Xx]?")
"""Five digits and more in any script, also in groups; a day in ISO 8601 is none."""


def reason_of(text: str, *, required: bool = False, field: str = "reason", most: int = MOST_WORDS) -> str:
    """Somebody's words, with whatever may be a number of an account, a document or a telephone masked up to its last
    two digits, and wholly what may be a PIN.
    """
    return masked_words(checked_words(text, field, most, required=required))


def masked_words(words: str) -> str:
    return _NUMBER.sub(lambda found: _masked(found.group()), words)


def _masked(number: str) -> str:
    shown = _SHOWN if sum(each.isdigit() for each in number) >= _FEWEST_SHOWN else 0
    hidden = len(number) - shown
    return "".join("*" if each.isdigit() else each for each in number[:hidden]) + number[hidden:]


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
