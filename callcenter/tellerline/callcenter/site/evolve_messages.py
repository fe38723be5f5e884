"""How facts of messages change the state. A message stays at hand until it was handled, and long after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.state import Call, Mark, Message, SiteState

KEPT = 1000
"""Messages that were handled and are still at hand."""


def begun(state: SiteState, call: Call, fact: f.RecordingStarted) -> None:
    state.messages_made += 1
    state.messages[fact.recording] = Message(
        id=fact.recording,
        order=state.messages_made,
        call=call.id,
        leg=fact.leg,
        box=fact.box,
        number=call.called if call.origin else call.caller,
        began=fact.at,
    )


def ended(state: SiteState, recording: str, at: datetime) -> None:
    """Nothing for a recording that is no message, or has ended before."""
    message = state.messages.get(recording)
    if message is not None and message.ended is None:
        message.ended = at


def _marked(fact: f.MessageMarked, state: SiteState) -> None:
    message = state.messages[fact.message]
    message.marks.append(Mark(at=fact.at, by=fact.agent, handled=fact.handled, reason=fact.reason))
    done = [each.id for each in state.messages.values() if each.handled]
    for name in done[:-KEPT]:
        del state.messages[name]


def _fetched(fact: f.RecordingFetched, state: SiteState) -> None:
    """It is kept for those who ask who has heard what."""


HANDLERS: Mapping[type[f.Fact], Callable[[Any, SiteState], None]] = {
    f.MessageMarked: _marked,
    f.RecordingFetched: _fetched,
}
