"""Queues and who waits in them, in the contract's words."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration

from tellerline.api.queues.v1 import queues_pb2 as pb
from tellerline.callcenter.services.convert import duration, instant
from tellerline.callcenter.services.explaining import Story
from tellerline.callcenter.site.standings import Standings
from tellerline.callcenter.site.words import AgentState
from tellerline.routing.calls.expected_wait import WaitError
from tellerline.routing.calls.standing import Place
from tellerline.routing.calls.state import CallState
from tellerline.routing.calls.why import step_in_words, why_still_waiting

_STATES: dict[CallState, Any] = {
    CallState.WAITING: pb.WaitingCall.STATE_WAITING,
    CallState.RESERVED: pb.WaitingCall.STATE_OFFERED,
    CallState.POSTPONED: pb.WaitingCall.STATE_POSTPONED,
}


class Lines:
    """What a site's queues look like at the instant of ``standings``, to a reader of ``language``."""

    def __init__(self, standings: Standings, language: str) -> None:
        self.standings = standings
        self.language = language
        self._waiting: dict[str, list[Place]] = defaultdict(list)
        for place in standings.places():
            self._waiting[place.queue].append(place)
        self._staffed, self._ready = _on_duty(standings)

    def queue(self, name: str) -> pb.Queue:
        queue = self.standings.plan.queues[name]
        waiting = self._waiting[name]
        *waits, next_wait = self.standings.expected_waits(name, len(waiting) + 1)
        return pb.Queue(
            name=f"queues/{name}",
            display_name=queue.title.in_language(self.language),
            waiting_calls=[
                self._waiting_call(position, place, wait)
                for position, (place, wait) in enumerate(zip(waiting, waits, strict=True), 1)
            ],
            staffed_count=self._staffed[name],
            ready_count=self._ready[name],
            longest_wait_duration=_length(max((place.waited for place in waiting), default=None)),
            service_level_duration=_length(queue.service_level),
            expected_wait_duration=_length(next_wait),
            wait_error=_error_to_proto(self.standings.wait_error(name)),
        )

    def waiting_call(self, call: str) -> pb.WaitingCall | None:
        """None for a call that does not wait."""
        for queue, waiting in self._waiting.items():
            for position, place in enumerate(waiting, 1):
                if place.call == call:
                    return self._waiting_call(position, place, self.standings.expected_waits(queue, position)[-1])
        return None

    def _waiting_call(self, position: int, place: Place, wait: float | None) -> pb.WaitingCall:
        plan = self.standings.plan
        step = plan.queues[place.queue].steps[place.step]
        postponed = place.state is CallState.POSTPONED
        request = self.standings.state.calls[place.call].request
        return pb.WaitingCall(
            call=f"calls/{place.call}",
            state=_STATES[place.state],
            position=position,
            enter_time=instant(self.standings.at - timedelta(seconds=place.waited)),
            wait_duration=_length(place.waited),
            score=place.score,
            credit=place.credit,
            aging=place.aging,
            expected_wait_duration=None if postponed else _length(wait),
            call_class=request.call_class if request else "",
            step=place.step,
            step_text=step_in_words(step.kind, step.group, plan, self.language),
            next_step_duration=_length(place.next_step_in),
            offered_agent=f"agents/{place.offered_to}" if place.offered_to else "",
            callback=place.callback,
            callback_after_duration=_length(place.dialled_in),
        )


def _on_duty(standings: Standings) -> tuple[Counter[str], Counter[str]]:
    """By queue: agents on duty whom its calls reach by skill, and those of them who are ready."""
    staffed: Counter[str] = Counter()
    ready: Counter[str] = Counter()
    for agent in standings.state.agents.values():
        served = standings.waits.queues_of(agent.id)
        staffed.update(served)
        if agent.state is AgentState.READY:
            ready.update(served)
    return staffed, ready


def explanation_to_proto(call: str, story: Story, lines: Lines) -> pb.CallExplanation:
    """Of a call that waits why it does; of one that is being offered also why to this agent."""
    text, agent = story.answer, story.agent
    standing = lines.standings.of(call)
    if standing is not None:
        agent = standing.offered_to or ""
        text = why_still_waiting(standing, lines.standings.plan, lines.language)
        if agent:
            text = ("" if lines.language.startswith("zh") else " ").join((text, story.why_offered(agent)))
    return pb.CallExplanation(
        call=f"calls/{call}",
        text=text,
        waiting_call=lines.waiting_call(call),
        agent=f"agents/{agent}" if agent else "",
        decisions=[
            pb.RoutingDecision(
                decide_time=instant(told.at),
                kind=told.kind,
                text=told.text,
                queue=f"queues/{told.queue}" if told.queue else "",
                agent=f"agents/{told.agent}" if told.agent else "",
                grounds=told.grounds,
            )
            for told in story.told
        ],
        ahead_count=standing.ahead if standing else 0,
        staffed_count=standing.staffed if standing else 0,
        barred_count=standing.barred if standing else 0,
    )


def _error_to_proto(error: WaitError | None) -> pb.WaitError | None:
    if error is None:
        return None
    return pb.WaitError(
        call_count=error.calls,
        bias_duration=_length(error.bias),
        mean_absolute_duration=_length(error.mean_absolute),
        p90_absolute_duration=_length(error.p90_absolute),
    )


def _length(seconds: float | None) -> Duration | None:
    return None if seconds is None else duration(timedelta(seconds=seconds))
