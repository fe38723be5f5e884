"""Call records: completed after the call, corrected later."""

from __future__ import annotations

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.commands import CompleteRecord, CorrectRecord, Restore
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.turn import Turn, refuse, signed_in


def complete(turn: Turn, command: CompleteRecord) -> None:
    call = _known(turn, command)
    if not all(each.of_flow for each in call.record.history):
        refuse(Why.RECORD_EXISTS)
    turn.emit(f.RecordCompleted(at=turn.at, call=call.id, by=command.actor, entries=dict(command.entries)))


def correct(turn: Turn, command: CorrectRecord) -> None:
    call = _known(turn, command)
    if all(each.of_flow for each in call.record.history):
        refuse(Why.NO_RECORD)
    turn.emit(
        f.RecordCorrected(
            at=turn.at, call=call.id, by=command.actor, reason=command.reason, entries=dict(command.entries)
        )
    )


def restore(turn: Turn, command: Restore) -> None:
    """Nothing for a call that is at hand."""
    if turn.state.call(command.call.id) is None:
        turn.emit(f.RecordRestored(at=turn.at, call=command.call.id, kept=command.call))


def _known(turn: Turn, command: CompleteRecord | CorrectRecord) -> Call:
    """The call, up or ended: by an agent who had a part in it, or by a leader."""
    actor = signed_in(turn, command.actor)
    call = turn.state.call(command.call)
    if call is None:
        refuse(Why.NO_SUCH_CALL)
    if command.expected_version not in (None, call.version):
        refuse(Why.STALE_VERSION, call.version)
    part = any(s.name == actor.id and s.kind in ("AGENT", "HELP") for s in call.record.segments)
    if not part and not actor.leader:
        refuse(Why.NOT_IN_CALL)
    return call
