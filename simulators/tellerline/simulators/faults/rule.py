"""What goes wrong, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The name says what happens to one request; only what stands here is disturbed."""

    LOSE_REQUEST = "lose-request"
    """Not carried out, never answered."""
    LOSE_REPLY = "lose-reply"
    """Carried out, never answered."""
    DELAY = "delay"
    """Carried out only after ``seconds``, then answered: an inquiry in between finds nothing."""
    LATE_REPLY = "late-reply"
    """Carried out at once, answered after ``seconds``."""
    DUPLICATE_REPLY = "duplicate-reply"
    """Carried out once, answered twice."""
    CONTRADICTORY_REPLY = "contradictory-reply"
    """Carried out and answered, then answered again with the opposite outcome."""
    REORDER = "reorder"
    """Carried out, answered behind the next reply that this host gives, or after ``seconds`` if none comes."""
    GARBLE = "garble"
    """Carried out, answered with something that is no readable reply."""
    REFUSE = "refuse"
    """Not carried out, answered with ``code``."""
    CRASH_AFTER_COMMIT = "crash-after-commit"
    """Carried out; then every connection drops and the host is deaf for ``seconds``. It comes back with its ledger."""


class GarbleStyle(StrEnum):
    CUT = "cut"
    """The first half of the reply, and nothing more."""
    HTML = "html"
    """A proxy's error page, as if all were well."""
    NOISE = "noise"
    """Bytes that are neither text nor record."""


_SECONDS = {
    FaultKind.DELAY: 2.0,
    FaultKind.LATE_REPLY: 30.0,
    FaultKind.REORDER: 1.0,
    FaultKind.CRASH_AFTER_COMMIT: 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """Strikes a request that passes every filter given (``operations``, ``account``, ``amount`` in minor units), when
    its trigger says so: the next ``count`` such requests, or each with ``probability``; neither means always.

    ``seed`` gives a rule its own sequence of chances. ``style`` picks how to garble; None draws one each time.
    """

    kind: FaultKind
    operations: frozenset[str] = frozenset()
    account: str = ""
    amount: int | None = None
    count: int | None = None
    probability: float | None = None
    seed: int | None = None
    seconds: float | None = None
    code: str = "9999"
    style: GarbleStyle | None = None

    def __post_init__(self) -> None:
        if self.count is not None and self.count < 1:
            raise ValueError("count is at least 1")
        if self.probability is not None and not 0.0 <= self.probability <= 1.0:
            raise ValueError("probability lies between 0 and 1")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("seconds are not negative")

    @property
    def duration(self) -> float:
        """``seconds``, or what is usual for the kind."""
        return _SECONDS.get(self.kind, 0.0) if self.seconds is None else self.seconds

    def concerns(self, operation: str, account: str, amount: int | None) -> bool:
        return (
            (not self.operations or operation in self.operations)
            and (not self.account or account == self.account)
            and (self.amount is None or amount == self.amount)
        )
