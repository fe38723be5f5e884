"""What is left of thirty calls once their controller was killed and another one has come: all that can be."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from functools import partial
from typing import TypeAlias

from call_floor import disagreements
from call_load import quietly
from switch_bench import OnRing, Telephone, hear
from thirty_calls import ALONE, CALLS, LEADERS, OUT, RINGING, SERVED, WAITING, ThirtyCalls

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.site import invariants
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.words import AgentState, Place

GONE = ("caller-left", "held-gone", "queued-gone", "ringing-gone", "grant-gone")
"""Whose callers hang up while there is no controller."""
ENDED = (*GONE, "wrap-up")
_QUEUED = ("queued", "agent-left")
"""Nobody knows how the agent's telephone was lost, so his caller gets another one."""
TAKEN = ("picked-up", "out-picked-up", "outside-picked-up")
_CLOCK = SystemClock()
_Heard: TypeAlias = dict[Telephone, set[str]]
_STEP = 0.05
_PATIENCE = 60.0
_RESTING = (AgentState.NULL, AgentState.NOT_READY, AgentState.READY, AgentState.WORKING_AFTER_CALL)


def shape(call: Call) -> tuple[object, ...]:
    """What is the same of a call after its controller's death, if nobody did anything meanwhile."""
    third = call.third and (call.third.party, call.third.answered, call.third.joint)
    sitting = [(watch.leader, watch.agent, watch.mode, watch.begun) for watch in call.supervisions.values()]
    parties = {leg.party for leg in call.legs.values()}
    return call.place, call.agent, call.returns_to, call.held_since is not None, third, sitting, parties


class Pause:
    """What ``hear`` asks of a bench."""

    async def pause(self, seconds: float) -> None:
        await _CLOCK.sleep(seconds)


class CallsAfter:
    """``before`` is what was when the controller was killed."""

    def __init__(self, calls: ThirtyCalls, before: SiteState) -> None:
        self._calls = calls
        self._before = before

    async def act_unseen(self) -> None:
        """Some hang up and some pick up, while there is no controller; somebody calls whom nobody takes."""
        calls = self._calls
        acts = [calls.callers[name].hang_up() for name in GONE]
        acts.append((await calls.phone(calls.served["agent-left"])).hang_up())
        acts.append(_pick_up(await calls.phone(calls.served["picked-up"])))
        acts += [_pick_up(await calls.outside(name, OnRing.RINGS)) for name in TAKEN[1:]]
        await asyncio.gather(*acts)

    async def recovered(self, limit: float) -> float:
        """Wait until every call goes on or has ended, and the site is right about its switch; returns when that was.
        Fails at ``limit``."""
        while True:
            state, truth = await self._calls.controller.state(), await self._calls.floor.truth()
            now = _CLOCK.monotonic()
            wrong = [*disagreements(state, truth), *invariants.check(state), *self._unlike(state), *_stuck(state)]
            if not wrong:
                return now
            assert now < limit, "\n".join(wrong)
            await asyncio.sleep(_STEP)

    def _unlike(self, state: SiteState) -> Iterator[str]:
        for name in CALLS:
            call, was = self._calls.call(state, name), self._calls.call(self._before, name)
            if name in ENDED:
                right = call.place is Place.ENDED
            elif name in TAKEN:
                right = self._taken_right(name, call)
            elif name in _QUEUED:
                right = call.place is Place.QUEUE
            else:
                right = shape(call) == shape(was) or name == "closing"
            if not right:
                yield f"{name} was {shape(was)}, is {shape(call)}"

    def _taken_right(self, name: str, call: Call) -> bool:
        """Picked up unseen: they talk, or without that telephone all is as before the offer."""
        keeps = self._calls.floor.keeps
        match name:
            case "picked-up":
                return call.place is (Place.TALK if keeps else Place.QUEUE)
            case "out-picked-up":
                return call.place is (Place.TALK if keeps else Place.ENDED)
            case _:
                return call.place is Place.TALK and keeps == (call.third is not None and call.third.answered)

    async def heard(self) -> None:
        """Who hears whom, of the calls that people talk in."""
        calls = self._calls
        state = await calls.controller.state()
        served = {name: await calls.phone(calls.call(state, name).agent) for name in _talks(state, calls)}
        await asyncio.gather(*(self._hears(state, name, agent) for name, agent in served.items()))

    async def _hears(self, state: SiteState, name: str, agent: Telephone) -> None:
        calls = self._calls
        call = calls.call(state, name)
        caller = calls.callers.get(name) or await calls.outside(name)
        expected = _all_hear([caller, agent])
        if call.held_since is not None or call.third is not None:
            expected = {caller: {"music"}, agent: set()}
        if call.third is not None and call.third.answered:
            third = await calls.floor.telephone(_number(call, call.third.party))
            apart = {caller: {"music"}, **_all_hear([agent, third])}
            expected = _all_hear([caller, agent, third]) if call.third.joint else apart
        for leader in call.supervisions:
            expected = _supervised(name, caller, agent, await calls.phone(leader))
        await _heard(expected)

    async def go_on(self) -> None:
        """Let each call that is up come to something more."""
        await asyncio.gather(self._answered(), self._bar())

    async def _answered(self) -> None:
        calls = self._calls
        rings = [calls.served["ringing"], self._party("inside-rings")]
        phones = [await calls.phone(agent) for agent in rings]
        phones += [await calls.outside(name, OnRing.RINGS) for name in ("outside-rings", "out-rings")]
        await asyncio.gather(*(_pick_up(phone) for phone in phones))
        for name in ("ringing", "out-rings"):
            await calls.placed(name, Place.TALK)
        for name in ("outside-rings", "inside-rings"):
            await calls.until(partial(self._consults, name))

    def _consults(self, name: str, state: SiteState) -> bool:
        third = self._calls.call(state, name).third
        return third is not None and third.answered

    def _party(self, name: str) -> str:
        third = self._calls.call(self._before, name).third
        assert third is not None
        return third.party

    async def _bar(self) -> None:
        calls = self._calls
        await calls.bar_of("held", "Resume")
        await calls.bar_of("inside", "EndConsult")
        await calls.bar_of("conference-in", "Release")
        await calls.bar_of("outside", "Confer")
        for leader, name in zip(LEADERS, ("silent", "whisper", "barge-in"), strict=True):
            await calls.bar.of_call("StopSupervising", leader, calls.ids[name])
        for name in ("held", "inside", "silent", "whisper", "barge-in"):
            caller, agent = calls.callers[name], await calls.phone(calls.served[name])
            await _heard(_all_hear([caller, agent]))

    async def asked_again(self) -> None:
        """Whoever was asked something by a flow is asked again, and led on."""
        calls = self._calls
        await calls.callers["playing"].press("1")
        await calls.at("playing", "menu")
        await calls.balance_told("secret")
        await calls.pin_given("pin", lambda call: call.place is Place.TALK)
        assert calls.call(await calls.controller.state(), "pin").agent == calls.served["pin"]

    async def end(self) -> None:
        """Everybody hangs up, and who wanted to be called back is called."""
        calls = self._calls
        phones = [calls.callers[name] for name in (*SERVED, *RINGING, *WAITING, *ALONE)]
        phones += [await calls.outside(name) for name in OUT]
        await asyncio.gather(*(quietly(phone.hang_up()) for phone in phones if phone.connected))
        await calls.until(lambda state: set(state.calls) == {calls.ids["callback"]})
        await self._called_back()
        await calls.until(lambda state: not state.calls)
        await calls.settled()

    async def _called_back(self) -> None:
        """The only agent who is free took no call yet: his telephone rings."""
        calls = self._calls
        calls.callers["callback"].on_ring = OnRing.ANSWERS
        state = await calls.until(lambda state: bool(calls.call(state, "callback").reservation))
        reservation = state.reservations[calls.call(state, "callback").reservation]
        await calls.called("callback", reservation.agent, OnRing.RINGS)
        await _pick_up(await calls.phone(reservation.agent))
        await calls.placed("callback", Place.TALK)
        await calls.callers["callback"].hang_up()

    async def wrapped_up(self) -> SiteState:
        """The site, once every agent has done with his calls."""
        calls = self._calls
        state = await calls.controller.state()
        for agent in state.agents.values():
            if agent.state is AgentState.WORKING_AFTER_CALL:
                await calls.bar.of_agent("FinishWork", agent.id)
        return await calls.controller.state()


async def _heard(expected: _Heard) -> None:
    """Wait until that is what they hear; fails with what they do hear."""
    limit = _CLOCK.monotonic() + _PATIENCE
    while True:
        try:
            return await hear(Pause(), expected)  # type: ignore[arg-type]
        except AssertionError:
            if _CLOCK.monotonic() > limit:
                raise


async def _pick_up(phone: Telephone) -> None:
    """As soon as it rings."""
    async with asyncio.timeout(_PATIENCE):
        while not phone.rings:  # noqa: ASYNC110 a telephone tells nobody
            await asyncio.sleep(_STEP)
    await phone.answer()


def _talks(state: SiteState, calls: ThirtyCalls) -> list[str]:
    return [name for name in CALLS if calls.call(state, name).place is Place.TALK]


def _number(call: Call, party: str) -> str:
    return next(leg.address for leg in call.legs.values() if leg.party == party)


def _supervised(name: str, caller: Telephone, agent: Telephone, leader: Telephone) -> _Heard:
    """A leader hears both, and is heard by nobody, by the agent, or by both."""
    heard = _all_hear([caller, agent, leader])
    if name != "barge-in":
        heard[caller] = {agent.number}
    if name == "silent":
        heard[agent] = {caller.number}
    return heard


def _all_hear(phones: Collection[Telephone]) -> _Heard:
    return {phone: {other.number for other in phones if other is not phone} for phone in phones}


def _stuck(state: SiteState) -> Iterator[str]:
    """Agents who are said to be busy, and have nothing to do."""
    for agent in state.agents.values():
        if agent.state not in _RESTING and agent.call not in state.calls:
            yield f"agent {agent.id} is {agent.state} for {agent.call}"
