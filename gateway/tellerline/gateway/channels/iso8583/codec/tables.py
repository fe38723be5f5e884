"""The standard's fields 2 to 128, as both versions define them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tellerline.gateway.channels.iso8583.codec.notation import FieldType, field_type

_Y1987: Final = """
2 n..19     3 n6        4 n12       5 n12       6 n12       7 n10       8 n8        9 n8        10 n8
11 n6       12 n6       13 n4       14 n4       15 n4       16 n4       17 n4       18 n4       19 n3
20 n3       21 n3       22 n3       23 n3       24 n3       25 n2       26 n2       27 n1       28 x+n9
29 x+n8     30 x+n8     31 x+n8     32 n..11    33 n..11    34 ans..28  35 z..37    36 n..104   37 an12
38 an6      39 an2      40 an3      41 ans8     42 ans15    43 ans40    44 ans..25  45 ans..76  46 ans..999
47 ans..999 48 ans..999 49 n3       50 n3       51 n3       52 b8       53 n16      54 an..120  55 b..999
56 ans..999 57 ans..999 58 ans..999 59 ans..999 60 ans..999 61 ans..999 62 ans..999 63 ans..999 64 b8
66 n1       67 n2       68 n3       69 n3       70 n3       71 n4       72 n4       73 n6       74 n10
75 n10      76 n10      77 n10      78 n10      79 n10      80 n10      81 n10      82 n12      83 n12
84 n12      85 n12      86 n16      87 n16      88 n16      89 n16      90 n42      91 an1      92 an2
93 an5      94 an7      95 an42     96 b8       97 x+n16    98 ans25    99 n..11    100 n..11   101 ans..17
102 ans..28 103 ans..28 104 ans..100
"""

_Y1993: Final = """
2 n..19     3 n6        4 n12       5 n12       6 n12       7 n10       8 n8        9 n8        10 n8
11 n6       12 n12      13 n4       14 n4       15 n6       16 n4       17 n4       18 n4       19 n3
20 n3       21 n3       22 an12     23 n3       24 n3       25 n4       26 n4       27 n1       28 n6
29 n3       30 n24      31 ans..99  32 n..11    33 n..11    34 ans..28  35 z..37    36 n..104   37 an12
38 an6      39 n3       40 n3       41 ans8     42 ans15    43 ans..99  44 ans..99  45 ans..76  46 ans..204
47 ans..999 48 ans..999 49 n3       50 n3       51 n3       52 b8       53 b..48    54 ans..120 55 b..255
56 n..35    57 n3       58 n..11    59 ans..999 60 ans..999 61 ans..999 62 ans..999 63 ans..999 64 b8
66 ans..204 67 n2       68 n3       69 n3       70 n3       71 n8       72 ans..999 73 n6       74 n10
75 n10      76 n10      77 n10      78 n10      79 n10      80 n10      81 n10      82 n10      83 n10
84 n10      85 n10      86 n16      87 n16      88 n16      89 n16      90 n10      91 n3       92 n3
93 n..11    94 n..11    95 ans..99  96 b..999   97 x+n16    98 ans25    99 an..11   100 n..11   101 ans..17
102 ans..28 103 ans..28 104 ans..100 105 n16    106 n16     107 n10     108 n10     109 ans..84 110 ans..84
"""

_PRIVATE_FROM: Final = {"1987": 105, "1993": 111}


def _table(text: str, private_from: int) -> Mapping[int, FieldType]:
    words = text.split()
    table = {int(number): field_type(kind) for number, kind in zip(words[::2], words[1::2], strict=True)}
    reserved = {number: field_type("ans..999") for number in range(private_from, 128)}
    return table | reserved | {128: field_type("b8")}


FIELDS: Final[Mapping[str, Mapping[int, FieldType]]] = {
    "1987": _table(_Y1987, _PRIVATE_FROM["1987"]),
    "1993": _table(_Y1993, _PRIVATE_FROM["1993"]),
}
"""Each version's fields by number. Field 65 is in neither: there is no third bitmap."""
