"""Store and forward: what the acquirer must hear is repeated until it answers, through any loss of line or power."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from tellerline.simulators.atm.codes import LATER, STRANGER
from tellerline.simulators.atm.journal import Journal, Stage, Transaction
from tellerline.simulators.atm.keys import KeyRefusedError
from tellerline.simulators.atm.message import Message
from tellerline.simulators.atm.requests import approved, repeated
from tellerline.simulators.atm.session import NoLineError, Place, Session

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before the first, second … repeat; the last one from then on."""
_OUTCOMES = {Stage.CONFIRMING: Stage.DONE, Stage.REVERSING: Stage.REVERSED}


class Advices:
    """Sends the journal's open advices, oldest first, from ``start`` to ``close``.

    An advice is written down before its first byte leaves; every later sending of it, after a loss of power too, is a
    repeat with the same numbers. It is never given up: only an answer ends it.
    """

    def __init__(self, journal: Journal, place: Place, line: Callable[[], Awaitable[Session]]) -> None:
        self._journal = journal
        self._place = place
        self._line = line
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.get_running_loop().create_task(self._run())
        self.wake()

    def wake(self) -> None:
        """There is an advice that was not there before."""
        if self._due() is not None:
            self._settled.clear()
            self._changed.set()

    async def settled(self) -> None:
        """Return when no advice is open."""
        await self._settled.wait()

    async def close(self) -> None:
        """Stop sending; what is open stays so in the journal."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _due(self) -> Transaction | None:
        return next((one for one in self._journal.open if one.stage in _OUTCOMES), None)

    async def _run(self) -> None:
        failures = 0
        while True:
            transaction = self._due()
            if transaction is None:
                failures = 0
                self._settled.set()
                await self._changed.wait()
                self._changed.clear()
            elif await self._send(transaction):
                failures = 0
            else:
                await self._place.clock.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1

    async def _send(self, transaction: Transaction) -> bool:
        """Whether it is over."""
        try:
            session = await self._line()
            advice = from_stored(transaction.advice, self._place.master.unseal(transaction.sealed))
            sent = self._journal.keep(replace(transaction, sends=transaction.sends + 1))
            answer = await session.ask(repeated(advice) if transaction.sends else advice)
        except (NoLineError, KeyRefusedError) as error:
            self._place.traffic.remark(str(error))
            return False
        if answer is None or answer.text(39) in LATER:
            return False
        if answer.text(39) in STRANGER:
            await session.close()
            return False
        stage = _OUTCOMES[sent.stage] if approved(answer) else Stage.UNKNOWN
        self._journal.keep(replace(sent, stage=stage, code=answer.text(39), sealed="", advice={}))
        return True


def stored(advice: Message) -> Mapping[str, str]:
    """The advice as the journal keeps it, without its card number."""
    return {"type": advice.type} | {str(number): advice.text(number) for number in advice.fields}


def from_stored(advice: Mapping[str, str], card: str) -> Message:
    """The advice as it is sent."""
    fields = {int(number): value for number, value in advice.items() if number != "type"}
    return Message(advice["type"], fields | {2: card})
