"""How the calls of a site stand with routing at one instant: questions, which change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tellerline.callcenter.site import waits
from tellerline.callcenter.site.state import SiteState
from tellerline.routing.calls.expected_wait import ExpectedWaits, WaitError
from tellerline.routing.calls.model import RoutingPlan
from tellerline.routing.calls.router import Router
from tellerline.routing.calls.standing import Place, Standing


@dataclass(frozen=True, slots=True)
class Standings:
    """Holds for as long as the site handles nothing else; whoever asks keeps the answers, not this."""

    plan: RoutingPlan
    state: SiteState
    router: Router
    waits: ExpectedWaits
    at: datetime

    def of(self, call: str) -> Standing | None:
        """Why the call still waits; None when it does not. O(callers and agents concerned)."""
        return self.router.standing(call, self.at.timestamp())

    def places(self) -> Sequence[Place]:
        """Of every call that waits, in whatever queue, the best placed first."""
        return self.router.places(self.at.timestamp())

    def expected_waits(self, queue: str, callers: int) -> Sequence[float | None]:
        """Seconds that each of so many callers in the queue's line will wait, the first first; None: nothing is known,
        or nobody is on duty."""
        return self.waits.estimates(queue, callers)

    def wait_error(self, queue: str) -> WaitError | None:
        """How wrong the waits were that callers of the queue were lately told; None while none has come true."""
        return waits.error_of(self.state, queue)
