"""The one way in which a site's state changes: by a fact. Deterministic, total over facts in their order."""

from __future__ import annotations

from functools import singledispatch

from tellerline.callcenter.site import evolve_agents, evolve_calls, evolve_messages, evolve_queues, evolve_talk
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.state import SiteState
from tellerline.callcenter.site.words import Place


@singledispatch
def _apply(fact: f.Fact, state: SiteState) -> None:
    raise TypeError(f"no such fact: {type(fact).__name__}")


for _module in (evolve_agents, evolve_calls, evolve_messages, evolve_queues, evolve_talk):
    for _kind, _handler in _module.HANDLERS.items():
        _apply.register(_kind, _handler)


def evolve(state: SiteState, fact: f.Fact) -> None:
    """Change ``state``, which must be that before the fact."""
    state.now = fact.at if state.now is None else max(state.now, fact.at)
    _apply(fact, state)
    if isinstance(fact, f.AgentFact):
        state.agents[fact.agent].version = fact.version
    elif isinstance(fact, f.CallFact):
        call = state.call(fact.call)
        if call is not None:
            call.version = fact.version
            if call.place is not Place.QUEUE or call.waiting is None:
                state.estimates.pop(call.id, None)


def version_after(state: SiteState, fact: f.AgentFact | f.CallFact) -> int:
    """The version that the agent or call has after the fact."""
    if isinstance(fact, f.AgentFact):
        agent = state.agents.get(fact.agent)
        return 1 if agent is None else agent.version + 1
    call = state.call(fact.call)
    return 1 if call is None else call.version + type(fact).counts
