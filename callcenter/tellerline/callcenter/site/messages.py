"""What people do with messages and recordings. They need not be signed in at a telephone for it."""

from __future__ import annotations

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.commands import MarkMessage, NoteFetch
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.turn import Turn, refuse


def mark(turn: Turn, command: MarkMessage) -> None:
    message = turn.state.messages.get(command.message)
    if message is None:
        refuse(Why.NO_SUCH_MESSAGE)
    if message.ended is None:
        refuse(Why.RECORDING_RUNS)
    if message.handled == command.handled:
        refuse(Why.MESSAGE_HANDLED if command.handled else Why.MESSAGE_OPEN)
    turn.emit(
        f.MessageMarked(
            at=turn.at,
            call=message.call,
            message=message.id,
            agent=command.actor,
            handled=command.handled,
            reason=command.reason,
        )
    )


def note_fetch(turn: Turn, command: NoteFetch) -> None:
    turn.emit(
        f.RecordingFetched(
            at=turn.at, call=command.call, recording=command.recording, agent=command.actor, reason=command.reason
        )
    )
