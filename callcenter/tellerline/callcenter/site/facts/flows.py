"""Facts of callers in IVR flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from tellerline.callcenter.site.facts.base import CallFact
from tellerline.connectors.telephony.events import Ended, SecretEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrEntered(CallFact):
    """``returns_to`` is the agent who waits for the caller."""

    flow: str
    node: str
    returns_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrNodeReached(CallFact):
    counts: ClassVar[bool] = False
    flow: str
    node: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrReturned(CallFact):
    """The caller is back with the agent."""

    agent: str
    outcome: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsStarted(CallFact):
    """``prompts`` are names of recordings, without the figures that are said between them."""

    counts: ClassVar[bool] = False
    leg: str
    playback: str
    prompts: tuple[str, ...] = ()
    mark: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsEnded(CallFact):
    counts: ClassVar[bool] = False
    leg: str
    playback: str
    end: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretAsked(CallFact):
    leg: str
    collection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretTaken(CallFact):
    """Neither digits nor the sealed block are in here."""

    leg: str
    collection: str
    end: SecretEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerKnown(CallFact):
    """What flows go by for the whole call: ``language``, ``tier``, ``period`` and ``region``, settled when the first
    one begins; a word may change by what the caller does."""

    counts: ClassVar[bool] = False
    known: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNoted(CallFact):
    """Entries of the call record that a flow makes, such as the caller's ``score``."""

    counts: ClassVar[bool] = False
    flow: str
    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAlerted(CallFact):
    """The bank did not do what a caller asked for as it should have: somebody should look after it at once. ``code`` is
    canonical, or ``UNKNOWN`` where nobody knows whether it was done; ``reference`` finds it again."""

    counts: ClassVar[bool] = False
    flow: str
    operation: str
    code: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFailed(CallFact):
    """A defect ended the flow; the caller hears an apology and is seen to."""

    counts: ClassVar[bool] = False
    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAsked(CallFact):
    """The flow hands the caller over: ``leg``, dialled already, is a telephone outside. He hears music meanwhile."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideEnded(CallFact):
    """The telephone outside has answered, and the flow is over; or it has not, and the flow goes on."""

    leg: str
    number: str
    answered: bool
