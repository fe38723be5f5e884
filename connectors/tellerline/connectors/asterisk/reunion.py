"""Bringing the model into line with what a survey found."""

from __future__ import annotations

from collections.abc import Callable

from tellerline.connectors.asterisk.board import Board
from tellerline.connectors.asterisk.model import Leg, Model
from tellerline.connectors.asterisk.survey import Survey
from tellerline.connectors.telephony.events import Ended


def adopt(model: Model, found: Survey) -> list[Leg]:
    """Take what was found for true; returns the legs that ended while nobody heard it.

    What was recorded of a leg that collects goes on after it: what else may have paused it, the switch does not tell.
    """
    gone = [leg for leg in model.legs.values() if leg.id not in found.legs]
    for leg in found.legs.values():
        known = model.legs.get(leg.id)
        if known is None:
            model.legs[leg.id] = leg
        else:
            known.state, known.conversation, known.uncertain = leg.state, leg.conversation, False
    model.conversations = set(found.conversations)
    secretive = set(found.secrets.values())
    for recording in found.recordings.values():
        recording.paused = recording.paused and recording.leg not in secretive
        model.recordings.setdefault(recording.id, recording)
    for used in set(model.monitors) - set(found.monitors):
        model.used["monitor"].add(used)
    model.monitors = dict(found.monitors)
    return gone


async def ended_playbacks(board: Board) -> list[str]:
    """Those that the switch knows no more."""
    playbacks = list(board.model.playbacks)
    return [each for each in playbacks if await board.rest.get_or_none("playbacks", each) is None]


def tell_ends(
    board: Board,
    found: Survey,
    playbacks: list[str],
    end_playback: Callable[..., None],
    end_recording: Callable[..., None],
) -> None:
    """Whatever ended unheard has ended now; how is not known any more."""
    for playback in playbacks:
        known = board.model.playbacks.get(playback)
        if known:
            end_playback(known, Ended.STOPPED if known.uncertain else Ended.DONE)
    for recording in list(board.model.recordings.values()):
        if recording.id not in found.recordings:
            end_recording(recording, Ended.DONE)
