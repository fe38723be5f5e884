"""One connection to the acquirer, from its key exchange and sign-on to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.atm import tags
from tellerline.simulators.atm.faults import Fault, Faults
from tellerline.simulators.atm.keys import MAC_BYTES, KeyRefusedError, MasterKey, SessionKeys
from tellerline.simulators.atm.message import Message, MessageError, decode, encode
from tellerline.simulators.atm.profile import Profile
from tellerline.simulators.atm.requests import Composer, Network, answers, approved
from tellerline.simulators.atm.traffic import Traffic

_CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_REPLY_FAULTS = frozenset({"210", "230", "430"})


class NoLineError(OSError):
    """There is no session and none could be made: nothing that matters has been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a session needs of its machine; ``reply_seconds`` is how long an answer is waited for.

    ``lost_at_once`` lets the machine stop waiting as soon as a fault has lost its answer, for whoever watches.
    """

    host: str
    port: int
    profile: Profile
    master: MasterKey
    clock: Clock
    randomness: Randomness
    faults: Faults = field(default_factory=Faults)
    traffic: Traffic = field(default_factory=Traffic)
    reply_seconds: float = 20.0
    lost_at_once: bool = False

    @property
    def composer(self) -> Composer:
        return Composer(self.profile, self.clock)


class Session:
    """Requests may be under way side by side; each hears its own answer. Answers with a wrong MAC count as none."""

    def __init__(
        self,
        place: Place,
        next_stan: Callable[[], str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._place = place
        self._next_stan = next_stan
        self._writer = writer
        self._keys: SessionKeys | None = None
        self._waiting: list[tuple[Message, asyncio.Future[Message | None]]] = []
        self._exchanging = asyncio.Lock()
        self._reading = asyncio.get_running_loop().create_task(self._read(reader))

    @classmethod
    async def open(cls, place: Place, next_stan: Callable[[], str]) -> Self:
        """Connect, exchange keys and sign on; raises ``NoLineError`` if any of it comes to nothing.

        ``next_stan`` numbers the messages that the session begins itself.
        """
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(place.host, place.port)
        except OSError as error:
            raise NoLineError(f"nobody answers at {place.host}:{place.port}") from error
        local = writer.get_extra_info("sockname")[1]
        place.traffic.opened(local, place.port)
        session = cls(place, next_stan, reader, writer)
        try:
            await session.exchange_keys()
            await session.network(Network.SIGN_ON)
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def alive(self) -> bool:
        return not self._reading.done() and not self._writer.is_closing()

    @property
    def keys(self) -> SessionKeys:
        if self._keys is None:
            raise NoLineError("no keys were exchanged")
        return self._keys

    async def exchange_keys(self) -> None:
        """Have new session keys once every answer under the old ones is here; what is asked meanwhile waits.

        Raises ``NoLineError`` and keeps the old ones if they do not come.
        """
        async with self._exchanging:
            if self._waiting:
                await asyncio.wait([answer for _, answer in self._waiting])
            await self._network(Network.KEYS, self._ask)

    async def network(self, what: Network) -> None:
        """Sign on or off, or echo; raises ``NoLineError`` without an approving answer."""
        await self._network(what, self.ask)

    async def ask(self, request: Message) -> Message | None:
        """Send a request and return its answer; nothing when none came that can be believed, and then nobody knows.

        Raises ``NoLineError`` only before the first byte.
        """
        async with self._exchanging:
            pass
        return await self._ask(request)

    async def _network(self, what: Network, ask: Callable[[Message], Awaitable[Message | None]]) -> None:
        place = self._place
        answer = await ask(place.composer.network(self._next_stan(), what))
        if answer is None or not approved(answer):
            raise NoLineError(f"{what.name.lower().replace('_', ' ')}: {answer.text(39) if answer else 'no answer'}")

    async def _ask(self, request: Message) -> Message | None:
        if not self.alive:
            raise NoLineError("the line is down")
        answer: asyncio.Future[Message | None] = asyncio.get_running_loop().create_future()
        entry = (request, answer)
        self._waiting.append(entry)
        timer = self._place.clock.call_later(self._place.reply_seconds, lambda: _give_up(answer))
        try:
            self._send(request)
            return await answer
        finally:
            timer.cancel()
            if entry in self._waiting:
                self._waiting.remove(entry)

    async def close(self) -> None:
        """End the connection; whoever waits hears that nothing came. Idempotent."""
        self._writer.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._forget_all()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
        except OSError:
            self._writer.transport.abort()

    def _send(self, request: Message) -> None:
        faults, work = self._place.faults, request.type[1:2] != "8"
        if work and faults.strikes(Fault.GARBAGE):
            self._put(self._place.profile.framing.framed(self._place.randomness.bytes(64)))
        data = self._protected(request)
        if work and faults.strikes(Fault.BAD_MAC):
            data = data[:-1] + bytes([data[-1] ^ 1])
        self._place.traffic.message(request, outgoing=True)
        self._put(self._place.profile.framing.framed(data))
        if work and faults.strikes(Fault.CUT_LINE):
            self._place.traffic.remark("the line is cut")
            self._writer.close()

    def _put(self, frame: bytes) -> None:
        self._place.traffic.frame(frame, outgoing=True)
        self._writer.write(frame)

    def _protected(self, message: Message) -> bytes:
        """The bytes, with a MAC once there are keys."""
        dialect = self._place.profile.dialect
        if self._keys is None:
            return encode(message, dialect)
        number = 128 if max(message.fields) > 64 else 64
        data = encode(message.with_fields({number: bytes(MAC_BYTES)}), dialect)[:-MAC_BYTES]
        return data + self._keys.mac(data)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        framing = self._place.profile.framing
        while (frame := await framing.next(reader)) is not None:
            self._place.traffic.frame(frame, outgoing=False)
            self._hear(framing.message(frame))
        self._place.traffic.remark("the acquirer ended the connection")
        self._forget_all()

    def _hear(self, data: bytes) -> None:
        try:
            message = decode(data, self._place.profile.dialect)
        except MessageError as error:
            self._place.traffic.remark(f"unreadable answer: {error}")
            return
        if self._strikes(message, Fault.GARBLE_REPLY):
            data = bytes([data[0] ^ 1]) + data[1:]
        keys = self._new_keys(message) or self._keys
        refused_before_keys = self._keys is None and not approved(message)
        if not refused_before_keys and (keys is None or not _authentic(keys, message, data)):
            self._place.traffic.message(message, outgoing=False, note="MAC wrong, not believed")
            return
        if self._strikes(message, Fault.LOSE_REPLY):
            self._place.traffic.message(message, outgoing=False, note="lost on the way")
            found = self._waiting_for(message)
            if self._place.lost_at_once and found is not None:
                _give_up(found)
            return
        self._deliver(message, keys)

    def _deliver(self, message: Message, keys: SessionKeys | None) -> None:
        found = self._waiting_for(message)
        if found is not None and self._strikes(message, Fault.LATE_REPLY):
            self._place.traffic.remark("an answer is held up on its way")
            found.add_done_callback(lambda _: self._late(message))
        elif found is None or found.done():
            self._late(message)
        else:
            self._place.traffic.message(message, outgoing=False)
            self._keys = keys
            found.set_result(message)

    def _waiting_for(self, message: Message) -> asyncio.Future[Message | None] | None:
        return next((waiting for request, waiting in self._waiting if answers(message, request)), None)

    def _late(self, message: Message) -> None:
        self._place.traffic.message(message, outgoing=False, note="too late, not heeded")

    def _strikes(self, message: Message, fault: Fault) -> bool:
        return message.type[1:] in _REPLY_FAULTS and self._place.faults.strikes(fault)

    def _new_keys(self, message: Message) -> SessionKeys | None:
        """Those of an answer to a key exchange of this session."""
        values = tags.untagged(message.text(tags.ELEMENT))
        asked = any(answers(message, request) for request, _ in self._waiting)
        if not asked or message.type[1:] not in ("810", "814") or tags.MAC_KEY not in values:
            return None
        try:
            return self._place.master.session(values[tags.MAC_KEY], values.get(tags.PIN_KEY, ""))
        except KeyRefusedError as refused:
            self._place.traffic.remark(str(refused))
            return None

    def _forget_all(self) -> None:
        for _, waiting in self._waiting:
            _give_up(waiting)


def _authentic(keys: SessionKeys, message: Message, data: bytes) -> bool:
    mac = message.binary(128) or message.binary(64)
    return len(mac) == MAC_BYTES and keys.believes(data[:-MAC_BYTES], mac)


def _give_up(answer: asyncio.Future[Message | None]) -> None:
    if not answer.done():
        answer.set_result(None)
