"""Callers and agents who never rest: calls come, are answered, put on hold, and end by whoever hangs up first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

import grpc.aio
from baresip import BaresipError
from call_floor import AsteriskFloor
from controller_process import Controller
from telephones import SipTelephone
from thirty_calls import Bar

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.site.words import AgentState

_CLOCK = SystemClock()
_STEP = 0.05
_CONNECTS = 3.0
_WAITS = 4.0


@dataclass(slots=True)
class Attempt:
    """A call as its caller saw it. ``ended`` is None while it is up; ``by_caller``: he hung up."""

    caller: str
    began: float
    connected: float | None = None
    ended: float | None = None
    by_caller: bool = False


class CallLoad:
    """``agents`` are names with their telephones' numbers, signed in and ready when the load begins. Chance makes calls
    of all lengths, the same for the same ``seed`` as far as the machine allows."""

    def __init__(
        self, floor: AsteriskFloor, controller: Controller, bar: Bar, agents: dict[str, str], *, to: str, seed: int
    ) -> None:
        self.attempts: list[Attempt] = []
        self.phones: dict[str, SipTelephone] = {}
        self._floor = floor
        self._controller = controller
        self._bar = bar
        self._agents = agents
        self._to = to
        self._chance = Random(seed)
        self._going = asyncio.Event()
        self._over = False
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, callers: Sequence[str]) -> None:
        for agent, number in self._agents.items():
            self.phones[agent] = await self._floor.telephone(number)
            await self._bar.sign_in(agent)
            self._run(self._serve(agent))
        for number in callers:
            self.phones[number] = await self._floor.telephone(number)
            self._run(self._call_again_and_again(number))
        self.go_on()

    def pause(self) -> None:
        """Nobody does anything new until ``go_on``; what is up stays up."""
        self._going.clear()

    def go_on(self) -> None:
        self._going.set()

    async def end(self) -> None:
        """Everybody hangs up; returns when all have."""
        self._over = True
        self.go_on()
        await asyncio.gather(*self._tasks)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    async def _call_again_and_again(self, number: str) -> None:
        while not self._over:
            await self._pause(0.1, 0.6)
            attempt = Attempt(number, _CLOCK.monotonic())
            self.attempts.append(attempt)
            await self._one_call(self.phones[number], attempt)
            attempt.ended = _CLOCK.monotonic()

    async def _one_call(self, phone: SipTelephone, attempt: Attempt) -> None:
        await phone.call(self._to)
        if not await self._until(lambda: phone.connected, _CONNECTS):
            await quietly(phone.hang_up())
            return
        attempt.connected = _CLOCK.monotonic()
        if self._chance.random() < 0.5:
            await quietly(phone.press(str(self._chance.randrange(10))))
        patience = self._chance.uniform(0.3, _WAITS)
        if not await self._until(lambda: not phone.connected, patience):
            await self._pause(0.0, 0.1)
        if phone.connected:
            attempt.by_caller = True
            await quietly(phone.hang_up())
        await self._until(lambda: not phone.connected, _CONNECTS)

    async def _serve(self, agent: str) -> None:
        """Hold and resume, hang up, or let the caller do so; come back who was thrown out."""
        phone = self.phones[agent]
        while not self._over:
            await self._pause(0.1, 0.5)
            if not phone.connected:
                await self._come_back(agent)
            elif self._chance.random() < 0.4:
                await quietly(phone.hang_up())
            else:
                await self._hold_for_a_while(agent)
        await self._until(lambda: not phone.connected, 10.0)

    async def _come_back(self, agent: str) -> None:
        state = await self._controller.state()
        if state.agents[agent].state is AgentState.NOT_READY:
            await self._try(self._bar.of_agent("BecomeReady", agent))

    async def _hold_for_a_while(self, agent: str) -> None:
        call = (await self._controller.state()).agents[agent].call
        if call:
            await self._try(self._bar.of_call("Hold", agent, call))
            await self._pause(0.1, 0.4)
            await self._try(self._bar.of_call("Resume", agent, call))

    async def _try(self, asked: Coroutine[Any, Any, None]) -> None:
        """A refusal is an answer too: the call is over, or the switch out of reach."""
        try:
            await asked
        except grpc.aio.AioRpcError as refused:
            if refused.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
                raise

    async def _pause(self, least: float, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(least, most))
        await self._going.wait()

    async def _until(self, true: Callable[[], bool], patience: float) -> bool:
        limit = _CLOCK.monotonic() + patience
        while not true():
            if _CLOCK.monotonic() > limit:
                return False
            await asyncio.sleep(_STEP)
        return True


async def quietly(done: Coroutine[Any, Any, None]) -> None:
    """The other side may have hung up first."""
    with suppress(BaresipError):
        await done
