"""What a site's feed says of calls, held against what telephones have seen of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from call_load import Attempt

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.site import facts as f
from tellerline.simulators.telephones.exchange import Talk

_MARGIN = 1.0
"""Seconds between what happens at a telephone and the fact, on a busy machine; a leg ends when it is recorded."""
_SOON = 0.05
_BLINK = 0.1
"""A telephone may not notice that it was connected for so short a time."""
_CLOCK = SystemClock()
_WALL = _CLOCK.now() - timedelta(seconds=_CLOCK.monotonic())


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was heard of the switch for a part of this time; at its end the site was right again."""

    began: float
    ended: float

    def has(self, at: float) -> bool:
        return self.began - _SOON <= at <= self.ended


@dataclass(slots=True)
class LegSaid:
    """What the feed says of a leg, in seconds of the monotonic clock."""

    call: str
    party: str
    began: float
    connected: float | None = None
    ended: float | None = None
    given_up: bool = False
    """Should it be answered after all, it is hung up."""

    @property
    def up(self) -> float:
        """For how many seconds."""
        return 0.0 if self.connected is None or self.ended is None else self.ended - self.connected


class Evidence:
    def __init__(self, facts: Sequence[f.Fact], gaps: Sequence[Gap]) -> None:
        self._facts = facts
        self._gaps = gaps
        self.legs = _legs(facts)

    def once_each(self) -> None:
        """Every call and every leg begins once and ends once."""
        legs, gone = Counter[str](), Counter[str]()
        for fact in self._facts:
            if isinstance(fact, (f.CallArrived, f.LegDialled)):
                legs[fact.leg] += 1
            elif isinstance(fact, f.LegEnded):
                gone[fact.leg] += 1
        arrived = Counter(fact.call for fact in self._facts if isinstance(fact, f.CallArrived))
        ended = Counter(fact.call for fact in self._facts if isinstance(fact, f.CallEnded))
        assert set(arrived.values()) == set(legs.values()) == {1}
        assert arrived == ended
        assert legs == gone

    def callers(self, attempts: Sequence[Attempt]) -> int:
        """Each call that a caller made is there, connected and ended when he saw it, or by the end of the gap in which
        it was; but for those that came in a gap, which the switch turned away itself. Returns how many are there."""
        arrived = {fact.leg: fact for fact in self._facts if isinstance(fact, f.CallArrived)}
        claimed: set[str] = set()
        for attempt in attempts:
            assert attempt.ended is not None
            mine = [
                leg
                for leg, fact in arrived.items()
                if fact.caller == attempt.caller and attempt.began <= seconds(fact.at) <= attempt.ended + _SOON
            ]
            if not mine and (attempt.connected is None or self._gap(attempt.began)):
                continue
            (leg,) = mine
            claimed.add(leg)
            self._agree(self.legs[leg], attempt.connected, attempt.ended, attempt)
        assert claimed == set(arrived), "calls that nobody made"
        return len(claimed)

    def agent(self, agent: str, talks: Collection[Talk]) -> int:
        """The same for an agent's telephone, which was called for each of its talks. Returns how many there were."""
        own = [leg for leg in self.legs.values() if leg.party == agent]
        for talk in talks:
            before = [leg for leg in own if leg.began <= talk.began]
            leg = max(before, key=lambda leg: leg.began)
            own.remove(leg)
            assert talk.ended is not None
            self._agree(leg, talk.began, talk.ended, talk)
        never = [leg for leg in own if leg.up > _BLINK]
        assert not never, f"{agent} picked up, they say: {never}"
        return len(talks)

    def _agree(self, leg: LegSaid, connected: float | None, ended: float, seen: object) -> None:
        assert leg.ended is not None
        assert ended - _MARGIN <= leg.ended <= self._by(ended), (leg, seen)
        if connected is None:
            return
        if leg.connected is None and leg.given_up:
            return
        if leg.connected is None:
            gap = self._gap(connected)
            assert gap is not None, (leg, seen)
            assert gap.has(ended), (leg, seen)
            return
        assert connected - _MARGIN <= leg.connected <= self._by(connected), (leg, seen)

    def _gap(self, at: float) -> Gap | None:
        return next((gap for gap in self._gaps if gap.has(at)), None)

    def _by(self, at: float) -> float:
        """When the feed must say what a telephone saw then."""
        gap = self._gap(at) or self._gap(at + _MARGIN)
        return (gap.ended if gap else at) + _MARGIN


def seconds(at: datetime) -> float:
    """On the monotonic clock of this process."""
    return (at - _WALL).total_seconds()


def _legs(facts: Sequence[f.Fact]) -> dict[str, LegSaid]:
    legs: dict[str, LegSaid] = {}
    for fact in facts:
        match fact:
            case f.CallArrived():
                legs[fact.leg] = LegSaid(fact.call, fact.caller, seconds(fact.at))
            case f.LegDialled():
                legs[fact.leg] = LegSaid(fact.call, fact.party, seconds(fact.at))
            case f.LegConnected():
                legs[fact.leg].connected = seconds(fact.at)
            case f.LegGivenUp():
                legs[fact.leg].given_up = True
            case f.LegEnded():
                legs[fact.leg].ended = seconds(fact.at)
            case _:
                pass
    return legs
