"""Plays IVR flows to the callers of a live site: the site's news in, what the flow wants out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeAlias

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.machine import begin, resume, step, wait
from tellerline.callcenter.ivr.state import State
from tellerline.callcenter.live.flow_words import (
    ANSWERED,
    ASKED,
    KNOWN,
    answers_to_refusal,
    apology,
    call_class,
    inputs_of,
    of_the_bank,
    wants_of,
)
from tellerline.callcenter.live.loop import Answer, SiteUnavailableError
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.orders import IvrNews, TellIvr
from tellerline.callcenter.site.refusals import Why

__all__ = ["ANSWERED", "ASKED", "STATE", "Bank", "Facts", "IvrDesk", "OpenBank"]
STATE = "state"
"""The name under which the machine's state is kept with the call."""
_APOLOGY_SECONDS = 20.0
"""After which a caller is seen to whose apology nobody has heard to its end."""
_APOLOGY = -1
"""Its mark; those of flows count from 1."""
_GONE = (Why.NO_SUCH_CALL, Why.IVR_MOVED_ON)


class Bank(Protocol):
    """One caller's operations at the bank."""

    async def perform(self, call: actions.Call) -> inputs.Outcome: ...


Facts = Callable[[str], Awaitable[Mapping[str, str]]]
"""What is known of a call when its first flow begins: ``language``, ``tier``, ``period``, ``caller`` and so on."""
OpenBank = Callable[[str], Bank]


class _Apologised:
    """The caller has had time to hear the apology."""


@dataclass(slots=True)
class _Caller:
    """One call's way through flows. ``flow`` is the site's word for where it is; empty while it is elsewhere.

    ``known`` is what the site was told of the caller. ``follows``: the flow that plays goes on in the queue.
    """

    bank: Bank
    flow: str = ""
    state: State | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    follows: bool = False
    timer: Timer | None = None
    heard: asyncio.Queue[_Heard] = field(default_factory=asyncio.Queue)
    working: asyncio.Task[None] | None = None


_Heard: TypeAlias = TellIvr | inputs.Input | _Apologised


class IvrDesk:
    """Belongs to one loop. A caller's state is written down with his call at each step, before he hears of it; so a
    flow goes on where it was when another controller takes over, but for a PIN and for sensitive words, which are not
    written down and have to be typed again.

    What a flow wants after the site has taken the call elsewhere, nobody carries out. ``waiting_flow`` is the site's
    name for the time in a queue: there the flow that led into it goes on, and whoever came otherwise waits in the flow
    of this name. A caller whose flow fails by a defect hears an apology, and the site sees to him.
    """

    def __init__(
        self,
        flows: Flows,
        *,
        ask: Callable[[c.IvrWants], Awaitable[Answer]],
        facts: Facts,
        open_bank: OpenBank,
        waiting_flow: str,
        clock: Clock,
        logger: Log,
    ) -> None:
        self._flows = flows
        self._ask = ask
        self._facts = facts
        self._open_bank = open_bank
        self._waiting_flow = waiting_flow
        self._clock = clock
        self._logger = logger
        self._callers: dict[str, _Caller] = {}
        self._running: set[asyncio.Task[None]] = set()

    def tell(self, news: TellIvr) -> None:
        """Take the site's news; returns at once. News of one call are heard in order."""
        self._put(news.call, news)

    def forget(self, call: str) -> None:
        """The call has ended."""
        caller = self._callers.pop(call, None)
        if caller is not None:
            _stop_timer(caller)
            if caller.working is not None:
                caller.working.cancel()

    async def close(self) -> None:
        for call in tuple(self._callers):
            self.forget(call)
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _put(self, call: str, heard: _Heard) -> None:
        caller = self._callers.get(call)
        if caller is None:
            caller = self._callers[call] = _Caller(self._open_bank(call))
        caller.heard.put_nowait(heard)
        if caller.working is None:
            caller.working = self._run(self._serve(call, caller))

    def _run(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _serve(self, call: str, caller: _Caller) -> None:
        while True:
            heard = await caller.heard.get()
            try:
                await self._hear(call, caller, heard)
            except SiteUnavailableError as error:
                self._logger.warning("ivr_not_heard", call=call, reason=error.reason)
            except Exception as error:  # a defect must neither silence the desk nor leave the caller in silence
                self._logger.error("ivr_failed", call=call, flow=caller.flow, error=type(error).__name__)
                self._apologise(call, caller)

    async def _hear(self, call: str, caller: _Caller, heard: _Heard) -> None:
        if isinstance(heard, _Apologised):
            await self._see_to(call, caller)
        elif not isinstance(heard, TellIvr):
            await self._step(call, caller, heard)
        elif heard.news is IvrNews.ENTERED:
            await self._enter(call, caller, heard)
        elif heard.news is IvrNews.LEFT:
            self._leave(caller, heard.flow)
        elif caller.state is None:
            if heard.news is IvrNews.PLAYED and heard.mark == _APOLOGY:
                await self._see_to(call, caller)
        else:
            for given in inputs_of(caller.state, heard):
                await self._step(call, caller, given)

    def _leave(self, caller: _Caller, flow: str) -> None:
        """Whoever goes into a queue takes his flow along."""
        if caller.flow != flow:
            return
        caller.flow = ""
        if not caller.follows:
            caller.state = None
            _stop_timer(caller)

    async def _enter(self, call: str, caller: _Caller, news: TellIvr) -> None:
        """Begin a flow, go on where another controller left it, or keep the caller company while he waits."""
        caller.flow = news.flow
        kept, follows, caller.follows = news.data.get(STATE), caller.follows, False
        waits = news.flow == self._waiting_flow
        if waits and not kept and (follows or news.flow not in self._flows.flows):
            return
        _stop_timer(caller)
        caller.known = dict(news.known)
        if kept:
            taken = resume(self._flows, State.from_json(kept), handing_over=news.outside)
        else:
            number = caller.state.number if caller.state is not None else 0
            values = {**await self._facts(call), **news.known}
            if waits:
                taken = wait(self._flows, news.flow, {**values, "queue": news.queue}, number=number)
            else:
                taken = begin(self._flows, news.flow, values, number=number, node=news.node)
        caller.state, acts = taken
        await self._carry_out(call, caller, acts)

    async def _step(self, call: str, caller: _Caller, heard: inputs.Input) -> None:
        if caller.state is None or not caller.flow:
            return
        caller.state, acts = step(self._flows, caller.state, heard)
        await self._carry_out(call, caller, acts, of_the_bank(acts, heard))

    async def _carry_out(
        self, call: str, caller: _Caller, acts: Sequence[actions.Action], trace: Mapping[str, str] | None = None
    ) -> None:
        """What concerns the call goes to the site in one piece, with where the flow is now; the rest comes after."""
        state = caller.state
        assert state is not None
        wants = tuple(wants_of(self._flows, state, acts))
        caller.follows = any(isinstance(want, c.EnterQueue) or _enters(want) for want in wants)
        if not await self._want(call, caller, (*self._known(caller, state), self._place(caller, state, trace), *wants)):
            caller.follows = False
            self._not_taken(call, caller, acts)
            return
        for act in acts:
            match act:
                case actions.StartTimer():
                    _stop_timer(caller)
                    ring = partial(self._put, call, inputs.TimedOut(act.timer))
                    caller.timer = self._clock.call_later(act.seconds, ring)
                case actions.Call():
                    self._run(self._ask_bank(call, caller, act))
                case actions.OfferCallback():
                    self._put(call, inputs.Answered(act.step, inputs.Done()))
                case _:
                    pass

    def _known(self, caller: _Caller, state: State) -> Sequence[c.Want]:
        """What the site is to know of the caller, if it does not yet."""
        known = {name: state.values[name] for name in KNOWN if name in state.values}
        if known == caller.known:
            return ()
        caller.known = known
        return (c.Know(known=known),)

    def _place(self, caller: _Caller, state: State, trace: Mapping[str, str] | None) -> c.Want:
        node = state.node if state.flow == caller.flow else f"{state.flow}.{state.node}"
        return c.GoTo(node=node, data={STATE: state.without(self._flows.sensitive).to_json(), **(trace or {})})

    def _not_taken(self, call: str, caller: _Caller, acts: Sequence[actions.Action]) -> None:
        """The flow has a way for what it was refused, or it has none, which is a defect."""
        if not caller.flow:
            return
        answers = answers_to_refusal(acts)
        for answer in answers:
            self._put(call, answer)
        if not answers:
            self._apologise(call, caller)

    def _apologise(self, call: str, caller: _Caller) -> None:
        """Nobody is left in silence: he hears that something went wrong, and then is seen to."""
        _stop_timer(caller)
        caller.state = None
        if caller.flow:
            self._run(self._say_sorry(call, caller, caller.flow))

    async def _say_sorry(self, call: str, caller: _Caller, flow: str) -> None:
        language = caller.known.get("language", "zh")
        heard = apology(self._flows, language)
        seconds = 0.0
        try:
            said = await self._ask(
                c.IvrWants(
                    call=call, flow=flow, wants=(c.PlayPrompts(prompts=heard, language=language, mark=_APOLOGY),)
                )
            )
            seconds = _APOLOGY_SECONDS if heard and said.refused is None else 0.0
        except SiteUnavailableError as error:
            self._logger.warning("ivr_not_heard", call=call, reason=error.reason)
        caller.timer = self._clock.call_later(seconds, partial(self._put, call, _Apologised()))

    async def _see_to(self, call: str, caller: _Caller) -> None:
        if caller.state is None and caller.flow:
            _stop_timer(caller)
            rescue = c.Rescue(call_class=call_class(caller.known), language=caller.known.get("language"))
            await self._want(call, caller, (rescue,))

    async def _ask_bank(self, call: str, caller: _Caller, act: actions.Call) -> None:
        try:
            outcome = await caller.bank.perform(act)
        except Exception as error:  # whatever it is, nobody knows what the bank did
            self._logger.error("ivr_operation_failed", call=call, operation=act.operation, error=type(error).__name__)
            outcome = inputs.Unknown()
        self._put(call, inputs.Answered(act.step, outcome))

    async def _want(self, call: str, caller: _Caller, wants: tuple[c.Want, ...]) -> bool:
        """Whether the site has taken them. A call that is elsewhere by now has no flow any more."""
        answer = await self._ask(c.IvrWants(call=call, flow=caller.flow, wants=wants))
        if answer.refused is not None:
            self._logger.warning("ivr_refused", call=call, flow=caller.flow, why=answer.refused.why)
            if answer.refused.why in _GONE:
                caller.flow = ""
        return answer.refused is None


def _enters(want: c.Want) -> bool:
    return isinstance(want, c.KeepCallback) and want.enters is not None


def _stop_timer(caller: _Caller) -> None:
    if caller.timer is not None:
        caller.timer.cancel()
        caller.timer = None
