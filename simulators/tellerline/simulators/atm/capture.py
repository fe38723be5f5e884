"""Frames written to a file as they pass: a capture that any network analyser opens, or a hex dump.

A capture shows card numbers and encrypted PIN blocks as they are on the wire: its file is the owner's alone.
"""

from __future__ import annotations

import os
import struct
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from tellerline.adapters.clock import Clock

_MAGIC = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, 101)  # 101: packets begin with their IP header
_SYN, _ACK, _PUSH = 0x02, 0x10, 0x08
_SEGMENT = 0x8000
_WINDOW, _HOP_LIMIT, _TCP = 0xFFFF, 64, 6


class Capture(Protocol):
    """Hears one machine's frames, header included, in their order. Blocks for as long as a write to a file does."""

    def opened(self, local: int, remote: int) -> None:
        """A connection from port ``local`` of this machine to port ``remote``."""

    def passed(self, data: bytes, *, outgoing: bool) -> None: ...

    def close(self) -> None: ...


def open_capture(path: Path, clock: Clock) -> Capture:
    """A packet capture for a name that ends with ``.pcap``, a hex dump for any other. Whatever was there is gone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    file = os.fdopen(descriptor, "wb", buffering=0)
    return PacketCapture(file, clock) if path.suffix == ".pcap" else HexDump(file, clock)


class HexDump:
    """Time, direction and bytes, sixteen a line."""

    def __init__(self, file: BinaryIO, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def opened(self, local: int, remote: int) -> None:
        self._file.write(f"# {self._clock.now().isoformat()} connected {local} -> {remote}\n".encode())

    def passed(self, data: bytes, *, outgoing: bool) -> None:
        arrow = ">" if outgoing else "<"
        lines = [f"{arrow} {self._clock.now().isoformat()} {len(data)} bytes"]
        for at in range(0, len(data), 16):
            part = data[at : at + 16]
            text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
            lines.append(f"{at:06x}  {part.hex(' '):<47}  {text}")
        self._file.write(("\n".join(lines) + "\n").encode())

    def close(self) -> None:
        self._file.close()


class PacketCapture:
    """A libpcap file of TCP segments over 127.0.0.1, one for each frame of usual size, numbered as a stream's are."""

    def __init__(self, file: BinaryIO, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._ports = (0, 0)
        self._sent = [0, 0]
        file.write(_MAGIC)

    def opened(self, local: int, remote: int) -> None:
        self._ports = (local, remote)
        self._sent = [0, 0]
        self._segment(0, _SYN)
        self._sent[0] += 1
        self._segment(1, _SYN | _ACK)
        self._sent[1] += 1
        self._segment(0, _ACK)

    def passed(self, data: bytes, *, outgoing: bool) -> None:
        side = 0 if outgoing else 1
        for at in range(0, len(data), _SEGMENT):
            part = data[at : at + _SEGMENT]
            self._segment(side, _PUSH | _ACK, part)
            self._sent[side] += len(part)

    def close(self) -> None:
        self._file.close()

    def _segment(self, side: int, flags: int, data: bytes = b"") -> None:
        source, target = self._ports if side == 0 else self._ports[::-1]
        acknowledged = self._sent[1 - side] if flags & _ACK else 0
        tcp = struct.pack("!HHIIBBHHH", source, target, self._sent[side], acknowledged, 5 << 4, flags, _WINDOW, 0, 0)
        address = bytes((127, 0, 0, 1))
        pseudo = address + address + struct.pack("!BBH", 0, _TCP, len(tcp) + len(data))
        tcp = tcp[:16] + struct.pack("!H", _checksum(pseudo + tcp + data)) + tcp[18:]
        size = 20 + len(tcp) + len(data)
        ip = struct.pack("!BBHHHBBH", 0x45, 0, size, 0, 0x4000, _HOP_LIMIT, _TCP, 0) + address + address
        ip = ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:]
        self._file.write(_stamp(self._clock.now(), size) + ip + tcp + data)


def _stamp(at: datetime, size: int) -> bytes:
    return struct.pack("<IIII", int(at.timestamp()), at.microsecond, size, size)


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    return 0xFFFF - (total % 0xFFFF or 0xFFFF)
