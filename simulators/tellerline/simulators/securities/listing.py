"""The securities that can be traded: fictional companies under invented codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LOT = 100
MOST_SHARES = 1_000_000


class Board(Enum):
    """The copybook's letter and the price limit in per cent."""

    MAIN = ("M", 10)
    STAR = ("S", 20)
    CHINEXT = ("C", 20)

    @property
    def letter(self) -> str:
        return self.value[0]

    @property
    def percent(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Security:
    """``price`` is the close before the first day, in fen. ``halted``: listed, but not traded 停牌."""

    code: str
    name: str
    price: int
    halted: bool = False

    @property
    def board(self) -> Board:
        if self.code.startswith("688"):
            return Board.STAR
        return Board.CHINEXT if self.code.startswith("300") else Board.MAIN

    def limits(self, previous_close: int) -> tuple[int, int]:
        """The lowest and the highest price of a day, each rounded half up to the tick of 0.01."""
        percent = self.board.percent
        return _hundredth(previous_close * (100 - percent)), _hundredth(previous_close * (100 + percent))


HALTED = "600997"
"""Always halted: the magic security."""

SECURITIES = {
    security.code: security
    for security in (
        Security("000971", "云岭白药坊", 38_62),
        Security("000983", "海棠地产", 4_17),
        Security("002911", "青禾种业", 12_35),
        Security("002923", "长风快运", 21_08),
        Security("300961", "星图数据", 46_90),
        Security("300972", "澄湖医疗", 88_15),
        Security("600951", "临江银行", 5_86),
        Security("600963", "北辰电力", 7_24),
        Security("600974", "金穗酒业", 168_40),
        Security("600985", "远海航运", 9_73),
        Security("600997", "沉舟重工", 3_31, halted=True),
        Security("601951", "江左保险", 27_55),
        Security("603962", "晴川家居", 15_90),
        Security("688961", "微光半导体", 63_20),
        Security("688973", "天枢机器人", 118_00),
    )
}
"""In order of their codes."""


def _hundredth(amount: int) -> int:
    return (amount + 50) // 100
