"""What was decided about each call, kept to be told later."""

from __future__ import annotations

from collections.abc import Iterable

from tellerline.routing.calls.decisions import Decision, Offer


class Chronicle:
    """Decisions by call, in their order. It grows until calls are forgotten."""

    def __init__(self) -> None:
        self._decisions: dict[str, list[Decision]] = {}

    def record(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            self._decisions.setdefault(decision.call, []).append(decision)

    def of(self, call: str) -> tuple[Decision, ...]:
        """Nothing for a call that is unknown or forgotten."""
        return tuple(self._decisions.get(call, ()))

    def offers_of(self, call: str) -> tuple[Offer, ...]:
        """The offers of a call; the last one is that to whoever answered, if anybody did."""
        return tuple(decision for decision in self.of(call) if isinstance(decision, Offer))

    def forget(self, call: str) -> None:
        self._decisions.pop(call, None)
