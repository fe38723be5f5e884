"""How a caller's deadline shrinks on its way to the host."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRules:
    """Seconds kept back for what comes after the host: ``settle`` to write the end down, ``answer`` to say it."""

    settle: float = 0.05
    answer: float = 0.02

    def answer_by(self, deadline: float) -> float:
        """When the call must have its answer in hand."""
        return deadline - self.answer

    def host_by(self, deadline: float, now: float, timeout: float) -> float:
        """When the host must have answered an enquiry: its own ``timeout``, or earlier if the caller has less time."""
        return min(now + timeout, deadline - self.answer)

    def send_by(self, deadline: float) -> float:
        """After this nothing durable is sent any more: there would be no time to write down how it ended."""
        return deadline - self.settle - self.answer
