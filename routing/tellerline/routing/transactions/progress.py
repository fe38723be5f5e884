"""Where a plan stands and what comes next: pure, so that every process that looks decides the same.

A leg's end changes no more once it is final, so a plan may be looked at by several processes at any time. People alone
put one right, and whoever writes a decision down makes sure that they have not done so since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Reverse
from tellerline.routing.model.outcome import Done, NotSent, Rejected, Result, Reversal
from tellerline.routing.transactions.legs import AttestedError, C, Ended, Plan, Progress, Step, WhenRefused

LATER = frozenset({Code.HOST_BUSY, Code.HOST_CLOSED_FOR_MAINTENANCE, Code.HOST_UNAVAILABLE, Code.REVERSED})
"""Refusals that say "later", not "no"; a leg that was undone in doubt never happened and may be done anew."""
PATIENCE = {WhenRefused.UNDO: 1, WhenRefused.KEEP: 5, WhenRefused.FORWARD: 150}
_LONGEST_WAIT = 30.0
_LONGEST_CLOSED = 1800.0
"""A host that said until when it is closed is asked again then, or after half an hour: it may be open earlier."""


class Standing(Enum):
    """How far a leg has got."""

    LAID = "laid"
    """Nothing of it was sent yet."""
    OPEN = "open"
    """Under way, in doubt or with people."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One attempt at a leg; ``number`` is negative for what undoes the leg of that number. ``outcome`` and
    ``ended_at`` are there when it has ended."""

    number: int
    attempt: int
    serial: str
    host: str = ""
    standing: Standing = Standing.LAID
    outcome: Ended | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A leg to be sent, not before an instant if there is one. ``host`` is empty where routing decides."""

    number: int
    attempt: int
    step: str
    command: Command
    host: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """Send what is due, wait for what is open, and look again."""

    due: tuple[Due, ...]
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Finished:
    outcome: Done


@dataclass(frozen=True, slots=True)
class Undone:
    """Over without effect, because of how a leg was refused. ``taken_back``: something was done and undone."""

    because: Rejected | NotSent
    step: str
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """Only people can decide."""

    reason: str


Decision = Going | Finished | Undone | Stuck
_TOO_LATE = Stuck("done_after_undoing")
"""People have since found that the leg whose refusal began the undoing was done after all."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A leg that was done, with what it was."""

    leg: Leg
    step: Step[Any]
    command: Command


def decide(plan: Plan[C], command: C, reference: str, legs: Iterable[Leg]) -> Decision:
    """``reference`` is the plan's global serial, ``legs`` every attempt at any leg of it."""
    last = _last_attempts(legs)
    undoing = any(number < 0 for number in last)
    progress = Progress(command=command, reference=reference)
    done: list[_Placed] = []
    number = 1
    for step in plan.steps:
        commands = step.legs(progress)
        stand = [_stand(step, number + place, asked, last) for place, asked in enumerate(commands)]
        refused = [each for each in stand if isinstance(each, Rejected | NotSent)]
        done += [
            _Placed(last[number + place], step, asked)
            for place, (asked, each) in enumerate(zip(commands, stand, strict=True))
            if isinstance(each, Done)
        ]
        failed = bool(refused) and step.when_refused is not WhenRefused.KEEP
        due = tuple(each for each in stand if isinstance(each, Due) and not failed)
        if due and undoing:
            return _TOO_LATE
        if due or None in stand:
            return Going(due, step.at_once)
        if failed and step.when_refused is WhenRefused.FORWARD:
            return Stuck(f"refused:{step.name}:{refused[0].code.value}")
        if failed:
            return _undo(progress, done, last, refused[0], step.name)
        ended = tuple(each for each in stand if isinstance(each, Done | Rejected | NotSent))
        progress = replace(progress, ended={**progress.ended, step.name: ended})
        number += len(commands)
    if undoing:
        return _TOO_LATE
    return Finished(replace(progress.done(plan.booking), result=_result(plan, progress)))


def _result(plan: Plan[C], progress: Progress[C]) -> Result:
    try:
        return plan.result(progress)
    except AttestedError as error:
        return error.word


def _last_attempts(legs: Iterable[Leg]) -> dict[int, Leg]:
    last: dict[int, Leg] = {}
    for leg in legs:
        if leg.number not in last or last[leg.number].attempt < leg.attempt:
            last[leg.number] = leg
    return last


def _stand(step: Step[Any], number: int, command: Command, last: Mapping[int, Leg]) -> Ended | Due | None:
    """How a leg ended for good, or that it is due; None while nobody can say."""
    leg = last.get(number)
    if leg is None or leg.standing is Standing.LAID:
        return Due(number=number, attempt=leg.attempt if leg else 1, step=step.name, command=command)
    if leg.outcome is None:
        return None
    patient = leg.attempt < PATIENCE[step.when_refused]
    if isinstance(leg.outcome, Done) or not patient or not _says_later(leg.outcome):
        return leg.outcome
    return Due(number=number, attempt=leg.attempt + 1, step=step.name, command=command, not_before=_next_try(leg))


def _says_later(outcome: Rejected | NotSent) -> bool:
    """What was not sent may go another time, unless it can never be built."""
    if isinstance(outcome, NotSent):
        return outcome.code is not Code.INVALID_REQUEST
    return outcome.code in LATER


def _next_try(leg: Leg) -> datetime | None:
    if leg.ended_at is None:
        return None
    wait = min(_LONGEST_WAIT, 2.0 ** min(leg.attempt - 1, 10))
    if isinstance(leg.outcome, NotSent) and leg.outcome.until:
        closed_for = (datetime.fromisoformat(leg.outcome.until) - leg.ended_at).total_seconds()
        wait = max(wait, min(closed_for, _LONGEST_CLOSED))
    return leg.ended_at + timedelta(seconds=wait)


def _undo(
    progress: Progress[Any],
    done: Sequence[_Placed],
    last: Mapping[int, Leg],
    because: Rejected | NotSent,
    refused_step: str,
) -> Decision:
    """The last one first, each only when the one before is undone."""
    for placed in reversed(done):
        forward = replace(placed.step, when_refused=WhenRefused.FORWARD)
        stand = _stand(forward, -placed.leg.number, _undoing(progress, placed), last)
        if stand is None:
            return Going(())
        if isinstance(stand, Due):
            return Going((replace(stand, host="" if placed.step.undo else placed.leg.host),))
        if isinstance(stand, Done):
            if isinstance(stand.result, Reversal) and not stand.result.effective:
                return Stuck(f"nothing_to_undo:{placed.step.name}")
        elif stand.code is not Code.ALREADY_REVERSED:
            return Stuck(f"undo_refused:{placed.step.name}:{stand.code.value}")
    return Undone(because, refused_step, bool(done))


def _undoing(progress: Progress[Any], placed: _Placed) -> Command:
    if placed.step.undo is not None:
        return placed.step.undo(progress, placed.command)
    return Reverse(
        original_reference=placed.leg.serial,
        original_operation=placed.command.operation,
        original_account=placed.command.account_number,
        amount=getattr(placed.command, "amount", None),
    )
