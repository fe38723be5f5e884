"""The connector's end of the wire: requests and their answers, events in order, and the link's ups and downs."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.lines.connection import Connect
from tellerline.adapters.lines.link import LineLink, LinkUser
from tellerline.connectors.softswitch import wire
from tellerline.connectors.softswitch.wire import Message, WireError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """Who hears the switch: called on the loop, in order, never after ``close``."""

    up: Callable[[bool], None]
    """The link is up and greeted; whether it is another run of the switch than the last one seen."""
    down: Callable[[], None]
    """Only after ``up``. Orders that wait for their answer have failed already."""
    event: Callable[[Message], None]
    """May raise ``WireError``, which breaks the link."""


class SwitchLine:
    """``patience`` is how many seconds an order waits for its answer, a new link for its greeting, and a silent
    link for the answer to a ping."""

    def __init__(self, connect: Connect, clock: Clock, hearer: Hearer, *, patience: float) -> None:
        self._clock = clock
        self._hearer = hearer
        self._patience = patience
        self._link = LineLink(connect, clock, LinkUser(up=self._connected, line=self._received, down=self._lost))
        self._greeting: asyncio.Event | None = None
        self._greeted = False
        self._run = ""
        self._seq = 0
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._inbox: deque[Message] = deque()
        self._yielding = False
        self._watch: Timer | None = None
        self._heard = self._pinged = False

    async def start(self) -> bool:
        """One attempt; whether the link is up. If it is not, it will be once the switch can be reached."""
        self._greeting = asyncio.Event()
        await self._link.start()
        if self._link.connected and not self._greeted:
            await self._greeting.wait()
        self._greeting = None
        return self._greeted

    async def close(self) -> None:
        """Idempotent. Orders that wait for their answer end ``UNKNOWN``."""
        self._forget()
        await self._link.close()

    async def order(self, name: str, **fields: object) -> Message:
        """Send at once, in the order of the calls; return what it answers, or raise ``SwitchError``.

        Events that came after the answer are told only after the caller has had it.
        """
        if not self._greeted:
            raise SwitchError(SwitchReason.UNAVAILABLE, "no link to the switch")
        number = next(self._numbers)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        timer = self._clock.call_later(self._patience, lambda: _fail(answer, f"no answer to {name}"))
        self._link.send(wire.request(number, name, fields))
        try:
            return await answer
        finally:
            timer.cancel()
            self._waiting.pop(number, None)

    def _connected(self) -> None:
        self._watch = self._clock.call_later(self._patience, self._link.drop)

    def _received(self, line: bytes) -> None:
        self._heard = True
        self._guarded(lambda: self._take(wire.message(line)))

    def _take(self, message: Message) -> None:
        self._inbox.append(message)
        if not self._yielding:
            self._drain()

    def _guarded(self, step: Callable[[], None]) -> None:
        """A switch that is not understood is not believed either: the link is broken off and made again."""
        try:
            step()
        except WireError as error:
            _log.warning("link to the switch broken off: %s", error)
            self._inbox.clear()
            self._link.drop()

    def _drain(self) -> None:
        while self._inbox:
            message = self._inbox.popleft()
            if "id" in message:
                if self._answered(message):
                    self._yield()
                    return
            elif "event" in message:
                self._told(message)
            elif "switch" in message:
                self._greet(message)
            elif message.get("bye") == "REPLACED":
                _log.warning("another controller has taken the switch over")
                self._link.give_up()
            else:
                raise WireError("neither answer nor event")

    def _yield(self) -> None:
        """Let whoever got an answer run before the next event is told."""
        self._yielding = True
        asyncio.get_running_loop().call_soon(self._resume)

    def _resume(self) -> None:
        self._yielding = False
        self._guarded(self._drain)

    def _greet(self, message: Message) -> None:
        run, seq = message["switch"], message.get("seq")
        if message.get("wire") != wire.WIRE or not isinstance(run, str) or not isinstance(seq, int):
            raise WireError(f"version {message.get('wire')!r} of the wire")
        another = bool(self._run) and run != self._run
        self._run, self._seq, self._greeted = run, seq, True
        self._link.proven()
        self._heard = self._pinged = False
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._clock.call_later(self._patience, self._look)
        if self._greeting is not None:
            self._greeting.set()
        self._hearer.up(another)

    def _answered(self, message: Message) -> bool:
        """Whether somebody still waits for this answer."""
        answer = self._waiting.get(message["id"])
        if answer is None or answer.done():
            return False
        if "error" in message:
            answer.set_exception(wire.refusal(message))
        else:
            answer.set_result(message.get("result") or {})
        return True

    def _told(self, message: Message) -> None:
        self._seq += 1
        if message.get("seq") != self._seq:
            raise WireError(f"event {message.get('seq')} instead of {self._seq}")
        self._hearer.event(message)

    def _look(self) -> None:
        """Whether the silence of the link is that of a dead one."""
        if self._pinged and not self._heard:
            self._link.drop()
            return
        self._pinged = not self._heard
        self._heard = False
        if self._pinged:
            self._link.send(wire.request(next(self._numbers), "ping", {}))
        self._watch = self._clock.call_later(self._patience, self._look)

    def _lost(self) -> None:
        self._guarded_rest()
        greeted = self._greeted
        self._forget()
        if greeted:
            self._hearer.down()

    def _guarded_rest(self) -> None:
        """What had come before the link was lost."""
        try:
            while self._inbox:
                self._drain()
        except WireError as error:
            _log.warning("the switch's last words were not understood: %s", error)

    def _forget(self) -> None:
        self._greeted = False
        self._inbox.clear()
        if self._greeting is not None:
            self._greeting.set()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        for answer in self._waiting.values():
            _fail(answer, "the link was lost")


def _fail(answer: asyncio.Future[Message], why: str) -> None:
    if not answer.done():
        answer.set_exception(SwitchError(SwitchReason.UNKNOWN, why))
