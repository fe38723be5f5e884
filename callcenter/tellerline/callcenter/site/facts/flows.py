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
