"""The character sets of records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Charset(Enum):
    """How a record's characters become bytes; the value is Python's name of the codec."""

    ASCII = "ascii"
    GB18030 = "gb18030"
    """One, two or four bytes a character; ASCII is its one-byte part."""
    CP037 = "cp037"
    """EBCDIC, one byte a character: the characters of Latin-1 in another order."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What the interpreter and the compiler both need to know about a character set."""

    codec: str
    space: bytes

    def number(self, text: str) -> bytes:
        """The bytes of digits and signs."""
        return text.encode(self.codec)


ALPHABETS = {charset: Alphabet(charset.value, " ".encode(charset.value)) for charset in Charset}

LATIN_TO_EBCDIC = bytes(chr(code).encode("cp037")[0] for code in range(256))
EBCDIC_TO_LATIN = bytes(bytes([code]).decode("cp037").encode("latin-1")[0] for code in range(256))
