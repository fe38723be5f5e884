"""Plays IVR flows to the callers of a live site: the site's news in, what the flow wants out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeAlias

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.library import FlowNotFoundError, Flows
from tellerline.callcenter.ivr.machine import begin, step
from tellerline.callcenter.ivr.state import Stage, State
from tellerline.callcenter.ivr.wording import sounds
from tellerline.callcenter.live.loop import Answer, SiteUnavailableError
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.orders import IvrNews, TellIvr
from tellerline.callcenter.site.refusals import Why
from tellerline.connectors.telephony.events import Ended, SecretEnd
from tellerline.connectors.telephony.switch import SecretPlan

STATE, ASKED, ANSWERED = "state", "asked", "answered"
"""The names under which the machine's state is kept with the call, and what was asked of the bank and answered."""
FAILED = "failed"
"""The result of a flow that could not be gone on with."""
_CLASSES = {"vip": "vip", "group": "priority"}
_STANDARD = "standard"


class Bank(Protocol):
    """One caller's operations at the bank."""

    async def perform(self, call: actions.Call) -> inputs.Outcome: ...


Facts = Callable[[str], Awaitable[Mapping[str, str]]]
"""What is known of a call when its first flow begins: ``language``, ``tier``, ``period``, ``caller`` and so on."""
OpenBank = Callable[[str], Bank]


@dataclass(slots=True)
class _Caller:
    """One call's way through flows. ``flow`` is the site's word for where it is; empty while it is elsewhere."""

    bank: Bank
    flow: str = ""
    state: State | None = None
    timer: Timer | None = None
    heard: asyncio.Queue[_Heard] = field(default_factory=asyncio.Queue)
    working: asyncio.Task[None] | None = None


_Heard: TypeAlias = TellIvr | inputs.Input


class IvrDesk:
    """Belongs to one loop. A caller's state is written down with his call at each step, before he hears of it; so a
    flow goes on where it was when another controller takes over, but for a PIN that has to be typed again.

    What a flow wants after the site has taken the call elsewhere, nobody carries out. ``waiting_flow`` is the site's
    name for the time in a queue: there the flow that led into it goes on.
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
            except Exception as error:  # a defect must not leave a caller in silence
                self._logger.error("ivr_failed", call=call, flow=caller.flow, error=type(error).__name__)
                await self._let_go(call, caller)

    async def _hear(self, call: str, caller: _Caller, heard: _Heard) -> None:
        if not isinstance(heard, TellIvr):
            await self._step(call, caller, heard)
        elif heard.news is IvrNews.ENTERED:
            await self._enter(call, caller, heard)
        elif heard.news is IvrNews.LEFT:
            self._leave(caller, heard.flow)
        else:
            for given in _inputs(caller.state, heard):
                await self._step(call, caller, given)

    def _leave(self, caller: _Caller, flow: str) -> None:
        """Whoever goes into a queue takes his flow along."""
        if caller.flow != flow:
            return
        caller.flow = ""
        if caller.state is not None and caller.state.stage is not Stage.QUEUED:
            caller.state = None
        _stop_timer(caller)

    async def _enter(self, call: str, caller: _Caller, news: TellIvr) -> None:
        """Begin a flow, go on where another controller left it, or keep the caller company while he waits."""
        caller.flow = news.flow
        if news.flow == self._waiting_flow:
            return None
        _stop_timer(caller)
        kept = news.data.get(STATE)
        if kept:
            caller.state = State.from_json(kept)
            return await self._resume(call, caller)
        number = caller.state.number if caller.state is not None else 0
        try:
            caller.state, acts = begin(self._flows, news.flow, await self._facts(call), number=number)
        except FlowNotFoundError as error:
            self._logger.error("ivr_without_flow", call=call, flow=news.flow, error=str(error))
            return await self._let_go(call, caller)
        return await self._carry_out(call, caller, acts)

    async def _let_go(self, call: str, caller: _Caller) -> None:
        """There is no going on in this flow: back to the agent who lent the caller, or to his place in line."""
        with suppress(SiteUnavailableError):
            await self._want(call, caller, (c.BackToAgent(outcome={"result": FAILED}),))

    async def _resume(self, call: str, caller: _Caller) -> None:
        """Nobody knows what the caller heard, so that what was to come after it comes now."""
        assert caller.state is not None
        before = caller.state
        if before.playback:
            await self._step(call, caller, inputs.PlaybackEnded(before.playback))
        if before.stage is Stage.SECRET:
            await self._step(call, caller, inputs.SecretCollected(before.step, silent=True))
        elif before.stage is Stage.CALLING:
            await self._step(call, caller, inputs.Answered(before.step, inputs.Unknown()))
        elif before.timer and not before.playback:
            await self._step(call, caller, inputs.TimedOut(before.timer))

    async def _step(self, call: str, caller: _Caller, heard: inputs.Input) -> None:
        if caller.state is None or not caller.flow:
            return
        caller.state, acts = step(self._flows, caller.state, heard)
        await self._carry_out(call, caller, acts, heard)

    async def _carry_out(
        self, call: str, caller: _Caller, acts: Sequence[actions.Action], heard: inputs.Input | None = None
    ) -> None:
        """What concerns the call goes to the site in one piece, with where the flow is now; the rest comes after."""
        assert caller.state is not None
        wants = [want for act in acts for want in self._wants(caller.state, act)]
        node = caller.state.node if caller.state.flow == caller.flow else f"{caller.state.flow}.{caller.state.node}"
        goto = c.GoTo(node=node, data={STATE: caller.state.to_json(), **_of_the_bank(acts, heard)})
        if not await self._want(call, caller, (goto, *wants)):
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

    async def _ask_bank(self, call: str, caller: _Caller, act: actions.Call) -> None:
        try:
            outcome = await caller.bank.perform(act)
        except Exception as error:  # whatever it is, nobody knows what the bank did
            self._logger.error("ivr_operation_failed", call=call, operation=act.operation, error=type(error).__name__)
            outcome = inputs.Unknown()
        self._put(call, inputs.Answered(act.step, outcome))

    async def _want(self, call: str, caller: _Caller, wants: tuple[c.Want, ...]) -> bool:
        """Whether the site has taken them."""
        answer = await self._ask(c.IvrWants(call=call, flow=caller.flow, wants=wants))
        if answer.refused is None:
            return True
        self._logger.warning("ivr_refused", call=call, flow=caller.flow, why=answer.refused.why)
        if answer.refused.why is Why.NO_SUCH_QUEUE:
            await self._let_go(call, caller)
        return False

    def _wants(self, state: State, act: actions.Action) -> Sequence[c.Want]:
        match act:
            case actions.Play(says=says, language=language):
                prompts = self._flows.prompts
                heard = [sound for said in says for sound in sounds(prompts[said.prompt], said.values, language)]
                return (c.PlayPrompts(prompts=tuple(heard), language=language),)
            case actions.EnterQueue(queue=queue):
                tier = _CLASSES.get(state.values.get("tier", ""), _STANDARD)
                return (c.EnterQueue(queue=queue, call_class=tier, language=state.language),)
            case _:
                want = _want_of(act)
                return () if want is None else (want,)


def _of_the_bank(acts: Sequence[actions.Action], heard: inputs.Input | None) -> Mapping[str, str]:
    """For the call's trace: which operation is asked for now, and how the one before it ended (a code)."""
    said = {}
    for act in acts:
        if isinstance(act, actions.Call):
            said[ASKED] = act.operation
    if isinstance(heard, inputs.Answered):
        outcome = heard.outcome
        code = outcome.code if isinstance(outcome, inputs.Refused) else type(outcome).__name__.upper()
        said[ANSWERED] = code
    return said


def _want_of(act: actions.Action) -> c.Want | None:
    want: c.Want | None = None
    match act:
        case actions.StopPlaying():
            want = c.StopPrompts()
        case actions.CollectSecret(length=length, first=first, between=between):
            plan = SecretPlan(length=length, first=timedelta(seconds=first), between=timedelta(seconds=between))
            want = c.AskSecret(plan=plan)
        case actions.OfferCallback(number=number):
            want = c.KeepCallback(number=number)
        case actions.TransferTo(result=result) | actions.Finished(result=result):
            want = c.BackToAgent(outcome={"result": result})
        case actions.HangUp():
            want = c.HangUp()
        case _:
            pass
    return want


def _inputs(state: State | None, news: TellIvr) -> Sequence[inputs.Input]:
    """The site's word in the machine's."""
    if state is None:
        return ()
    match news.news:
        case IvrNews.DIGIT:
            return (inputs.Digit(news.digit),)
        case IvrNews.PLAYED if news.played is not Ended.STOPPED:
            return (inputs.PlaybackEnded(state.playback),)
        case IvrNews.SECRET:
            silent = news.secret is SecretEnd.TIMED_OUT
            return (inputs.SecretCollected(state.step, news.sealed, silent),)
        case IvrNews.WAITS:
            return (inputs.QueueUpdate(position=news.position, wait=news.wait, offer=news.offer),)
        case _:
            return ()


def _stop_timer(caller: _Caller) -> None:
    if caller.timer is not None:
        caller.timer.cancel()
        caller.timer = None
