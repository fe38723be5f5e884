"""What a call centre's record says of one call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """Instants in seconds from any one epoch, durations in seconds.

    ``kind`` is the service asked for; ``tier`` the customer's priority, None where the record does not know it. The
    caller asked for an agent at ``asked``; ``queued`` tells whether he entered the queue, ``served`` whether an agent
    took the call, from ``begin`` to ``end`` (both ``asked`` plus ``waited`` when nobody did). ``agent`` may be unknown.
    """

    id: str
    kind: str
    tier: int | None
    asked: float
    waited: float
    queued: bool
    served: bool
    begin: float
    end: float
    agent: str | None

    @property
    def lost_before_queue(self) -> bool:
        """Hung up before any queue or agent: no routing could have changed it."""
        return not self.served and not self.queued

    @property
    def service(self) -> float:
        return self.end - self.begin
