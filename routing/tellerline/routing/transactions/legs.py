"""What a plan of many legs is: data about which commands follow each other, and what undoes what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from tellerline.routing.model.command import Command
from tellerline.routing.model.outcome import Attested, Done, NotSent, Rejected, Result

C = TypeVar("C", bound=Command)
R = TypeVar("R", bound=Result)

Ended = Done | Rejected | NotSent
"""How a leg ended. One that was undone while its outcome was unknown is ``Rejected`` with ``REVERSED``."""


class WhenRefused(Enum):
    """What follows when a leg is refused for certain."""

    UNDO = "undo"
    """The plan is undone: what its legs have done is taken back, the last one first."""
    FORWARD = "forward"
    """Past the point of no return: tried again while the refusal says "later", else for people to decide."""
    KEEP = "keep"
    """An outcome of its own that the plan goes on with; a refusal that says "later" is tried again some times."""


class AttestedError(Exception):
    """A leg is done, but what its host answered is not known: people, or the host's day file, said that it is done."""

    def __init__(self, word: Attested) -> None:
        super().__init__(type(word).__name__)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Generic[C]):
    """What legs are made from: the plan's command and global serial, and how the legs of earlier steps ended."""

    command: C
    reference: str
    ended: Mapping[str, Sequence[Ended]] = field(default_factory=dict)

    def done(self, step: str) -> Done:
        """How the only leg of ``step`` ended, which was done."""
        (outcome,) = self.ended[step]
        assert isinstance(outcome, Done)
        return outcome

    def result(self, step: str, kind: type[R]) -> R:
        """What the only leg of ``step`` returned. Raises ``AttestedError`` when nobody knows."""
        result = self.done(step).result
        if isinstance(result, Attested):
            raise AttestedError(result)
        assert isinstance(result, kind)
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[C]):
    """One or several legs of the same kind, side by side; the next step begins when all of them have ended.

    ``legs`` is pure: the same progress gives the same commands in the same order, in every process and version, also
    when an earlier leg is done by people's word alone, without a result.
    ``undo`` makes the command that takes one of them back; None reverses it at its host by reference.
    ``at_once`` is how many may be under way together.
    """

    name: str
    asks: type[Command]
    legs: Callable[[Progress[C]], Sequence[Command]]
    when_refused: WhenRefused = WhenRefused.UNDO
    undo: Callable[[Progress[C], Command], Command] | None = None
    at_once: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Generic[C]):
    """How one operation is carried out in legs. ``booking`` names the step whose host serial and accounting date the
    plan goes by; its legs are one. A ``result`` that needs what nobody knows any more is attested like the leg was."""

    command: type[C]
    steps: tuple[Step[C], ...]
    result: Callable[[Progress[C]], Result]
    booking: str

    @property
    def operation(self) -> str:
        return self.command.operation
