"""Which fault, if any, strikes a request; counted, and the same again for the same seeds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tellerline.adapters.clock import Randomness, SeededRandomness
from tellerline.simulators.faults.rule import FaultKind, FaultRule


@dataclass(slots=True, eq=False)
class ActiveFault:
    """A rule at work. ``remaining`` is None where no count was given; ``injected`` says how often it struck."""

    number: int
    rule: FaultRule
    randomness: Randomness
    remaining: int | None
    injected: int = 0
    standing: bool = False

    def strikes(self, operation: str, account: str, amount: int | None) -> bool:
        if self.remaining == 0 or not self.rule.concerns(operation, account, amount):
            return False
        if self.rule.probability is not None and self.randomness.fraction() >= self.rule.probability:
            return False
        self.injected += 1
        if self.remaining is not None:
            self.remaining -= 1
        return True


class FaultEngine:
    """Rules in the order of their adding; the first that strikes is the only one."""

    def __init__(self, randomness: Randomness) -> None:
        self.randomness = randomness
        self.injected: Counter[FaultKind] = Counter()
        self._active: list[ActiveFault] = []
        self._numbers = 0
        self.maintenance: tuple[datetime, datetime] | None = None
        """From when until when the host refuses everything; ``clear`` leaves it."""

    @property
    def idle(self) -> bool:
        return not self._active and self.maintenance is None

    def maintained(self, now: datetime) -> bool:
        return self.maintenance is not None and self.maintenance[0] <= now < self.maintenance[1]

    def add(self, rule: FaultRule, *, standing: bool = False) -> ActiveFault:
        """Put a rule to work. A ``standing`` one (magic accounts) survives ``clear`` and is not listed by default."""
        self._numbers += 1
        chance = self.randomness if rule.seed is None else SeededRandomness(rule.seed)
        active = ActiveFault(self._numbers, rule, chance, rule.count, standing=standing)
        self._active.append(active)
        return active

    def listed(self, *, standing: bool = False) -> list[ActiveFault]:
        return [each for each in self._active if standing or not each.standing]

    def remove(self, number: int) -> bool:
        """Take one rule out; False when there is none of that number."""
        kept = [each for each in self._active if each.number != number]
        found = len(kept) < len(self._active)
        self._active = kept
        return found

    def clear(self) -> int:
        """Take all but the standing rules out; returns how many."""
        kept = [each for each in self._active if each.standing]
        gone = len(self._active) - len(kept)
        self._active = kept
        return gone

    def choose(self, operation: str, account: str = "", amount: int | None = None) -> ActiveFault | None:
        for active in self._active:
            if active.strikes(operation, account, amount):
                self.injected[active.rule.kind] += 1
                return active
        return None
