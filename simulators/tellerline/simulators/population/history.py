"""What happened on an account in the weeks before: salary, shopping, cash, interest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tellerline.adapters.clock import Randomness

DAYS = 90
_SHOPS = (
    "盒马鲜生",
    "永辉超市",
    "滴滴出行",
    "美团外卖",
    "中国石化加油站",
    "国家电网",
    "中国移动",
    "新华书店",
    "同仁堂药店",
    "12306火车票",
    "京东商城",
    "海底捞火锅",
)
_EMPLOYERS = ("星河软件有限公司", "东海机械厂", "第三人民医院", "青山中学", "远航物流集团", "百味食品公司")


class Movement(NamedTuple):
    """``amount`` in minor units, negative for a debit."""

    date: str
    account: str
    amount: int
    kind: str
    narrative: str
    counterparty: str


def card_history(account: str, chance: Randomness, today: date) -> Iterator[Movement]:
    """Three months of somebody with a salary who never spends more than is there."""
    start = today - timedelta(days=DAYS)
    balance = 3_000_00 + chance.below(60_000_00)
    yield Movement(start.isoformat(), account, balance, "INCOMING", "期初转入", "")
    salary = 4_500_00 + chance.below(18_000) * 100
    employer = _EMPLOYERS[chance.below(len(_EMPLOYERS))]
    payday = 5 + chance.below(20)
    day = start + timedelta(days=1)
    while day < today:
        if day.day == payday:
            balance += salary
            yield Movement(day.isoformat(), account, salary, "SALARY", f"{day.month}月工资", employer)
        if chance.below(9) == 0:
            spent = min(balance, 8_00 + chance.below(600_00))
            if spent:
                balance -= spent
                shop = _SHOPS[chance.below(len(_SHOPS))]
                yield Movement(day.isoformat(), account, -spent, "CARD_PAYMENT", "消费", shop)
        day += timedelta(days=1)


def savings_history(account: str, chance: Randomness, today: date) -> Iterator[Movement]:
    """A deposit, now and then cash, and the quarter's interest on the 21st."""
    start = today - timedelta(days=DAYS)
    balance = 1_000_00 + chance.below(2_000) * 100_00
    yield Movement(start.isoformat(), account, balance, "CASH_DEPOSIT", "现金存入", "")
    for step in range(1, DAYS):
        day = start + timedelta(days=step)
        if day.day == 21 and day.month % 3 == 0:
            yield Movement(day.isoformat(), account, max(1, balance // 2_000), "INTEREST", "结息", "")
        if step % 30 == 15 and chance.below(2) == 0:
            cash = min(balance, (1 + chance.below(20)) * 100_00)
            balance -= cash
            yield Movement(day.isoformat(), account, -cash, "CASH_WITHDRAWAL", "现金支取", "")
