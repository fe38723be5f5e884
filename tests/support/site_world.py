"""A site with its switch and its time, for tests that tell a story or make one up."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from model_switch import ModelSwitch

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.evolve import evolve
from tellerline.callcenter.site.invariants import check
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.site import Site
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.turn import Outcome
from tellerline.callcenter.site.words import AgentState, GrantEnd, ReleasePolicy
from tellerline.connectors.telephony import events as e
from tellerline.routing.calls.model import AgentProfile
from tellerline.routing.calls.plan import parse_plan

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAN = parse_plan((Path(__file__).parent / "site_plan.toml").read_text(encoding="utf-8"))


def settings(**changes: object) -> SiteSettings:
    values: dict[str, object] = {
        "name": "north",
        "plan": PLAN,
        "waiting_flow": "waiting",
        "closing_flow": "closing",
        "voicemail_flow": "voicemail",
        "releases": ReleasePolicy.CLOSING_FLOW,
        "own_number": "95588",
        **changes,
    }
    return SiteSettings(**values)  # type: ignore[arg-type]


class SiteWorld:
    """Every outcome is carried out at the switch, folded a second time, and held against the invariants.

    While ``dying``, facts are written and no order is carried out any more.
    """

    def __init__(self, given: SiteSettings | None = None, make: Callable[[SiteSettings], Site] = Site) -> None:
        self.settings = given or settings()
        self.site = make(self.settings)
        self.switch = ModelSwitch()
        self.at = START
        self.facts: list[f.Fact] = []
        self.folded = SiteState()
        self.past: list[e.SwitchEvent] = []
        self.linked = True
        self.dying = False

    @property
    def state(self) -> SiteState:
        return self.site.state

    def give(self, given: c.Input) -> Outcome:
        serving = {call.id: call.agent for call in self.state.calls.values()}
        outcome = self.site.handle(given, self.at)
        for fact in outcome.facts:
            evolve(self.folded, fact)
        self.facts.extend(outcome.facts)
        if self.linked and not self.dying:
            for order in outcome.orders:
                self.switch.carry_out(order)
        self._verify(given, serving, outcome)
        return outcome

    def _verify(self, given: c.Input, serving: dict[str, str], outcome: Outcome) -> None:
        wrong = check(self.state) + self.switch.wrong
        assert not wrong, f"after {given}: {wrong}"
        grants = [(fact.call, fact.agent) for fact in outcome.facts if isinstance(fact, f.GrantEnds)]
        ends = set(grants)
        assert len(ends) == len(grants), f"after {given}: a grant ended twice"
        for call, agent in serving.items():
            now = self.state.calls.get(call)
            if agent and (now is None or now.agent != agent):
                assert (call, agent) in ends, f"after {given}: the grant of {agent} in {call} lives on"

    def hear(self, event: e.SwitchEvent) -> Outcome:
        self.past.append(event)
        return self.give(event)

    def passes(self, seconds: float) -> Outcome:
        self.at += timedelta(seconds=seconds)
        return self.give(c.Tick())

    def verify_fold(self) -> None:
        """The facts alone give the state, and a site made of it decides alike, once nothing is due any more."""
        self.give(c.Tick())
        assert self.folded == self.state
        other = Site(self.settings, copy.deepcopy(self.folded))
        other.handle(c.Tick(), self.at)
        assert other.state == self.state
        assert other.next_due() == self.site.next_due()

    # Stories

    def agent(self, agent: str, *, leader: bool = False, ready: bool = True, skill: int = 5) -> None:
        profile = AgentProfile(id=agent, skills={"cards": skill, "credit": skill})
        self.must(c.SignIn(actor=agent, profile=profile, telephone=f"tel-{agent}", leader=leader))
        if ready:
            self.must(c.BecomeReady(actor=agent, agent=agent))

    def must(self, given: c.Input) -> Outcome:
        outcome = self.give(given)
        assert outcome.refused is None, f"{given}: {outcome.refused}"
        return outcome

    def caller(self, leg: str = "line1", queue: str | None = "cards") -> Call:
        """Somebody calls in, is answered, and asks for an agent."""
        self.hear(self.switch.offered(leg, "13800138000", "95588", self.at))
        self.hear(self.switch.connect(leg, self.at))
        call = self.state.calls[self.state.legs[leg]]
        if queue is not None:
            want = c.EnterQueue(queue=queue, call_class="standard")
            self.must(c.IvrWants(call=call.id, flow=call.flow, wants=(want,)))
        return call

    def answer(self, agent: str) -> None:
        """The agent's telephone is answered."""
        call = self.state.calls[self.state.agents[agent].call]
        leg = call.leg_of(agent)
        assert leg is not None
        self.hear(self.switch.connect(leg.id, self.at))

    def answer_leg(self, leg: str) -> None:
        self.hear(self.switch.connect(leg, self.at))

    def ends(self, leg: str, cause: e.Cause = e.Cause.NORMAL) -> None:
        for event in self.switch.end(leg, cause, self.at):
            self.hear(event)

    def settle(self) -> None:
        """Everything that was to be cleared is."""
        for leg, each in list(self.switch.legs.items()):
            if each.cleared is not None:
                self.ends(leg, each.cleared)

    def hearing(self, call: Call) -> set[str]:
        """Who is in the call's conversation at the switch: agents by name, the customer as ``customer``."""
        return {
            "customer" if leg.id == call.customer else leg.party
            for leg in call.legs.values()
            if self.switch.legs[leg.id].conversation == call.conversation and not self.switch.legs[leg.id].cleared
        }

    def doing(self, agent: str) -> tuple[AgentState, str]:
        """The agent's state, and why."""
        return self.state.agents[agent].state, self.state.agents[agent].cause

    def grants_ended(self) -> list[tuple[str, GrantEnd]]:
        return [(fact.agent, fact.why) for fact in self.facts if isinstance(fact, f.GrantEnds)]
