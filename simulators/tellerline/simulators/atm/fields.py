"""The data elements of ISO 8583:1987 and ISO 8583:1993, and how each is laid out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_CONTENT = {
    "n": r"[0-9]*",
    "an": r"[A-Za-z0-9 ]*",
    "ans": r"[\x20-\x7e]*",
    "ns": r"[\x20-\x40\x5b-\x60\x7b-\x7e]*",
    "z": r"[0-9=DF]*",
    "x+n": r"[CD][0-9]*",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """``length`` characters, or bytes if ``kind`` is ``b``; at most that many behind a ``prefix`` of 2 or 3 digits."""

    kind: str
    length: int
    prefix: int = 0
    content: re.Pattern[str] | None = field(default=None, compare=False)

    @property
    def binary(self) -> bool:
        return self.kind == "b"

    def fits(self, value: str | bytes) -> bool:
        """Whether ``value`` may stand in the element."""
        if isinstance(value, bytes) is not self.binary:
            return False
        if len(value) > self.length or (not self.prefix and len(value) != self.length):
            return False
        return isinstance(value, bytes) or self.content is None or self.content.fullmatch(value) is not None


_TABLE_1987 = """
2 n..19 | 3 n6 | 4 n12 | 5 n12 | 6 n12 | 7 n10 | 8 n8 | 9 n8 | 10 n8 | 11 n6 | 12 n6 | 13 n4 | 14 n4 | 15 n4 | 16 n4
17 n4 | 18 n4 | 19 n3 | 20 n3 | 21 n3 | 22 n3 | 23 n3 | 24 n3 | 25 n2 | 26 n2 | 27 n1 | 28 x+n9 | 29 x+n9 | 30 x+n9
31 x+n9 | 32 n..11 | 33 n..11 | 34 ns..28 | 35 z..37 | 36 n...104 | 37 an12 | 38 an6 | 39 an2 | 40 an3 | 41 ans8
42 ans15 | 43 ans40 | 44 ans..25 | 45 ans..76 | 46 ans...999 | 47 ans...999 | 48 ans...999 | 49 an3 | 50 an3 | 51 an3
52 b8 | 53 n16 | 54 ans...120 | 55 ans...999 | 56 ans...999 | 57 ans...999 | 58 ans...999 | 59 ans...999 | 60 ans...999
61 ans...999 | 62 ans...999 | 63 ans...999 | 64 b8 | 66 n1 | 67 n2 | 68 n3 | 69 n3 | 70 n3 | 71 n4 | 72 n4 | 73 n6
74 n10 | 75 n10 | 76 n10 | 77 n10 | 78 n10 | 79 n10 | 80 n10 | 81 n10 | 82 n12 | 83 n12 | 84 n12 | 85 n12 | 86 n16
87 n16 | 88 n16 | 89 n16 | 90 n42 | 91 an1 | 92 n2 | 93 n5 | 94 an7 | 95 an42 | 96 b8 | 97 x+n17 | 98 ans25 | 99 n..11
100 n..11 | 101 ans..17 | 102 ans..28 | 103 ans..28 | 104 ans...100 | 105 ans...999 | 106 ans...999 | 107 ans...999
108 ans...999 | 109 ans...999 | 110 ans...999 | 111 ans...999 | 112 ans...999 | 113 ans...999 | 114 ans...999
115 ans...999 | 116 ans...999 | 117 ans...999 | 118 ans...999 | 119 ans...999 | 120 ans...999 | 121 ans...999
122 ans...999 | 123 ans...999 | 124 ans...999 | 125 ans...999 | 126 ans...999 | 127 ans...999 | 128 b8
"""
_CHANGED_1993 = """
12 n12 | 15 n6 | 22 an12 | 25 n4 | 26 n4 | 28 n6 | 29 n3 | 30 n24 | 31 ans..99 | 36 z...104 | 39 n3 | 40 n3 | 43 ans..99
44 ans..99 | 46 ans...204 | 53 b..48 | 55 b...255 | 56 n..35 | 57 n3 | 58 n..11 | 66 ans...204 | 71 n8 | 72 ans...999
82 n10 | 83 n10 | 84 n10 | 85 n10 | 90 n10 | 91 n3 | 92 n3 | 93 n..11 | 94 n..11 | 95 ans..99 | 96 ans...999 | 99 an..11
"""
_ENTRY = re.compile(r"(\d+) (n|an|ans|ns|z|b|x\+n)(\.{0,3})(\d+)")


def _read(table: str) -> Mapping[int, Layout]:
    return {
        int(number): Layout(kind, int(length), len(dots), re.compile(_CONTENT[kind]) if kind in _CONTENT else None)
        for number, kind, dots, length in _ENTRY.findall(table)
    }


FIELDS_1987 = _read(_TABLE_1987)
"""By number; 1 and 65 are bitmaps and stand in no table."""
FIELDS_1993 = {**FIELDS_1987, **_read(_CHANGED_1993)}
