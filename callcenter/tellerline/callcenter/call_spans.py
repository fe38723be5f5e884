"""Spans of what a site does in one call, from its facts: nothing typed, nobody's number, no customer's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tellerline.adapters.telemetry import PastSpan
from tellerline.callcenter.call_trace import span_of, trace_of
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.words import AgentState, CallEnd, ReservationState
from tellerline.connectors.telephony.events import Ended, SecretEnd

CALL, FLOW, STEP, QUEUE = "call", "ivr flow", "ivr step", "queue"
_IN_THE_MENU = (STEP, FLOW, QUEUE)
_GO_ON = ("recording", "reservation", "wrap-up")
_GOOD_ENDS = (ReservationState.ACCEPTED, ReservationState.WRAPPING, ReservationState.COMPLETED)


@dataclass(frozen=True, slots=True)
class _Begun:
    """``part`` is its place in the call: the same from whichever controller tells of it."""

    name: str
    part: str
    parent: str
    began: datetime
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """``key`` tells stretches of one name apart that overlap."""

    name: str
    key: str = ""
    parents: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    name: str
    key: str = ""
    failed: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


class CallSpans:
    """Hears the facts of one call in order, from the first on; a span is told with the fact that ends it."""

    def __init__(self, call: str) -> None:
        self._call = call
        self._open: dict[tuple[str, str], _Begun] = {}
        self._counts: dict[str, int] = {}
        self._node = ""

    def hear(self, fact: f.Fact) -> list[PastSpan]:
        told = [span for end in self._ends(fact) if (span := self._end(fact.at, end)) is not None]
        for stretch in _begins(fact):
            self._begin(fact.at, stretch)
        return told

    def _ends(self, fact: f.Fact) -> Iterator[_End]:
        match fact:
            case f.IvrEntered() | f.QueueEntered() | f.IvrReturned() | f.AgentJoined(helper=False):
                yield from (_End(name=name) for name in _IN_THE_MENU)
            case f.IvrNodeReached(node=node):
                if node != self._node:
                    self._node = node
                    yield _End(name=STEP)
            case f.QueueLeft(why=why):
                yield _End(name=QUEUE, attributes={"why": why})
            case f.CallEnded(end=end):
                yield from self._last(end)
            case _:
                yield from _own_end(fact)

    def _last(self, end: CallEnd) -> Iterator[_End]:
        """Whatever has not ended by itself ends with the call, and the call last."""
        for name, key in reversed(tuple(self._open)):
            if name not in (CALL, *_GO_ON):
                yield _End(name=name, key=key)
        yield _End(name=CALL, failed=end is CallEnd.LOST, attributes={"end": end})

    def _begin(self, at: datetime, stretch: _Stretch) -> None:
        where = (stretch.name, stretch.key)
        if where in self._open:
            return
        number = self._counts[stretch.name] = self._counts.get(stretch.name, 0) + 1
        part = "" if stretch.name == CALL else f"{stretch.name} {number}"
        parent = next((self._open[name, ""].part for name in stretch.parents if (name, "") in self._open), "")
        self._open[where] = _Begun(stretch.name, part, parent, at, stretch.attributes)

    def _end(self, at: datetime, end: _End) -> PastSpan | None:
        begun = self._open.pop((end.name, end.key), None)
        if begun is None:
            return None
        return PastSpan(
            name=begun.name,
            trace_id=trace_of(self._call),
            span_id=span_of(self._call, begun.part),
            parent_id=span_of(self._call, begun.parent) if begun.part else "",
            began=begun.began,
            ended=at,
            failed=end.failed,
            attributes={"call": self._call, **begun.attributes, **end.attributes},
        )


def _own_end(fact: f.Fact) -> Iterator[_End]:
    """What ends by a fact of its own."""
    match fact:
        case f.SecretTaken(collection=key, end=end):
            yield _End(name="secret", key=key, failed=end is not SecretEnd.COMPLETE, attributes={"end": end})
        case f.ReservationChanged(reservation=key, agent=agent, state=state):
            failed = state not in _GOOD_ENDS
            yield _End(name="reservation", key=key, failed=failed, attributes={"state": state})
            if state is ReservationState.COMPLETED:
                yield _End(name="wrap-up", key=agent)
        case f.AgentLeft(agent=agent, why=why):
            yield _End(name="talk", key=agent, attributes={"why": why})
        case f.CallResumed():
            yield _End(name="hold")
        case f.ConsultEnded(end=end):
            yield _End(name="consult", attributes={"end": end})
        case f.SupervisionEnded(agent=agent) | f.SupervisionBegun(agent=agent):
            yield _End(name="supervision", key=agent)
        case f.RecordingEnded(recording=key, end=end):
            yield _End(name="recording", key=key, failed=end is Ended.FAILED, attributes={"end": end})
        case _:
            pass


def _begins(fact: f.Fact) -> Iterator[_Stretch]:
    match fact:
        case f.CallArrived() | f.CallOriginated():
            yield _Stretch(name=CALL)
        case f.IvrEntered(flow=flow):
            yield _Stretch(name=FLOW, attributes={"flow": flow})
        case f.IvrNodeReached(flow=flow, node=node):
            yield _Stretch(name=STEP, parents=(FLOW, QUEUE), attributes={"flow": flow, "node": node})
        case f.SecretAsked(collection=key):
            yield _Stretch(name="secret", key=key, parents=(STEP, FLOW))
        case f.QueueEntered(queue=queue, call_class=call_class):
            yield _Stretch(name=QUEUE, attributes={"queue": queue, "class": call_class})
        case f.ReservationMade(reservation=key, agent=agent, kind=kind):
            yield _Stretch(name="reservation", key=key, parents=(QUEUE,), attributes={"agent": agent, "kind": kind})
        case f.RecordingStarted(recording=key, leg=leg):
            yield _Stretch(name="recording", key=key, attributes={"recording": key, "leg": leg})
        case _:
            yield from _begins_with_people(fact)


def _begins_with_people(fact: f.Fact) -> Iterator[_Stretch]:
    match fact:
        case f.AgentJoined(agent=agent, helper=helper):
            yield _Stretch(name="talk", key=agent, attributes={"agent": agent, "helper": str(helper).lower()})
        case f.CallHeld(agent=agent):
            yield _Stretch(name="hold", attributes={"agent": agent})
        case f.ConsultStarted(agent=agent, purpose=purpose):
            yield _Stretch(name="consult", attributes={"agent": agent, "purpose": purpose})
        case f.SupervisionBegun(agent=agent, over=over, mode=mode):
            yield _Stretch(name="supervision", key=agent, attributes={"agent": agent, "over": over, "mode": mode})
        case f.AgentStateChanged(agent=agent, state=AgentState.WORKING_AFTER_CALL):
            yield _Stretch(name="wrap-up", key=agent, attributes={"agent": agent})
        case _:
            pass
