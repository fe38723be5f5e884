"""A site's day in any order: agents, leaders, callers, telephones and the link each do what they please."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Protocol, TypeVar

from site_world import SiteWorld

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.site import Site
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.turn import Outcome
from tellerline.callcenter.site.words import Ear, Mode, Purpose, Target
from tellerline.connectors.telephony import events as e
from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.snapshot import LegState
from tellerline.connectors.telephony.switch import SecretPlan
from tellerline.routing.calls.model import AgentProfile

T = TypeVar("T")
AGENTS = ("a1", "a2", "a3", "b1", "b2")
CAUSES = (e.Cause.NORMAL, e.Cause.BUSY, e.Cause.NO_ANSWER, e.Cause.UNREACHABLE, e.Cause.MEDIA_LOST)


class Choose(Protocol):
    def __call__(self, options: Sequence[T], /) -> T: ...


class RandomChoice:
    """Chance by seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def __call__(self, options: Sequence[T], /) -> T:
        return options[int(self._random.random() * len(options))]


class SiteChaos:
    """Each action does one thing that somebody may do now, sensible or not; without an occasion it does nothing."""

    def __init__(self, world: SiteWorld, choose: Choose) -> None:
        self.world = world
        self.choose = choose
        self.lines = 0

    def act(self, action: str) -> None:
        ACTIONS[action](self)

    def run(self, steps: int) -> None:
        self.open()
        for _ in range(steps):
            self.act(self.choose(WEIGHTED if self.world.linked else (*WEIGHTED[::8], "link")))
        self.world.verify_fold()

    def open(self) -> None:
        """The agents are there, and two of them talk already."""
        for agent in AGENTS:
            self.world.agent(agent, leader=agent.startswith("b"))
        for line in ("line01", "line02"):
            reservation = self.world.state.reservations[self.world.caller(line).reservation]
            if not self.world.settings.ring_on_offer:
                agent = reservation.agent
                self.world.must(c.AcceptReservation(actor=agent, agent=agent, reservation=reservation.id))
            self.world.answer(reservation.agent)

    # People of the centre

    def sign_in(self) -> None:
        agent = self.choose(AGENTS)
        skills = {"cards": self.choose((1, 5, 9)), "credit": 3}
        profile = AgentProfile(id=agent, skills=skills, groups=frozenset({"all-hands"}))
        leader = agent.startswith("b")
        self.world.give(c.SignIn(actor=agent, profile=profile, telephone=f"tel-{agent}", leader=leader))
        self.world.give(c.BecomeReady(actor=agent, agent=agent))

    def own_state(self) -> None:
        agent = self.choose(AGENTS)
        version = self.choose((None, None, None, 1))
        self.world.give(
            self.choose(
                (
                    c.BecomeReady(actor=agent, agent=agent, expected_version=version),
                    c.BecomeReady(actor=agent, agent=agent),
                    c.BecomeNotReady(actor=agent, agent=agent, cause="LUNCH"),
                    c.FinishWork(actor=agent, agent=agent),
                    c.SignOut(actor=agent, agent=agent),
                )
            )
        )

    def force(self) -> None:
        target, hard = self.choose(tuple(Target)), self.choose((True, False))
        self.world.give(c.Force(actor="b1", agent=self.choose(AGENTS), to=target, hard=hard))

    def offer(self) -> None:
        reservations = list(self.world.state.reservations.values())
        if not reservations:
            return
        each = self.choose(reservations)
        command = self.choose((c.AcceptReservation, c.AcceptReservation, c.RejectReservation))
        self.world.give(command(actor=each.agent, agent=each.agent, reservation=each.id))

    def bar(self) -> None:
        call = self._call()
        if call is None:
            return
        actors = [call.agent or call.origin] * 12 + [*call.agents, *AGENTS]
        actor = self.choose(actors)
        self.world.give(self._third_key(actor, call) if call.third else self._key(actor, call))

    def _third_key(self, actor: str, call: Call) -> c.Command:
        return self.choose(
            (
                c.EndConsult(actor=actor, call=call.id),
                c.Confer(actor=actor, call=call.id),
                c.Confer(actor=actor, call=call.id),
                c.CompleteTransfer(actor=actor, call=call.id),
                c.Consult(actor=actor, call=call.id, to=c.ToAgent(self.choose(AGENTS)), purpose=Purpose.HELP),
                self._key(actor, call),
            )
        )

    def _key(self, actor: str, call: Call) -> c.Command:
        parties: tuple[c.Party, ...] = (c.ToAgent(self.choose(AGENTS)), c.ToOutside("02155550000"))
        to = self.choose(parties)
        return self.choose(
            (
                c.Hold(actor=actor, call=call.id),
                c.Resume(actor=actor, call=call.id),
                c.Release(actor=actor, call=call.id),
                c.Consult(actor=actor, call=call.id, to=to, purpose=self.choose(tuple(Purpose))),
                c.Consult(actor=actor, call=call.id, to=to, purpose=Purpose.HELP),
                c.Consult(actor=actor, call=call.id, to=to, purpose=Purpose.HELP),
                c.EndConsult(actor=actor, call=call.id),
                c.Confer(actor=actor, call=call.id),
                c.CompleteTransfer(actor=actor, call=call.id),
                c.TransferToQueue(actor=actor, call=call.id, queue="credit"),
                c.TransferToIvr(actor=actor, call=call.id, flow="pin", returns=True),
                c.TransferToIvr(actor=actor, call=call.id, flow="menu"),
                c.CompleteRecord(actor=actor, call=call.id, entries={"kind": "loss"}),
                c.CorrectRecord(actor=actor, call=call.id, entries={"kind": "rate"}),
            )
        )

    def call_out(self) -> None:
        actor = self.choose(AGENTS)
        self.lines += 1
        self.world.give(c.CallOut(actor=actor, call=f"out{self.lines}", number="02166660000"))

    def lead(self) -> None:
        served = [call for call in self.world.state.calls.values() if call.agents]
        if not served:
            return
        call = self.choose(served)
        actor = self.choose(("b1", "b2"))
        agent = self.choose([*call.agents])
        command = c.Supervise(actor=actor, call=call.id, agent=agent, mode=self.choose(tuple(Mode)))
        self.world.give(self.choose((command, command, c.StopSupervising(actor=actor, call=call.id))))

    # Callers, their flows and their telephones

    def arrive(self) -> None:
        if len(self.world.state.calls) > 5:
            return
        self.lines += 1
        world = self.world
        offered = world.switch.offered(f"line{self.lines}", "13800138000", "95588", world.at)
        self._tell(offered)

    def flow(self) -> None:
        calls = [call for call in self.world.state.calls.values() if call.flow]
        if calls:
            call = self.choose(calls)
            self.world.give(c.IvrWants(call=call.id, flow=call.flow, wants=(self._want(call),)))

    def _want(self, call: Call) -> c.Want:
        enter = c.EnterQueue(queue=self.choose(("cards", "credit")), call_class=self.choose(("standard", "priority")))
        later = self.world.at + timedelta(seconds=100)
        if call.returns_to and self.choose((True, False)):
            return c.BackToAgent(outcome={"pin": "right"})
        noted: tuple[c.Want, ...] = (
            c.Know(known={"language": "en"}),
            c.NoteEntries(entries={"score": "5"}),
            c.AlertOperator(operation="get_balance", code="UNKNOWN"),
        )
        wants: tuple[c.Want, ...] = (
            enter,
            enter,
            enter,
            c.AskSecret(plan=SecretPlan(length=6)),
            c.PlayPrompts(prompts=("sound:menu",)),
            c.GoTo(node="menu", data={"tries": "1"}),
            c.BackToAgent(outcome={"pin": "right"}),
            c.KeepCallback(number="13900139000", not_before=self.choose((None, later))),
            c.KeepCallback(number="13900139000", not_before=self.choose((None, later)), enters=enter),
            c.HangUp(),
            c.LeaveQueue(),
            c.LeaveQueue(),
            c.RecordMessage(box="night", silence=timedelta(seconds=3)),
            c.EndMessage(),
            c.TransferOut(number="02155551111"),
            c.TransferOut(number="02155551111"),
            c.Rescue(call_class="standard"),
            self.choose(noted),
        )
        return self.choose(wants)

    def telephone(self) -> None:
        """A leg that is up does the next thing, which the site hears."""
        legs = self.world.switch.legs
        waiting = [name for name, leg in legs.items() if leg.cleared or leg.state is not LegState.CONNECTED]
        if not waiting:
            return
        name = self.choose(waiting)
        leg = legs[name]
        if leg.cleared is not None and self.choose((True, True, False)):
            self._end(name, leg.cleared)
        elif leg.state is LegState.INITIATED and self.choose((True, False)):
            leg.state = LegState.ALERTING
            self._tell(e.Alerting(at=self.world.at, leg=name))
        elif leg.state is not LegState.CONNECTED:
            self._tell(self.world.switch.connect(name, self.world.at))

    def hang_up(self) -> None:
        legs = self.world.switch.legs
        if legs:
            self._end(self.choose([*legs]), self.choose(CAUSES))

    def key(self) -> None:
        """Something small happens on a leg that is up."""
        up = [name for name, leg in self.world.switch.legs.items() if leg.state is LegState.CONNECTED]
        if not up:
            return
        name = self.choose(up)
        leg = self.world.switch.legs[name]
        at = self.world.at
        if leg.collection:
            event: e.SwitchEvent = e.SecretCollected(
                at=at, collection=leg.collection, leg=name, end=e.SecretEnd.COMPLETE, sealed=b"block"
            )
            leg.collection = ""
        elif leg.playback:
            event = e.PlaybackEnded(at=at, playback=leg.playback, leg=name, end=e.Ended.DONE)
            leg.playback = ""
        else:
            small: tuple[e.SwitchEvent, ...] = (
                e.Digit(at=at, leg=name, digit="1"),
                e.PhoneHeld(at=at, leg=name),
                e.PhoneRetrieved(at=at, leg=name),
            )
            event = self.choose(small)
        self._tell(event)

    def again(self) -> None:
        """Something that was told already is told once more, late."""
        past = [event for event in self.world.past if not isinstance(event, (e.Offered, e.LinkLost, e.LinkRestored))]
        if past and self.world.linked:
            self.world.give(self.choose(past[-20:]))

    def order_fails(self) -> None:
        """A telephone that was dialled just now cannot be."""
        begun = [name for name, leg in self.world.switch.legs.items() if leg.state is LegState.INITIATED]
        if begun and self.world.linked:
            name = self.choose(begun)
            reason = self.choose((SwitchReason.UNREACHABLE, SwitchReason.REFUSED, SwitchReason.UNKNOWN))
            if reason is not SwitchReason.UNKNOWN:
                del self.world.switch.legs[name]
            self.world.give(c.OrderFailed(order=o.Dial(leg=name, address=""), reason=reason))

    # Time, the link, the controller

    def time(self) -> None:
        self.world.passes(self.choose((0.001, 0.5, 1, 2, 5, 7.3, 21, 61, 400, 90_000)))

    def link(self) -> None:
        world = self.world
        if world.linked:
            world.hear(e.LinkLost(at=world.at))
            world.linked = False
            return
        restarted = self.choose((True, False, False))
        world.linked = True
        if restarted:
            world.switch.restart()
        world.hear(e.LinkRestored(at=world.at, restarted=restarted))
        self.converge()

    def converge(self) -> None:
        if self.world.linked:
            self.world.give(c.Converge(snapshot=self.world.switch.snapshot()))
            self._verify_switch()

    def _verify_switch(self) -> None:
        """After converging, the switch does what the site believes it does, and nothing is left to be put right."""
        again: Outcome = self.world.give(c.Converge(snapshot=self.world.switch.snapshot()))
        joins = [order for order in again.orders if isinstance(order, (o.Join, o.Leave, o.Monitor, o.Dial, o.Record))]
        assert not joins, f"converging did not: {joins}"
        for call in self.world.state.calls.values():
            for leg in call.legs.values():
                there = self.world.switch.legs.get(leg.id)
                if there is not None and there.cleared is None and there.state is LegState.CONNECTED:
                    conversing = leg.ear is Ear.CONVERSATION
                    assert (there.conversation == call.conversation, there.music) == (conversing, leg.ear is Ear.MUSIC)
                    alone = not call.agents and not leg.message
                    assert not (alone and there.recording), f"{leg.id} is recorded, and none of ours is there"
        assert self.world.switch.conversations == {
            call.conversation for call in self.world.state.calls.values() if call.conversing
        }

    def crash(self) -> None:
        """The controller dies while it does something: it is on record, and was not carried out."""
        self.world.dying = True
        self.act(self.choose([action for action in WEIGHTED if action not in ("link", "restart", "crash", "converge")]))
        self.world.dying = False
        self.restart()

    def restart(self) -> None:
        """The controller is gone; another one goes on from what was written."""
        self.world.verify_fold()
        self.world.site = Site(self.world.settings, copy.deepcopy(self.world.folded))
        self.converge()

    # Helpers

    def _call(self) -> Call | None:
        served = [call for call in self.world.state.calls.values() if call.agents or call.origin]
        calls = served * 3 + [*self.world.state.calls.values()]
        return self.choose(calls) if calls else None

    def _tell(self, event: e.SwitchEvent) -> None:
        """What happens while the link is lost, nobody hears of."""
        if self.world.linked:
            self.world.hear(event)

    def _end(self, leg: str, cause: e.Cause) -> None:
        for event in self.world.switch.end(leg, cause, self.world.at):
            self._tell(event)


ACTIONS: Mapping[str, Callable[[SiteChaos], None]] = {
    "sign_in": SiteChaos.sign_in,
    "own_state": SiteChaos.own_state,
    "force": SiteChaos.force,
    "offer": SiteChaos.offer,
    "bar": SiteChaos.bar,
    "call_out": SiteChaos.call_out,
    "lead": SiteChaos.lead,
    "arrive": SiteChaos.arrive,
    "flow": SiteChaos.flow,
    "telephone": SiteChaos.telephone,
    "hang_up": SiteChaos.hang_up,
    "key": SiteChaos.key,
    "again": SiteChaos.again,
    "order_fails": SiteChaos.order_fails,
    "time": SiteChaos.time,
    "link": SiteChaos.link,
    "converge": SiteChaos.converge,
    "restart": SiteChaos.restart,
    "crash": SiteChaos.crash,
}
_OFTEN = {
    "telephone": 24,
    "flow": 6,
    "bar": 14,
    "arrive": 5,
    "key": 3,
    "offer": 3,
    "time": 5,
    "crash": 2,
    "lead": 6,
    "sign_in": 2,
}
WEIGHTED = tuple(name for name in ACTIONS for _ in range(_OFTEN.get(name, 1)))
