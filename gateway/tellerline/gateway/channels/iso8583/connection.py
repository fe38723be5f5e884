"""One terminal's connection: frames in, answers out, and no harm to any other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.channels.iso8583.answer_codes import NO_MODULE
from tellerline.gateway.channels.iso8583.answering import answer_bytes
from tellerline.gateway.channels.iso8583.codec.message import Layout, Message
from tellerline.gateway.channels.iso8583.desk import Desk
from tellerline.gateway.channels.iso8583.dialect import NETWORK, OVERTAKING, Task
from tellerline.gateway.channels.iso8583.gatekeeper import (
    WRONG_MAC,
    Admitted,
    Gatekeeper,
    RefusedFrameError,
    UnanswerableError,
)
from tellerline.gateway.channels.iso8583.hsm.port import Hsm, HsmError
from tellerline.gateway.channels.iso8583.misconduct import Misconduct
from tellerline.gateway.channels.iso8583.pace import Pace
from tellerline.gateway.channels.iso8583.session import Session
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.channels.iso8583.wire import GoneError, Wire
from tellerline.gateway.channels.iso8583.work.asking import Reply

_ALONE: Final = NETWORK - {Task.ECHO}
_BURST: Final = 2.0
_USUAL: Final = frozenset({"left", "drained"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What all connections share."""

    settings: AtmSettings
    gatekeeper: Gatekeeper
    desk: Desk
    hsm: Hsm
    clock: Clock
    log: Log
    metrics: Metrics


class Hall(Protocol):
    """Where connections are known to each other."""

    def signed_on(self, connection: Connection, terminal: str) -> None:
        """The connection is the terminal's now, and the only one."""


class Connection:
    """From accept to end. ``serve`` is run once; ``end`` may come from anywhere, at any time."""

    def __init__(self, wire: Wire, address: str, counter: Counter, hall: Hall) -> None:
        self._wire = wire
        self._counter = counter
        self._hall = hall
        self._loop = asyncio.get_running_loop()
        self._session = Session(address=address, strikes=counter.settings.strikes)
        self._running: set[asyncio.Task[None]] = set()
        self._in_order = asyncio.Lock()
        self._pace = Pace(counter.clock, counter.settings.frames_per_second, _BURST)
        self._misconduct = Misconduct(counter.settings)
        self._held = False
        self._gives_way = False
        self.end = wire.end

    @property
    def terminal(self) -> str:
        """Whose it is, once signed on."""
        session = self._session
        return session.terminal.id if session.terminal is not None and session.signed_on else ""

    def give_way(self) -> bool:
        """End, if that takes nothing from anybody: nobody has signed on, or who has is cut off.

        Whether it will end for that; it says so once.
        """
        if self._gives_way or (self.terminal and not self._held):
            return False
        self._gives_way = True
        self.end("gave_way")
        return True

    async def serve(self) -> None:
        """Read until the end, then wait for what is under way: it ends by its own deadlines, answered or not."""
        wire, clock, settings = self._wire, self._counter.clock, self._counter.settings
        signing_on = clock.call_later(settings.sign_on, self._check_signed_on)
        try:
            while True:
                await self._take(*await wire.frame(settings.idle, settings.frame))
                wait = self._pace.take() + self._misconduct.pause()
                if wait > 0 and not wire.ended:
                    await wire.rest(wait)
        except GoneError as gone:
            await self._let_finish()
            self._tell(gone.why)
            self._held = True
            await wire.rest(self._misconduct.held(gone.why))
        except Exception as error:
            self._counter.desk.tell_defect(error)
            self._tell("defect")
        finally:
            signing_on.cancel()
            self._wire.close()

    async def _let_finish(self) -> None:
        while self._running:
            await asyncio.wait(self._running)
        await self._counter.desk.leave(self._session)

    async def _take(self, tpdu: bytes, frame: bytes) -> None:
        try:
            admitted = await self._counter.gatekeeper.admit(frame, self._session)
        except UnanswerableError as error:
            self._counter.metrics.atm_frames("unreadable", "").inc()
            self.end(str(error))
            return
        except RefusedFrameError as error:
            await self._refuse(tpdu, error)
            return
        self._misconduct.forgive()
        if admitted.task in _ALONE:
            await self._finished(0)
            await self._answer(tpdu, admitted)
        else:
            if len(self._running) >= self._counter.settings.in_flight:
                await self._finished(self._counter.settings.in_flight - 1)
            answering = self._answer if admitted.task in OVERTAKING else self._answer_in_turn
            task: asyncio.Task[None] = self._loop.create_task(answering(tpdu, admitted))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _finished(self, most: int) -> None:
        """Return when no more than ``most`` requests are under way; until then nothing is read."""
        while len(self._running) > most:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _answer_in_turn(self, tpdu: bytes, admitted: Admitted) -> None:
        async with self._in_order:
            await self._answer(tpdu, admitted)

    async def _answer(self, tpdu: bytes, admitted: Admitted) -> None:
        unopened = self._session.unopened
        reply = await self._counter.desk.run(admitted, self._session)
        if self._session.unopened > unopened:
            self._tell_unopened(admitted.terminal.id)
        await self._write(tpdu, admitted.message, reply, admitted.terminal.layout)
        self._counter.metrics.atm_frames(admitted.task, reply.answer.y1993).inc()
        if admitted.task is Task.SIGN_ON:
            self._hall.signed_on(self, admitted.terminal.id)

    def _tell_unopened(self, terminal: str) -> None:
        """No machine makes such blocks: it is broken, or somebody tries another's block with cards that it is not of.

        He learns that a block does not open; after a few the keys that it was made with are gone.
        """
        counter, session = self._counter, self._session
        counter.log.error("pin_block_unreadable", terminal=terminal, address=session.address, blocks=session.unopened)
        if not session.opens_pins:
            self.end("bad_pin_blocks")

    async def _refuse(self, tpdu: bytes, refused: RefusedFrameError) -> None:
        counter, address = self._counter, self._session.address
        counter.metrics.atm_frames("refused", refused.answer.y1993).inc()
        terminal = refused.message.get(41).strip()
        if refused.why == WRONG_MAC:
            counter.log.error("mac_wrong", terminal=terminal, address=address)
        else:
            counter.log.warning("frame_refused", why=refused.why, terminal=terminal, address=address)
        await self._write(tpdu, refused.message, Reply(refused.answer), refused.layout)
        if refused.answer is not NO_MODULE and self._misconduct.refused():
            self.end("too_many_refusals")

    async def _write(self, tpdu: bytes, request: Message, reply: Reply, layout: Layout) -> None:
        try:
            answer = await answer_bytes(request, reply, layout, self._session.keys, self._counter.hsm)
        except (HsmError, ValueError):
            self.end("no_answer")
        else:
            self._wire.write(tpdu, answer)

    def _check_signed_on(self) -> None:
        if not self._session.signed_on:
            self.end("not_signed_on")

    def _tell(self, why: str) -> None:
        self._counter.metrics.atm_connections_ended(why).inc()
        terminal, address = self.terminal, self._session.address
        if why in _USUAL:
            self._counter.log.info("terminal_left", why=why, terminal=terminal, address=address)
        else:
            self._counter.log.warning("terminal_cut_off", why=why, terminal=terminal, address=address)
