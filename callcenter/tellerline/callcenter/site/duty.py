"""Who is on duty for which queue, as far as waits depend on it: made of the state, and kept up with it."""

from __future__ import annotations

from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.state import Agent, SiteState
from tellerline.callcenter.site.words import AgentState
from tellerline.routing.calls.expected_wait import ExpectedWaits

_OFF = (AgentState.NULL, AgentState.NOT_READY)


def waits_of(settings: SiteSettings, state: SiteState) -> ExpectedWaits:
    """What is expected of the queues of ``state``, whose figures it shares."""
    waits = ExpectedWaits(settings.plan, recent=state.queues)
    for agent in state.agents.values():
        follow(waits, agent)
    return waits


def follow(waits: ExpectedWaits, agent: Agent) -> None:
    """The agent may have come on duty, or gone."""
    if agent.state in _OFF:
        waits.unstaffed(agent.id)
    else:
        waits.staffed(agent.profile)
