"""Carries out a site's orders at the switch: in order for each leg and conversation, side by side otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.site import orders as o
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.switch import Seal, Switch

_TRIES = 3
_PAUSE_SECONDS = 0.2

SealFor = Callable[[str], Awaitable[Seal]]
"""The seal of secret digits that are typed on a leg; without one nothing is collected."""
OnFailure = Callable[[o.SwitchOrder, SwitchReason], None]


class Dispatcher:
    """Orders are idempotent by their ids, so one whose fate is not known is given again a few times.

    What the switch did not carry out goes to ``on_failure``, on the loop. Nothing is written and nothing is kept: what
    was under way when the process ended, the next one finds out from a snapshot.
    """

    def __init__(self, switch: Switch, seal_for: SealFor, on_failure: OnFailure, clock: Clock, log: Log) -> None:
        self._switch = switch
        self._log = log
        self._seal_for = seal_for
        self._on_failure = on_failure
        self._clock = clock
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def give(self, orders: Iterable[o.SwitchOrder]) -> None:
        """Carry them out behind all that concern the same legs or conversations and were given before. Returns at
        once."""
        for order in orders:
            keys = _concerned(order)
            before = {task for key in keys if (task := self._tails.get(key)) is not None}
            self._last(asyncio.get_running_loop().create_task(self._after(before, order)), keys)

    def _last(self, task: asyncio.Task[None], keys: Sequence[str]) -> None:
        """What is given later for these keys comes after the task."""
        self._running.add(task)
        for key in keys:
            self._tails[key] = task
        task.add_done_callback(lambda done: self._forget(done, keys))

    def hold(self, conversation: str, until: Awaitable[None]) -> None:
        """Carry out what is given from now on for this conversation, such as to join it, only after ``until``."""
        before = self._tails.get(conversation)

        async def wait() -> None:
            if before is not None:
                await asyncio.wait({before})
            await until

        self._last(asyncio.get_running_loop().create_task(wait()), (conversation,))

    async def drain(self) -> None:
        """Return when all that was given before is over."""
        running = set(self._running)
        if running:
            await asyncio.wait(running)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _after(self, before: set[asyncio.Task[None]], order: o.SwitchOrder) -> None:
        if before:
            await asyncio.wait(before)
        for left in reversed(range(_TRIES)):
            try:
                await self._carry_out(order)
            except SwitchError as error:
                if error.reason is SwitchReason.UNKNOWN and left:
                    await self._clock.sleep(_PAUSE_SECONDS)
                    continue
                self._on_failure(order, error.reason)
            except Exception as error:  # a defect of a connector must not leave a call where nobody looks for it
                self._log.error("switch_order_failed", order=type(order).__name__, error=type(error).__name__)
                self._on_failure(order, SwitchReason.UNKNOWN)
            return

    def _forget(self, done: asyncio.Task[None], keys: Iterable[str]) -> None:
        self._running.discard(done)
        for key in keys:
            if self._tails.get(key) is done:
                del self._tails[key]

    async def _carry_out(self, order: o.SwitchOrder) -> None:
        switch = self._switch
        match order:
            case o.Answer():
                await switch.answer(order.leg)
            case o.Dial():
                await switch.dial(
                    order.leg, order.address, caller=order.caller, ring=order.ring, auto_answer=order.auto_answer
                )
            case o.Clear():
                await switch.clear(order.leg, order.cause)
            case o.Join():
                await switch.join(order.conversation, order.leg, order.media)
            case o.Leave():
                await switch.leave(order.conversation, order.leg)
            case o.OpenConversation():
                await switch.open_conversation(order.conversation)
            case o.CloseConversation():
                await switch.close_conversation(order.conversation)
            case o.Monitor():
                await switch.monitor(order.monitor, order.leg, order.listener, order.listening)
            case o.StopMonitoring():
                await switch.stop_monitoring(order.monitor)
            case _:
                await self._carry_out_media(order)

    async def _carry_out_media(self, order: o.SwitchOrder) -> None:
        switch = self._switch
        match order:
            case o.Play():
                await switch.play(order.playback, order.leg, order.prompts, language=order.language)
            case o.Stop():
                await switch.stop(order.playback)
            case o.Music():
                await switch.music(order.leg, order.on)
            case o.CollectSecret():
                await switch.collect_secret(order.collection, order.leg, order.plan, await self._seal(order.leg))
            case o.StopCollecting():
                await switch.stop_collecting(order.collection)
            case o.Record():
                await switch.record(order.recording, order.leg, silence=order.silence)
            case o.StopRecording():
                await switch.stop_recording(order.recording)
            case _:
                raise TypeError(f"no order for the switch: {type(order).__name__}")

    async def _seal(self, leg: str) -> Seal:
        """Where there is none, the switch was not asked for anything."""
        try:
            return await self._seal_for(leg)
        except Exception as error:
            self._log.error("no_seal", leg=leg, error=type(error).__name__)
            raise SwitchError(SwitchReason.REFUSED, "no seal") from error


def _concerned(order: o.SwitchOrder) -> tuple[str, ...]:
    """What the order must not overtake another order for."""
    names = (getattr(order, name, "") for name in ("leg", "listener", "conversation"))
    return tuple(name for name in names if name)
