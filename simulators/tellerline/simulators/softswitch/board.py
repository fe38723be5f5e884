"""One run of the switch: what is up, which ids were ever used, and to whom events are told."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from tellerline.adapters.clock import Clock, Timer
from tellerline.simulators.softswitch.legs import Conversation, Leg, LegState, Monitor


class Reason(StrEnum):
    """Why an order was not carried out."""

    NO_SUCH_LEG = "NO_SUCH_LEG"
    NO_SUCH_CONVERSATION = "NO_SUCH_CONVERSATION"
    NO_SUCH_RECORDING = "NO_SUCH_RECORDING"
    WRONG_STATE = "WRONG_STATE"
    UNREACHABLE = "UNREACHABLE"
    REFUSED = "REFUSED"


class OrderRefusedError(Exception):
    """Nothing of the order was carried out."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Tell(Protocol):
    """Takes an event to the controller, if there is one."""

    def __call__(self, event: str, **fields: str) -> None: ...


class Board:
    """State alone; what it means is decided by who changes it."""

    def __init__(self, clock: Clock, run: str, tell: Tell, changed: Callable[[], None]) -> None:
        self.clock = clock
        self.run = run
        self.tell = tell
        self._changed = changed
        self.legs: dict[str, Leg] = {}
        self.conversations: dict[str, Conversation] = {}
        self.monitors: dict[str, Monitor] = {}
        self._used: set[tuple[str, str]] = set()
        self._offered = 0
        self.over = False

    def first_use(self, kind: str, name: str) -> bool:
        """Whether this id is new to this run; from now on it is not."""
        if self.used(kind, name):
            return False
        self._used.add((kind, name))
        return True

    def used(self, kind: str, name: str) -> bool:
        return (kind, name) in self._used

    def next_leg(self) -> str:
        """An id for a leg that comes from outside, unlike those of other runs."""
        self._offered += 1
        name = f"{self.run}-{self._offered}"
        self._used.add(("leg", name))
        return name

    def leg(self, name: str) -> Leg:
        leg = self.legs.get(name)
        if leg is None:
            raise OrderRefusedError(Reason.NO_SUCH_LEG, name)
        return leg

    def connected(self, name: str) -> Leg:
        leg = self.leg(name)
        if leg.state is not LegState.CONNECTED:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{name} is {leg.state}")
        return leg

    def free(self, name: str) -> Leg:
        """A connected leg in no conversation, sitting in nowhere."""
        leg = self.connected(name)
        if leg.conversation is not None:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{name} is in {leg.conversation.id}")
        if leg.listening is not None:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{name} listens in {leg.listening.id}")
        return leg

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run ``action`` then, unless this run of the switch is over."""

        def act() -> None:
            if not self.over:
                action()
                self._changed()

        return self.clock.call_later(seconds, act)

    def end(self) -> None:
        """The run is over: no timer fires any more, and nothing is told."""
        self.over = True
        self.tell = _nobody

    def snapshot(self) -> dict[str, object]:
        """As the wire gives it."""
        return {
            "legs": [
                {
                    "leg": leg.id,
                    "state": leg.state.value,
                    "incoming": leg.incoming,
                    "number": leg.number,
                    "called": leg.called,
                }
                for leg in self.legs.values()
            ],
            "conversations": {
                name: [leg.id for leg in conversation.members] for name, conversation in self.conversations.items()
            },
            "recordings": {name: leg.id for leg in self.legs.values() for name in leg.recordings},
            "monitors": {name: [monitor.leg.id, monitor.listener.id] for name, monitor in self.monitors.items()},
        }


def _nobody(event: str, **fields: str) -> None:
    return None
