"""Frames on a stream: a length in front, with a TPDU behind it where the network has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

LengthHeader = Literal["binary2", "ascii4"]

_TPDU: Final = 5
_TPDU_ID: Final = 0x60


class BadLengthError(Exception):
    """A header that announces no acceptable frame: what follows it cannot be found any more."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How frames are told apart. ``most`` bounds what a header may announce, in bytes."""

    header: LengthHeader = "binary2"
    tpdu: bool = False
    most: int = 2048

    @property
    def header_bytes(self) -> int:
        return 2 if self.header == "binary2" else 4

    def length(self, header: bytes) -> int:
        """How many bytes follow ``header``. Raises ``BadLengthError``."""
        if self.header == "binary2":
            length = int.from_bytes(header, "big")
        elif header.isdigit():
            length = int(header)
        else:
            raise BadLengthError("not digits")
        if not (_TPDU if self.tpdu else 0) < length <= self.most:
            raise BadLengthError(f"{length} bytes announced")
        return length

    def opened(self, body: bytes) -> tuple[bytes, bytes]:
        """The TPDU that an answer to this frame carries, and the message. Raises ``BadLengthError``."""
        if not self.tpdu:
            return b"", body
        if body[0] != _TPDU_ID:
            raise BadLengthError("not a TPDU")
        return body[:1] + body[3:5] + body[1:3], body[_TPDU:]

    def framed(self, tpdu: bytes, message: bytes) -> bytes:
        """``message`` as it goes out."""
        length = len(tpdu) + len(message)
        header = length.to_bytes(2, "big") if self.header == "binary2" else b"%04d" % length
        return header + tpdu + message
