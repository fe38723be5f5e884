"""How one host's doubts about one operation are pursued: frozen, versioned, named in every doubt it governs.

A doubt goes on under the policy that its host has *now*: whoever corrects a policy means the doubts that are open. Its
times go on counting from the doubt's opening, no step is taken back (a reversal that has begun stays one), and the
change of version stands in the history beside the version under which the doubt was opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect


class NotFoundRule(StrEnum):
    """What to do when the host, asked after its maximum processing time, does not know the original."""

    REVERSE = "REVERSE"
    """Reverse it all the same: the reversal's tombstone keeps the original from ever being done."""
    RESEND = "RESEND"
    """Send it again under the same reference: only to a host that does a reference once, however often it comes.

    Never once ``give_up_after`` is over: what a customer asked for days ago may no longer be what he wants.
    """
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtPolicy:
    """All times in seconds. ``inquire_after`` and ``forward_after`` are waits before the first, second … attempt; the
    last one repeats. ``max_processing`` is counted from the doubt's opening, which is never before the sending.
    ``give_up_after`` ends in the manual queue, counted from the opening as well.
    """

    version: str
    not_found: NotFoundRule
    inquire_after: tuple[float, ...] = (2.0, 4.0, 8.0, 15.0)
    max_processing: float = 30.0
    forward_after: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    give_up_after: float = 24 * 3600.0
    unknown_original_is_undone: bool = False
    """The host refuses to reverse what it does not know *and* promises never to do it later."""
    reverse_at_once: bool = False
    """What was asked for cannot be honoured once nobody waits for it (cash that was not dispensed).

    The doubt begins with the reversal, and an approval that comes late changes nothing.
    """

    def inquire_delay(self, attempts: int, age: float = 0.0) -> float:
        """The wait before inquiry ``attempts`` + 1; never across the moment from which "not found" proves something."""
        delay = self.inquire_after[min(attempts, len(self.inquire_after) - 1)]
        return min(delay, self.max_processing - age) if age < self.max_processing else delay

    def forward_delay(self, attempts: int) -> float:
        return self.forward_after[min(attempts, len(self.forward_after) - 1)]


TRANSIENT_REFUSALS = frozenset({Code.HOST_BUSY, Code.HOST_CLOSED_FOR_MAINTENANCE, Code.HOST_UNAVAILABLE})
"""Refusals of an inquiry or a reversal that say "later", not "no"."""


def standard_policy(operation: str, effect: Effect) -> DoubtPolicy:
    """For a host that says nothing of its own: money is reversed, anything else that cannot be found is for people."""
    rule = NotFoundRule.REVERSE if effect is Effect.MONEY else NotFoundRule.MANUAL
    return DoubtPolicy(version=f"standard/{operation}/1", not_found=rule)
