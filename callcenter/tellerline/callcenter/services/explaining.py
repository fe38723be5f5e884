"""Why a call waits, or went to its agent: told from what happened to it, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.words import PHONE_LOST, OfferKind, Purpose, ReservationState
from tellerline.routing.calls import decisions as d
from tellerline.routing.calls.model import RoutingPlan, StepKind, Title
from tellerline.routing.calls.why import tell, title_of

ENTERED = Title(zh="来电进入“{queue}”（{call_class}）。", en="The call enters {queue} ({call_class}).")
ASKED = {
    Purpose.HELP: Title(zh="座席 {by} 向座席 {agent} 求助。", en="Agent {by} asked agent {agent} for help."),
    Purpose.TRANSFER: Title(zh="座席 {by} 将来电转给座席 {agent}。", en="Agent {by} handed the call to agent {agent}."),
    Purpose.CONFERENCE: Title(
        zh="座席 {by} 请座席 {agent} 加入会议。", en="Agent {by} asked agent {agent} into a conference."
    ),
}
TOOK_OVER = Title(zh="{agent} 拦截并接管了此来电。", en="{agent} intercepted the call.")
CALLED_OUT = Title(zh="此呼叫由座席 {agent} 呼出。", en="Agent {agent} called out.")
DECLINED = {
    ReservationState.REJECTED: Title(zh="座席 {agent} 拒接。", en="Agent {agent} rejected it."),
    ReservationState.TIMEOUT: Title(zh="座席 {agent} 振铃超时未接。", en="Agent {agent} let it ring out."),
}
CALLBACK_ASKED = Title(
    zh="客户要求回呼，目前仍在线等候；挂机后保留原排队位置。",
    en="The customer asked to be called back, and waits on; whoever hangs up then keeps the place in line.",
)
LEFT_QUEUE = {
    "CHOSE": Title(zh="客户选择不再排队。", en="The caller chose to wait no longer."),
    "VOICEMAIL": Title(zh="来电转入语音信箱。", en="The call went to voicemail."),
    "UNREACHED": Title(zh="多次回呼客户未接，已放弃。", en="The customer was called back in vain, and no more."),
}
NOT_ASKED = Title(zh="此呼叫尚未要求人工服务。", en="The call has not asked for a person.")

_BY_ROUTING = (OfferKind.QUEUE, OfferKind.CALLBACK)
_REASONS = {ReservationState.REJECTED: "rejected", ReservationState.TIMEOUT: "timeout"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One decision: when, the fact's kind, and why in a sentence."""

    at: datetime
    kind: str
    text: str
    queue: str = ""
    agent: str = ""
    grounds: Mapping[str, str] = field(default_factory=dict)


class Story:
    """What routing and people have decided about one call, from its facts in order.

    ``agent`` serves it now, or did so last; ``answer`` says why he, else what became of the call. Nothing is told of a
    leader who listens.
    """

    def __init__(self, plan: RoutingPlan, language: str, facts: Iterable[f.Fact]) -> None:
        self.told: list[Told] = []
        self.agent = ""
        self.answer = NOT_ASKED.in_language(language)
        self._plan = plan
        self._language = language
        self._queue = ""
        self._offered: dict[str, str] = {}
        for fact in facts:
            self._hear(fact)

    def why_offered(self, agent: str) -> str:
        """Why the call was last offered to this agent; empty: it was not."""
        return self._offered.get(agent, "")

    def _hear(self, fact: f.Fact) -> None:
        match fact:
            case f.QueueEntered():
                self._entered(fact)
            case f.QueueStepReached():
                made = d.StepSkipped if fact.skipped else d.StepChanged
                self._say(fact, made(_seconds(fact), fact.call, fact.step, StepKind(fact.kind), fact.group))
            case f.CallbackKept():
                self._say(fact, d.CallbackKept(_seconds(fact), fact.call, fact.not_before.timestamp()))
            case f.CallbackAsked():
                self._tell(fact, CALLBACK_ASKED)
            case f.QueueLeft():
                self._left(fact)
            case f.ReservationMade() if fact.kind in _BY_ROUTING:
                self._say(fact, _offer(fact), agent=fact.agent, grounds=fact.grounds)
                self._offered[fact.agent] = self.told[-1].text
            case f.ReservationChanged() if fact.kind is not OfferKind.SUPERVISION:
                self._changed(fact)
            case f.ConsultStarted(inside=True):
                self._tell(fact, ASKED[fact.purpose], agent=fact.party, by=fact.agent)
                self._offered[fact.party] = self.told[-1].text
            case f.AgentJoined(helper=False):
                self._joined(fact)
            case _:
                pass

    def _entered(self, fact: f.QueueEntered) -> None:
        self._queue = fact.queue
        queue = title_of(self._plan.queues, fact.queue, self._language)
        call_class = title_of(self._plan.classes, fact.call_class, self._language)
        self._tell(fact, ENTERED, grounds={"call_class": fact.call_class}, queue=queue, call_class=call_class)
        self.answer = self.told[-1].text

    def _left(self, fact: f.QueueLeft) -> None:
        title = LEFT_QUEUE.get(fact.why)
        if title is None:
            self._say(fact, d.Left(_seconds(fact), fact.call))
        else:
            self._tell(fact, title)
        self.answer = self.told[-1].text

    def _changed(self, fact: f.ReservationChanged) -> None:
        at, reason = _seconds(fact), _REASONS.get(fact.state, "")
        if reason and fact.excluded_until is not None:
            until = fact.excluded_until.timestamp()
            self._say(fact, d.Refused(at, 0, fact.call, fact.agent, reason, until), agent=fact.agent)
        elif reason:
            self._tell(fact, DECLINED[fact.state], agent=fact.agent)
        elif fact.state is ReservationState.RESCINDED:
            reason = "lost" if fact.cause == PHONE_LOST else "forced"
            self._say(fact, d.Rescinded(at, 0, fact.call, fact.agent, reason), agent=fact.agent)
        elif fact.state is ReservationState.CANCELED:
            self._say(fact, d.Canceled(at, 0, fact.call, fact.agent), agent=fact.agent)
        elif fact.state is ReservationState.ACCEPTED:
            self._say(fact, d.Accepted(at, 0, fact.call, fact.agent), agent=fact.agent)

    def _joined(self, fact: f.AgentJoined) -> None:
        """Who serves without an offer has called out, or has taken the call from the one who served."""
        if fact.agent not in self._offered:
            self._tell(fact, TOOK_OVER if self.agent else CALLED_OUT, agent=fact.agent)
            self._offered[fact.agent] = self.told[-1].text
        self.agent, self.answer = fact.agent, self._offered[fact.agent]

    def _say(
        self, fact: f.CallFact, decision: d.Decision, *, agent: str = "", grounds: Mapping[str, str] | None = None
    ) -> None:
        self._put(fact, tell(decision, self._plan, self._language), agent, grounds)

    def _tell(
        self,
        fact: f.CallFact,
        title: Title,
        *,
        agent: str = "",
        grounds: Mapping[str, str] | None = None,
        **values: str,
    ) -> None:
        self._put(fact, title.in_language(self._language).format(agent=agent, **values), agent, grounds)

    def _put(self, fact: f.CallFact, text: str, agent: str, grounds: Mapping[str, str] | None) -> None:
        kind = type(fact).__name__
        self.told.append(
            Told(at=fact.at, kind=kind, text=text, queue=self._queue, agent=agent, grounds=dict(grounds or {}))
        )


def _offer(fact: f.ReservationMade) -> d.Offer:
    """As the router made it."""
    at, grounds = _seconds(fact), fact.grounds
    return d.Offer(
        at=at,
        reservation=fact.number,
        call=fact.call,
        agent=fact.agent,
        queue=fact.queue,
        step=int(grounds["step"]),
        entered=at - float(grounds["waited"]),
        credit=float(grounds["credit"]),
        aging=float(grounds["aging"]),
        dedicated=grounds["dedicated"] == "true",
        proficiency=int(grounds["proficiency"]),
        ready_since=datetime.fromisoformat(grounds["ready_since"]).timestamp(),
        arrival=grounds["chosen"] == "agent",
        callback=fact.kind is OfferKind.CALLBACK,
    )


def _seconds(fact: f.Fact) -> float:
    return fact.at.timestamp()
