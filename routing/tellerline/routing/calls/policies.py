"""How callers are put in order: the caller's score, as two straight lines of time.

Score = waited + credit + weight x max(0, waited - service level) = the greater of ``now - base`` and
``(1 + weight) x now - aged``: neither key depends on the time, so that callers in order stay in order.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``credits``: the class's credit counts as waiting; ``aging``: waiting beyond the service level counts more."""

    name: str
    credits: bool
    aging: bool

    def credit(self, credit: float) -> float:
        return credit if self.credits else 0

    def weight(self, weight: float) -> float:
        return weight if self.aging else 0


FIFO = Policy(name="fifo", credits=False, aging=False)
FIFO_WITH_CREDIT = Policy(name="fifo-credit", credits=True, aging=False)
DEFAULT = Policy(name="default", credits=True, aging=True)

POLICIES = {policy.name: policy for policy in (FIFO, FIFO_WITH_CREDIT, DEFAULT)}


def score(waited: float, credit: float, weight: float, service_level: float) -> float:
    """A caller's score in seconds, as it is defined; more is better."""
    return waited + credit + weight * max(0, waited - service_level)
