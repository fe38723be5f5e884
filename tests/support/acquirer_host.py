"""An acquirer that really speaks the protocol of docs/atm.md, small: two cards, their books, its own field tables."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import iso8583
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from iso8583.specs import default_ascii
from psec import des, mac, pinblock, tr31

CARD, PAYEE = "6229990000000000019", "6229990000000000027"
PIN = "135790"
AES_MASTER = bytes(range(32))
TDES_MASTER = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
_BINARY = {"data_enc": "b", "len_enc": "ascii", "len_type": 0}
SPEC: dict[str, dict[str, Any]] = {
    **default_ascii,
    **{number: _BINARY | {"max_len": 8, "desc": "binary"} for number in ("p", "1", "52", "64", "128")},
}
Decoded = dict[str, Any]


@dataclass
class Moved:
    """One withdrawal as the books have it."""

    amount: int
    kept: int
    reversed: bool = False


@dataclass
class Acquirer:
    """``silent`` answers are booked and not sent; ``received`` has every message, in order. ``codes`` answers the next
    requests with other codes; ``on_the_wire`` is what becomes of answers on their way; ``mute`` is
    called when there is none. ``books`` are minor units by
    card, ``moved`` the withdrawals by original."""

    tdes: bool = False
    books: Counter[str] = field(default_factory=lambda: Counter({CARD: 10_000_00, PAYEE: 0}))
    pins: dict[str, str] = field(default_factory=lambda: {CARD: PIN, PAYEE: PIN})
    moved: dict[str, Moved] = field(default_factory=dict)
    received: list[Decoded] = field(default_factory=list)
    silent: int = 0
    codes: list[str] = field(default_factory=list)
    on_the_wire: Callable[[bytes], bytes] = bytes
    mute: Callable[[], object] = bool
    port: int = 0
    _server: asyncio.Server | None = None
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _answered: dict[str, Decoded] = field(default_factory=dict)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.transport.abort()
            self._writers.clear()
            await self._server.wait_closed()

    def types(self) -> list[str]:
        """Of what moves money, in the order of arrival."""
        return [message["t"] for message in self.received if message["t"][1] != "8"]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self.tdes)
        self._writers.append(writer)
        try:
            while True:
                data = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
                answer = self._answer(connection, data)
                if answer is not None:
                    writer.write(self.on_the_wire(len(answer).to_bytes(2) + answer))
                else:
                    self.mute()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, connection: _Connection, data: bytes) -> bytes | None:
        try:
            message, _ = iso8583.decode(data, SPEC)
        except iso8583.DecodeError:
            return None
        network = message["t"].startswith("08")
        if connection.mac_key and not connection.authentic(message, data):
            return None
        self.received.append(message)
        answer: Decoded = {
            name: message[name] for name in ("2", "3", "4", "7", "11", "12", "13", "41") if name in message
        }
        answer["t"] = message["t"][:2] + str(int(message["t"][2]) + 1) + "0"
        if network:
            answer |= {"39": "00", "70": message["70"]} | (connection.new_keys() if message["70"] == "161" else {})
            return connection.protected(answer)
        answer |= self._work(connection, message)
        if self.silent:
            self.silent -= 1
            return None
        return connection.protected(answer)

    def _work(self, connection: _Connection, message: Decoded) -> Decoded:
        if self.codes:
            return {"39": self.codes.pop(0)}
        serial = f"{message['11']}{message['7']}"
        if message["t"] in ("0420", "0421"):
            return self._reverse(message)
        if message["t"] in ("0220", "0221"):
            return {"39": "00"}
        if serial not in self._answered:
            self._answered[serial] = self._first(connection, message, serial)
        return self._answered[serial]

    def _first(self, connection: _Connection, message: Decoded, serial: str) -> Decoded:
        card, process = message["2"], message["3"][:2]
        if connection.pin(message) != self.pins.get(card):
            return {"39": "55"}
        if process == "92":
            self.pins[card] = connection.new_pin(message)
            return {"39": "00"}
        if process == "31":
            return {"39": "00", "54": f"0001156C{self.books[card]:012d}0002156C{self.books[card]:012d}"}
        if process == "38":
            lines = f"260301D{500_00:012d}C{self.books[card]:012d}260227C{9_00:012d}C{10_500_00:012d}"
            return {"39": "00", "48": f"03{len(lines):03d}{lines}"}
        return self._move(message, serial)

    def _move(self, message: Decoded, serial: str) -> Decoded:
        card, amount = message["2"], int(message["4"])
        if serial in self.moved:
            return {"39": "94"}
        if amount > self.books[card]:
            return {"39": "51"}
        self.books[card] -= amount
        if message["3"][:2] == "40":
            self.books[message["103"].strip()] += amount
        else:
            self.moved[serial] = Moved(amount, amount)
        return {"39": "00", "37": f"{serial[:12]}", "38": "A12345"}

    def _reverse(self, message: Decoded) -> Decoded:
        serial = message["90"][4:20]
        left = int(message["95"][:12]) if "95" in message else 0
        moved = self.moved.setdefault(serial, Moved(0, 0))
        if not moved.reversed:
            self.books[message["2"]] += max(0, moved.amount - left)
            moved.kept, moved.reversed = min(left, moved.amount), True
        return {"39": "00"}


class _Connection:
    def __init__(self, tdes: bool) -> None:
        self._tdes = tdes
        self.mac_key = b""
        self._pin_key = b""

    def new_keys(self) -> Decoded:
        """Fixed ones: their secrecy is not what is tested."""
        self.mac_key, self._pin_key = bytes.fromhex("11" * 8 + "2A" * 8), bytes.fromhex("3B" * 8 + "45" * 8)
        if self._tdes:
            blocks = [("B0096M3TC00N0000", self.mac_key), ("B0096P0TE00N0000", self._pin_key)]
            wrapped = [tr31.wrap(TDES_MASTER, header, key) for header, key in blocks]
        else:
            blocks = [("D0112M6AC00N0000", self.mac_key), ("D0112P0AE00N0000", self._pin_key)]
            wrapped = [tr31.wrap(AES_MASTER, header, key) for header, key in blocks]
        return {
            "48": "".join(f"{tag}{len(block):03d}{block}" for tag, block in zip(("01", "02"), wrapped, strict=True))
        }

    def mac(self, data: bytes) -> bytes:
        if self._tdes:
            return mac.generate_retail_mac(self.mac_key[:8], self.mac_key[8:], data, 1)
        cmac = CMAC(AES(self.mac_key))
        cmac.update(data)
        return cmac.finalize()[:8]

    def authentic(self, message: Decoded, data: bytes) -> bool:
        sent = message.get("128") or message.get("64") or ""
        return sent == self.mac(data[:-8]).hex().upper()

    def protected(self, answer: Decoded) -> bytes:
        number = "128" if max(int(name) for name in answer if name.isdigit()) > 64 else "64"
        raw, _ = iso8583.encode(answer | {number: "00" * 8}, SPEC)
        return bytes(raw[:-8]) + self.mac(bytes(raw[:-8]))

    def pin(self, message: Decoded) -> str:
        return self._opened(message["2"], message.get("52") or _tag(message, "04"))

    def new_pin(self, message: Decoded) -> str:
        return self._opened(message["2"], _tag(message, "05"))

    def _opened(self, card: str, block: str) -> str:
        try:
            if self._tdes:
                clear = des.decrypt_tdes_ecb(self._pin_key, bytes.fromhex(block))
                return pinblock.decode_pinblock_iso_0(clear, card)
            return pinblock.decipher_pinblock_iso_4(self._pin_key, bytes.fromhex(block), card)
        except ValueError:
            return ""


def _tag(message: Decoded, wanted: str) -> str:
    text, at = message.get("48", ""), 0
    while at < len(text):
        length = int(text[at + 2 : at + 5])
        if text[at : at + 2] == wanted:
            return str(text[at + 5 : at + 5 + length])
        at += 5 + length
    return ""
