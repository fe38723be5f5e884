"""What became of a command: done, rejected, or not known. There is no fourth, and no guess."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tellerline.routing.model.codes import Code


class Fate(StrEnum):
    """How far a request got (the model's own word for what a transport reports)."""

    NOT_SENT = "NOT_SENT"
    SENT_NO_REPLY = "SENT_NO_REPLY"
    REPLIED = "REPLIED"
    REPLIED_UNREADABLE = "REPLIED_UNREADABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Base of what a host returns when a command is done; each area's results stand beside its commands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The host did it and said so. ``accounting_date`` (ISO 8601) is the host's, empty for an enquiry without one."""

    result: Result
    host_serial: str = ""
    accounting_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The host refused and said so: nothing changed. ``host_code`` and ``host_message`` are kept as evidence."""

    code: Code
    host_code: str = ""
    host_message: str = ""
    host_serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may or may not have been done. ``reason`` is a stable lower-case word; ``raw`` is what came back, if any."""

    code: Code
    reason: str
    raw: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """It was certainly not done: nothing left this side. ``until`` is when the reason ends, if that is known (ISO 8601
    with offset)."""

    code: Code
    reason: str
    until: str = ""


Outcome = Done | Rejected | Unknown | NotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Result):
    """Answer to ``Inquire``: the host knows the original, with what it would have answered then.

    ``original`` is ``Done`` or ``Rejected``; ``reversed`` says that it has been undone since.
    """

    original: Done | Rejected
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound(Result):
    """Answer to ``Inquire``: the host has not seen the original. Proves nothing before its maximum processing time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal(Result):
    """Answer to ``Reverse``. ``effective`` is False when there was nothing to undo: the host keeps a tombstone then,
    and will refuse the original should it still arrive."""

    effective: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState(Result):
    """Answer to ``Echo``."""

    accounting_date: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested(Result):
    """Done by the word of two people who looked at the host's books; what the host would have answered is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Attested):
    """Done by the host's own day file; what it would have answered is not known."""
