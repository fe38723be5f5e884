"""Facts of what was recorded, after it: who has heard it, and who has dealt with it. The call may be long gone."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.callcenter.site.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMarked(Fact):
    """Handled, or waiting again."""

    call: str
    message: str
    agent: str
    handled: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFetched(Fact):
    """The recording is about to be given to this agent or leader."""

    call: str
    recording: str
    agent: str
    reason: str
