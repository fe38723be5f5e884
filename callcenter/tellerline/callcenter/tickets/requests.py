"""Who asks, and under which id: the shared first field of every request."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from google.protobuf.message import Message

from tellerline.api.common.v1.context_pb2 import Channel, RequestContext
from tellerline.callcenter.tickets.records import Request
from tellerline.callcenter.tickets.refusals import Code, RefusalError, invalid
from tellerline.callcenter.tickets.staff import Staff
from tellerline.routing.tickets.commands import Actor

_SERIAL = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_CHANNELS = {value.number: value.name.removeprefix("CHANNEL_") for value in Channel.DESCRIPTOR.values if value.number}


async def actor_of(context: RequestContext, staff: Staff) -> Actor:
    """The person who asks, as the bank's list has him. Raises ``STAFF_UNKNOWN``."""
    if not context.agent:
        raise invalid("context.agent", "missing")
    actor = await staff.find(context.agent)
    if actor is None:
        raise RefusalError(Code.STAFF_UNKNOWN)
    return actor


def request_of(message: Any) -> Request:
    """The request's id, and a digest of what it asks of whom; ``message`` has a ``context``.

    Language, call, terminal, branch and grant are not part of it.
    """
    context: RequestContext = message.context
    if context.channel not in _CHANNELS:
        raise invalid("context.channel", "unspecified")
    if not _SERIAL.fullmatch(context.channel_serial):
        raise invalid("context.channel_serial", "malformed" if context.channel_serial else "missing")
    return Request(f"{_CHANNELS[context.channel]}/{context.channel_serial}", _digest(message))


def wants_english(context: RequestContext) -> bool:
    return context.language_code.lower().startswith("en")


def _digest(message: Message) -> bytes:
    bare = type(message)()
    bare.CopyFrom(message)
    kept = RequestContext(agent=message.context.agent)  # type: ignore[attr-defined]
    bare.context.CopyFrom(kept)  # type: ignore[attr-defined]
    content = bare.SerializeToString(deterministic=True)
    return hashlib.sha256(type(message).DESCRIPTOR.full_name.encode() + b"\0" + content).digest()
