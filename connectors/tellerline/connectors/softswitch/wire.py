"""Lines of the wire: requests as bytes, and what comes back as the port's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import orjson

from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import (
    Alerting,
    Cause,
    Cleared,
    Connected,
    Digit,
    Ended,
    Offered,
    PhoneHeld,
    PhoneRetrieved,
    PlaybackEnded,
    RecordingEnded,
    SwitchEvent,
)
from tellerline.connectors.telephony.snapshot import LegSeen, LegState, Snapshot

WIRE = 1
"""The version that this connector speaks."""

Message: TypeAlias = Mapping[str, Any]
_TOLD = frozenset(SwitchReason) - {SwitchReason.UNAVAILABLE, SwitchReason.UNKNOWN}


class WireError(Exception):
    """The other end does not speak this wire; nothing more of it can be trusted."""


def request(number: int, order: str, fields: Message) -> bytes:
    return orjson.dumps({"id": number, "order": order, **fields})


def message(line: bytes) -> Message:
    """Raises ``WireError``."""
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise WireError("not JSON") from error
    if not isinstance(values, dict):
        raise WireError("not an object")
    return values


def refusal(answer: Message) -> SwitchError:
    """Why an order was not carried out; a reason that only a connector can have is a defect of the switch."""
    detail = str(answer.get("detail", ""))
    word = answer["error"]
    return SwitchError(SwitchReason(word) if word in _TOLD else SwitchReason.REFUSED, detail)


def instant(told: Message) -> datetime:
    return datetime.fromisoformat(told["at"])


_EVENTS: Mapping[str, Callable[[Message], SwitchEvent]] = {
    "offered": lambda told: Offered(at=instant(told), leg=told["leg"], called=told["called"], caller=told["caller"]),
    "alerting": lambda told: Alerting(at=instant(told), leg=told["leg"]),
    "connected": lambda told: Connected(at=instant(told), leg=told["leg"]),
    "cleared": lambda told: Cleared(at=instant(told), leg=told["leg"], cause=Cause(told["cause"])),
    "digit": lambda told: Digit(at=instant(told), leg=told["leg"], digit=told["digit"]),
    "phone_held": lambda told: PhoneHeld(at=instant(told), leg=told["leg"]),
    "phone_retrieved": lambda told: PhoneRetrieved(at=instant(told), leg=told["leg"]),
    "playback_ended": lambda told: PlaybackEnded(
        at=instant(told), playback=told["playback"], leg=told["leg"], end=Ended(told["end"])
    ),
    "recording_ended": lambda told: RecordingEnded(
        at=instant(told), recording=told["recording"], leg=told["leg"], end=Ended(told["end"])
    ),
}


def event(told: Message) -> SwitchEvent | None:
    """None for an event that this version does not know. Secret digits are not among them. Raises ``WireError``."""
    read = _EVENTS.get(told["event"])
    try:
        return None if read is None else read(told)
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"event {told['event']}") from error


def snapshot(result: Message) -> Snapshot:
    """Raises ``WireError``."""
    try:
        return Snapshot(
            legs={seen["leg"]: _leg(seen) for seen in result["legs"]},
            conversations={name: frozenset(legs) for name, legs in result["conversations"].items()},
            recordings=dict(result["recordings"]),
            monitors={name: (leg, listener) for name, (leg, listener) in result["monitors"].items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("snapshot") from error


def _leg(seen: Message) -> LegSeen:
    return LegSeen(
        leg=seen["leg"],
        state=LegState(seen["state"]),
        incoming=seen["incoming"],
        number=seen["number"],
        called=seen["called"],
    )
