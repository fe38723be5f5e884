"""The shared first field of every request, checked and turned into the platform's terms."""

from __future__ import annotations

import re
from typing import Final

from tellerline.api.common.v1.context_pb2 import Channel, RequestContext
from tellerline.gateway.services.enums import words
from tellerline.gateway.services.names import customer_of
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo

CHANNELS: Final = words(Channel.DESCRIPTOR, "CHANNEL_")
"""Each channel's number with the word that journal, policies and metrics use for it."""

_NUMBERS: Final = {word: number for number, word in CHANNELS.items()}
_SERIAL = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_NO_COMMAND: Final = Echo()
_MOST = 64


def channel_number(channel: str) -> int:
    """The enum's value; 0 for a channel that the contract does not have."""
    return _NUMBERS.get(channel, 0)


def channel_of(context: RequestContext) -> str:
    """The channel's word. Raises ``CHANNEL_UNKNOWN``."""
    channel = CHANNELS.get(context.channel)
    if channel is None:
        raise invalid("context.channel", "unspecified", Code.CHANNEL_UNKNOWN)
    return channel


def checked_serial(serial: str, field: str) -> str:
    """``serial`` if a channel may use it."""
    if not _SERIAL.fullmatch(serial):
        raise invalid(field, "malformed" if serial else "missing")
    return serial


def request_from(context: RequestContext, command: Command = _NO_COMMAND, customer: str = "") -> Request:
    """Who asks, with ``command``; ``customer`` (a number) unless the context names one.

    Without a command the request is for admission only. The caller has made sure that the two customers agree.
    """
    serial = checked_serial(context.channel_serial, "context.channel_serial")
    return Request(
        channel=channel_of(context),
        channel_serial=serial,
        command=command,
        customer=customer or context_customer(context),
        grant=checked_text(context.grant, "context.grant", 256),
        agent=checked_text(context.agent, "context.agent", _MOST),
        call=checked_text(context.call, "context.call", _MOST),
        terminal=checked_text(context.terminal, "context.terminal", _MOST),
        branch=checked_text(context.branch, "context.branch", _MOST),
        language=checked_text(context.language_code, "context.language_code", 35),
    )


def context_customer(context: RequestContext) -> str:
    """The customer number of the context; empty where it names none."""
    return customer_of(context.customer, "context.customer") if context.customer else ""


def wants_english(context: RequestContext) -> bool:
    return context.language_code.lower().startswith("en")
