"""How facts of agents in calls, of third parties and of leaders change the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.evolve_calls import close, go
from tellerline.callcenter.site.evolve_queues import count_waited
from tellerline.callcenter.site.state import Call, Segment, SiteState, Supervision, ThirdParty
from tellerline.callcenter.site.words import ConsultEnd, GrantEnd, Place

_AGENT = "AGENT"
_HELP = "HELP"


def _joined(fact: f.AgentJoined, state: SiteState) -> None:
    call = state.calls[fact.call]
    agent = state.agents[fact.agent]
    if fact.agent in call.agents:
        _end_part(call, fact.agent, state, fact.at)
    else:
        agent.tally.calls += 1
    call.agents[fact.agent] = fact.leg
    call.record.segments.append(Segment(kind=_HELP if fact.helper else _AGENT, name=fact.agent, began=fact.at))
    if not fact.helper:
        count_waited(call, state, fact.at)
        call.agent = fact.agent
        call.waiting = None
        call.flow = call.node = call.returns_to = ""
        if call.place is not Place.TALK:
            go(call, Place.TALK, fact.agent, fact.at)


def _end_part(call: Call, agent: str, state: SiteState, at: datetime, why: str = "") -> None:
    """Close an agent's stretch, and count it as talk."""
    for segment in reversed(call.record.segments):
        if segment.kind in (_AGENT, _HELP) and segment.name == agent and segment.ended is None:
            segment.ended, segment.why = at, why
            state.agents[agent].tally.talk += at - segment.began
            return


def _left(fact: f.AgentLeft, state: SiteState) -> None:
    call = state.calls[fact.call]
    if fact.agent not in call.agents:
        return
    _end_hold(call, state, fact.at, only=fact.agent)
    _end_part(call, fact.agent, state, fact.at, fact.why)
    del call.agents[fact.agent]
    if call.agent == fact.agent:
        call.agent = ""
    if call.returns_to == fact.agent:
        call.returns_to = ""


def _held(fact: f.CallHeld, state: SiteState) -> None:
    call = state.calls[fact.call]
    call.held_since = fact.at
    state.agents[fact.agent].tally.holds += 1
    call.record.segments.append(Segment(kind="HOLD", name=fact.agent, began=fact.at))


def _end_hold(call: Call, state: SiteState, at: datetime, *, only: str = "") -> None:
    if call.held_since is None or (only and only != call.agent):
        return
    tally = state.agents[call.agent].tally
    tally.held += at - call.held_since
    tally.talk -= at - call.held_since
    call.held_since = None
    close(call, "HOLD", at)


def _resumed(fact: f.CallResumed, state: SiteState) -> None:
    _end_hold(state.calls[fact.call], state, fact.at)


def _consult_started(fact: f.ConsultStarted, state: SiteState) -> None:
    state.calls[fact.call].third = ThirdParty(
        by=fact.agent, leg=fact.leg, party=fact.party, inside=fact.inside, purpose=fact.purpose
    )


def _consult_answered(fact: f.ConsultAnswered, state: SiteState) -> None:
    third = state.calls[fact.call].third
    assert third is not None
    third.answered = True


def _conference_made(fact: f.ConferenceMade, state: SiteState) -> None:
    third = state.calls[fact.call].third
    assert third is not None
    third.joint = True


def _consult_ended(fact: f.ConsultEnded, state: SiteState) -> None:
    call = state.calls[fact.call]
    third, call.third = call.third, None
    if fact.end is ConsultEnd.TRANSFERRED:
        call.record.transfers += 1
        state.agents[fact.agent].tally.transfers += 1
        assert third is not None
        if not third.inside:
            go(call, Place.OUTSIDE, third.party, fact.at)


def _supervision_asked(fact: f.SupervisionAsked, state: SiteState) -> None:
    supervision = Supervision(leader=fact.agent, agent=fact.over, mode=fact.mode)
    state.calls[fact.call].supervisions[fact.agent] = supervision


def _supervision_begun(fact: f.SupervisionBegun, state: SiteState) -> None:
    supervision = state.calls[fact.call].supervisions[fact.agent]
    supervision.agent, supervision.mode, supervision.begun = fact.over, fact.mode, True


def _supervision_ended(fact: f.SupervisionEnded, state: SiteState) -> None:
    del state.calls[fact.call].supervisions[fact.agent]


def _grant_ends(fact: f.GrantEnds, state: SiteState) -> None:
    if fact.why is GrantEnd.INTERCEPTED:
        state.calls[fact.call].record.transfers += 1


HANDLERS: Mapping[type[f.Fact], Callable[[Any, SiteState], None]] = {
    f.AgentJoined: _joined,
    f.AgentLeft: _left,
    f.CallHeld: _held,
    f.CallResumed: _resumed,
    f.ConsultStarted: _consult_started,
    f.ConsultAnswered: _consult_answered,
    f.ConferenceMade: _conference_made,
    f.ConsultEnded: _consult_ended,
    f.SupervisionAsked: _supervision_asked,
    f.SupervisionBegun: _supervision_begun,
    f.SupervisionEnded: _supervision_ended,
    f.GrantEnds: _grant_ends,
}
