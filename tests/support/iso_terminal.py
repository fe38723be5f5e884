"""A cash machine's end of the line for tests: it can say anything, right or wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from tellerline.adapters.clock import Randomness, SystemClock, SystemRandomness
from tellerline.gateway.channels.iso8583.codec.message import Layout, Message, decode, encode
from tellerline.gateway.channels.iso8583.codec.tags import parse_tags, tagged
from tellerline.simulators.atm.keys import MasterKey, SessionKeys

ZONE = ZoneInfo("Asia/Shanghai")
NETWORK = {"sign_on": "001", "sign_off": "002", "keys": "161", "echo": "301"}
_FUNCTIONS_1993 = {"001": "801", "002": "802", "161": "811", "301": "831"}
_WAIT = 30.0
_NUMBERS = count(1)
"""A terminal does not begin anew with each connection."""


@dataclass
class IsoTerminal:
    """Frames with a two-byte header; its keys' arithmetic is the simulator's, not the gateway's.

    ``source`` is the address that it comes from, one of the machine's where it is empty.
    """

    target: str
    id: str
    master: MasterKey
    layout: Layout = field(default_factory=lambda: Layout("1987", "ascii"))
    reader: asyncio.StreamReader = field(init=False)
    writer: asyncio.StreamWriter = field(init=False)
    keys: SessionKeys | None = None
    numbers: Iterator[int] = _NUMBERS
    randomness: Randomness = field(default_factory=SystemRandomness)
    source: str = ""

    @classmethod
    def of(cls, target: str, folder: Path, name: str, layout: Layout | None = None) -> IsoTerminal:
        master = MasterKey.from_hex((folder / f"{name}.key").read_text("ascii"))
        return cls(target, name, master, layout or Layout("1987", "ascii"))

    async def connect(self) -> IsoTerminal:
        host, _, port = self.target.rpartition(":")
        self.reader, self.writer = await asyncio.open_connection(
            host, int(port), local_addr=(self.source, 0) if self.source else None
        )
        return self

    async def ready(self) -> IsoTerminal:
        """Connected, with keys, signed on."""
        await self.connect()
        await self.exchange_keys()
        answer = await self.network("sign_on")
        assert self.code(answer) in {"00", "800"}, answer.fields
        return self

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    async def exchange_keys(self) -> Message:
        answer_frame = await self.ask_raw(self.frame(self.network_message("keys"), mac=self.keys is not None))
        answer = decode(answer_frame, self.layout)
        found = parse_tags(answer.get(48))
        self.keys = self.master.session(found["01"], found["02"])
        assert self.keys.believes(answer_frame[:-8], answer_frame[-8:]), "the answer's MAC is under the new key"
        return answer

    async def network(self, what: str) -> Message:
        return await self.ask(self.network_message(what))

    def network_message(self, what: str) -> Message:
        function = NETWORK[what]
        if self.layout.version == "1987":
            return Message("0800", self.named({70: function}))
        return Message("1804", self.named({24: _FUNCTIONS_1993[function]}))

    def named(self, fields: Mapping[int, str], now: datetime | None = None) -> dict[int, str]:
        """The fields with a number, the time and the terminal's name."""
        now = now or SystemClock().now()
        local = now.astimezone(ZONE)
        time = "%H%M%S" if self.layout.version == "1987" else "%y%m%d%H%M%S"
        named = {
            7: now.strftime("%m%d%H%M%S"),
            11: f"{next(self.numbers):06d}",
            12: local.strftime(time),
            41: self.id.ljust(8),
        }
        if self.layout.version == "1987":
            named[13] = local.strftime("%m%d")
        return named | dict(fields)

    def request(self, kind: str, processing: str, fields: Mapping[int, str], now: datetime | None = None) -> Message:
        """``kind`` is the last three digits of the 1987 type: ``200``, ``201``, ``420`` …"""
        digit = "0" if self.layout.version == "1987" else "1"
        return Message(digit + kind, self.named({3: processing, 49: "156"} | dict(fields), now))

    def pin_fields(self, pin: str, card: str, new: str = "") -> dict[int, str]:
        """The PIN as this terminal's kind of key sends it."""
        assert self.keys is not None
        block = self.keys.pin_block(pin, card, self.randomness).hex().upper()
        tags = {"04": block} if self.keys.aes else {}
        if new:
            tags["05"] = self.keys.pin_block(new, card, self.randomness).hex().upper()
        fields = {} if self.keys.aes else {52: block}
        return fields | ({48: tagged(tags)} if tags else {})

    def withdrawal(self, card: str, pin: str, minor: int, now: datetime | None = None) -> Message:
        fields = {2: card, 4: f"{minor:012d}"} | self.pin_fields(pin, card)
        return self.request("200", "010000", fields, now)

    def about(self, original: Message) -> dict[int, str]:
        """The field that names an original."""
        if self.layout.version == "1987":
            return {90: f"{original.mti}{original.get(11)}{original.get(7)}{0:022d}"}
        return {56: f"{original.mti}{original.get(11)}{original.get(12)}00"}

    def reversal(self, original: Message, minor: int, *, kind: str = "420", dispensed: int = 0) -> Message:
        fields = {2: original.get(2), 4: f"{minor:012d}"} | self.about(original)
        if dispensed and self.layout.version == "1987":
            fields[95] = f"{dispensed:012d}{0:030d}"
        elif dispensed:
            fields |= {30: f"{minor:012d}{0:012d}", 4: f"{dispensed:012d}"}
        return self.request(kind, "010000", fields)

    def confirmation(self, original: Message, minor: int) -> Message:
        fields = {2: original.get(2), 4: f"{minor:012d}"} | self.about(original)
        return self.request("220", "010000", fields)

    def frame(self, message: Message, *, mac: bool = True) -> bytes:
        """The message's bytes, with a right MAC if wished."""
        if not mac:
            return encode(message, self.layout)
        assert self.keys is not None
        fields = dict(message.fields)
        fields[128 if any(number > 64 for number in fields) else 64] = "00" * 8
        body = encode(Message(message.mti, fields), self.layout)[:-8]
        return body + self.keys.mac(body)

    async def ask(self, message: Message) -> Message:
        """The answer, whose MAC is right."""
        return self.believed(await self.ask_raw(self.frame(message)))

    def believed(self, frame: bytes) -> Message:
        assert self.keys is not None
        assert self.keys.believes(frame[:-8], frame[-8:]), "the answer has no right MAC"
        return decode(frame, self.layout)

    async def ask_raw(self, frame: bytes) -> bytes:
        self.send_raw(len(frame).to_bytes(2, "big") + frame)
        return await self.receive()

    def send_raw(self, data: bytes) -> None:
        self.writer.write(data)

    async def receive(self) -> bytes:
        """The next frame; ``asyncio.IncompleteReadError`` when the gateway has closed."""
        async with asyncio.timeout(_WAIT):
            length = int.from_bytes(await self.reader.readexactly(2), "big")
            return await self.reader.readexactly(length)

    async def closed(self) -> bool:
        """Whether the gateway closes the connection, within the tests' patience."""
        async with asyncio.timeout(_WAIT):
            try:
                return await self.reader.read(1) == b""
            except ConnectionError:
                return True

    def code(self, answer: Message) -> str:
        return answer.get(39)
