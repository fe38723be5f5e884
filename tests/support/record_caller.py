"""A caller of the credit host that packs its records by hand."""

from __future__ import annotations

from itertools import count
from typing import NamedTuple

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.exchange import Exchanged, Unsolicited, WireRequest
from tellerline.adapters.mq.memory import MemoryBroker, MemoryTransport

_serials = count(1)
HEADER = 8 + 2 + 32 + 8 + 4 + 60 + 32 + 8


class RecordReply(NamedTuple):
    """The parts of every reply's header, and what stands behind it."""

    message_type: str
    reference: str
    status: str
    code: str
    message: str
    serial: str
    accounting_date: str
    rest: bytes


def request_record(message_type: str, reference: str, *fields: tuple[str, int] | str) -> bytes:
    """A request; text comes as (text, width), everything else already as its digits."""
    header = f"{message_type:<8}01{reference:<32}{'IVR':<32}{'':<32}{'':<32}{'2026-03-02T09:00:00+08:00':<32}0001"
    rest = "".join(each if isinstance(each, str) else each[0].ljust(each[1]) for each in fields)
    return (header + rest).encode("gb18030")


def read_record(body: bytes) -> RecordReply:
    parts, position = [], 0
    for width in (8, 2, 32, 8, 4, 60, 32, 8):
        parts.append(body[position : position + width].decode("gb18030").rstrip())
        position += width
    kind, _, reference, status, code, message, serial, date = parts
    return RecordReply(kind, reference, status, code, message, serial, date, body[position:])


class RecordCaller:
    """Asks over the in-process broker; late and double replies gather in ``unsolicited``."""

    def __init__(self, broker: MemoryBroker, clock: VirtualClock) -> None:
        self.unsolicited: list[Unsolicited] = []
        self.clock = clock
        self.transport = MemoryTransport(broker, "credit.requests", clock, self.unsolicited.append)

    async def send(self, body: bytes, *, patience: float = 5.0) -> Exchanged:
        request = WireRequest(body=body, operation="x", correlation=f"C{next(_serials)}", durable=True)
        return await self.transport.exchange(request, self.clock.monotonic() + patience)

    async def ask(self, message_type: str, reference: str, *fields: tuple[str, int] | str) -> RecordReply:
        return read_record((await self.send(request_record(message_type, reference, *fields))).body)


def amount_digits(minor: int) -> str:
    """``S9(15)V99 SIGN LEADING SEPARATE``."""
    return f"{'-' if minor < 0 else '+'}{abs(minor):017d}"
