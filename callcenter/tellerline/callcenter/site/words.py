"""The words of a site: states of agents, legs, reservations and calls, and what those who command may choose from."""

from __future__ import annotations

from enum import StrEnum


class AgentState(StrEnum):
    """CSTA's states of an agent, with ``RESERVED`` for the time of an offer. Held calls are still ``BUSY``."""

    NULL = "NULL"
    NOT_READY = "NOT_READY"
    READY = "READY"
    RESERVED = "RESERVED"
    BUSY = "BUSY"
    WORKING_AFTER_CALL = "WORKING_AFTER_CALL"


SIGNED_IN = "SIGNED_IN"
REJECT = "REJECT"
RONA = "RONA"
PHONE_LOST = "PHONE_LOST"
INTERCEPTED = "INTERCEPTED"
"""Reasons of not being ready that the site itself gives; agents choose others, such as ``LUNCH``."""


class Target(StrEnum):
    """Where an agent is to go once what he is doing is done."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    SIGN_OUT = "SIGN_OUT"


class LegState(StrEnum):
    """CSTA's states of a connection. A leg that ended is not kept: it is ``Null``."""

    OFFERED = "OFFERED"
    INITIATED = "INITIATED"
    ALERTING = "ALERTING"
    CONNECTED = "CONNECTED"
    CLEARING = "CLEARING"
    """We gave it up; should it be answered late, it is hung up again."""


class Role(StrEnum):
    """Whose leg it is."""

    CUSTOMER = "CUSTOMER"
    AGENT = "AGENT"
    OUTSIDE = "OUTSIDE"
    LEADER = "LEADER"


class Ear(StrEnum):
    """What a leg is to hear, and who hears it."""

    SILENCE = "SILENCE"
    """Nothing but prompts."""
    MUSIC = "MUSIC"
    CONVERSATION = "CONVERSATION"
    SECURED = "SECURED"
    """Typing secret digits: outside of every conversation, unheard and unrecorded."""


class ReservationState(StrEnum):
    """``CANCELED``: the caller left. ``RESCINDED``: the telephone was lost, or a leader forced the agent away."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    TIMEOUT = "TIMEOUT"
    CANCELED = "CANCELED"
    RESCINDED = "RESCINDED"
    WRAPPING = "WRAPPING"
    COMPLETED = "COMPLETED"


class OfferKind(StrEnum):
    """What an agent is offered: a caller of a queue, a customer to be called back, a colleague who asks for help or
    wants to hand over, or (to a leader) a call to listen to."""

    QUEUE = "QUEUE"
    CALLBACK = "CALLBACK"
    COLLEAGUE = "COLLEAGUE"
    SUPERVISION = "SUPERVISION"


class Place(StrEnum):
    """Where a call is. It is always in one of them."""

    IVR = "IVR"
    QUEUE = "QUEUE"
    CALLBACK = "CALLBACK"
    """The customer hung up and keeps his place, or is being called back."""
    DIALLING = "DIALLING"
    """An agent calls out, and the other end has not answered."""
    TALK = "TALK"
    OUTSIDE = "OUTSIDE"
    """The caller speaks with somebody outside; no agent is there."""
    ENDED = "ENDED"


class Purpose(StrEnum):
    """Why an agent calls a third party while the caller holds: to ask (内部求助, 外部求助), to hand the caller over
    once the other answers (转座席, 转外线), or to speak all together (内部会议, 外部会议)."""

    HELP = "HELP"
    TRANSFER = "TRANSFER"
    CONFERENCE = "CONFERENCE"


class Mode(StrEnum):
    """How a leader sits in: 监听 (heard by nobody), whisper (by the agent alone), 强插 (by all), 拦截 (takes over)."""

    SILENT = "SILENT"
    WHISPER = "WHISPER"
    BARGE_IN = "BARGE_IN"
    INTERCEPT = "INTERCEPT"


class ConsultEnd(StrEnum):
    BACK = "BACK"
    TRANSFERRED = "TRANSFERRED"
    FAILED = "FAILED"
    """Nobody answered, or the third party hung up."""


class GrantEnd(StrEnum):
    """Why nobody may go on with the customer's data under the grant of this call."""

    HUNG_UP = "HUNG_UP"
    TRANSFERRED = "TRANSFERRED"
    INTERCEPTED = "INTERCEPTED"


class CallEnd(StrEnum):
    """``ABANDONED``: the caller hung up before an agent answered."""

    NORMAL = "NORMAL"
    ABANDONED = "ABANDONED"
    UNREACHED = "UNREACHED"
    """The other end of a call out, or of a callback, did not answer."""
    LOST = "LOST"
    """With the switch, or with the telephone of the last one there."""


class ReleasePolicy(StrEnum):
    """What becomes of a caller whose agent hangs up first."""

    REFUSED = "REFUSED"
    """The bar does not let him; who does so by the telephone returns the caller to the head of the queue."""
    CLOSING_FLOW = "CLOSING_FLOW"
    """The caller hears the closing flow, such as a question about his satisfaction."""
    CLEAR = "CLEAR"
