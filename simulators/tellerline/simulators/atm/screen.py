"""What a customer sees and presses: menus, a keypad, a PIN of stars. Pure: keys go in, wishes come out."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tellerline.simulators.atm.receipts import Receipt, lines

Language = Literal["zh", "en"]
ENTER, CLEAR, CANCEL = "enter", "clear", "cancel"
HEIGHT = 15
"""Lines, so that screen and keypad fit on a terminal of 24."""


class Page(enum.Enum):
    CARD = "card"
    PIN = "pin"
    MENU = "menu"
    CASH = "cash"
    OTHER_AMOUNT = "other amount"
    PAYEE = "payee"
    TRANSFER = "transfer amount"
    NEW_PIN = "new pin"
    NEW_PIN_AGAIN = "new pin again"
    WAITING = "waiting"
    TOLD = "told"


class Do(enum.Enum):
    """What the machine is to do; of the customer's entries, ``Wish`` has what it needs."""

    BALANCE = "balance"
    STATEMENT = "statement"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"
    CHANGE_PIN = "change pin"
    EJECT = "eject"


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """``amount`` in minor units, ``text`` an account or a new PIN."""

    do: Do
    amount: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Screen:
    """One instant of it. ``entry`` is what was typed on this page, the other strings what was typed before."""

    language: Language
    page: Page = Page.CARD
    entry: str = ""
    card: str = ""
    pin: str = ""
    kept: str = ""
    receipt: Receipt | None = None
    notice: tuple[str, str] = ("", "")

    def press(self, key: str) -> tuple[Screen, Wish | None]:
        """The screen after ``key`` (a digit, ``ENTER``, ``CLEAR``, ``CANCEL``), and what the machine is to do now."""
        if self.page is Page.WAITING:
            return self, None
        if key == CANCEL:
            return Screen(self.language), Wish(Do.EJECT) if self.page is not Page.CARD else None
        if self.page in _CHOICES:
            return self._choose(key)
        return self._type(key)

    def _type(self, key: str) -> tuple[Screen, Wish | None]:
        if self.page is Page.TOLD:
            return (self._again() if key == ENTER else self), None
        if key == CLEAR:
            return replace(self, entry=self.entry[:-1]), None
        if key == ENTER:
            return self._entered()
        longest = _LENGTHS[self.page][1]
        return (replace(self, entry=self.entry + key, notice=("", "")) if len(self.entry) < longest else self), None

    def told(self, receipt: Receipt) -> Screen:
        """After the machine has done it."""
        return replace(self.at(Page.TOLD), receipt=receipt, kept="")

    def in_other_language(self) -> Screen:
        return replace(self, language="en" if self.language == "zh" else "zh")

    def _again(self) -> Screen:
        """Another transaction, unless the card is gone."""
        if self.receipt is not None and self.receipt.card_kept:
            return Screen(self.language)
        return replace(self.at(Page.MENU), receipt=None)

    def _choose(self, key: str) -> tuple[Screen, Wish | None]:
        chosen = _CHOICES[self.page].get(key)
        if isinstance(chosen, Page):
            return self.at(chosen), None
        if chosen is None:
            return self, None
        if chosen.do is Do.EJECT:
            return Screen(self.language), chosen
        return self.wait(chosen)

    def _entered(self) -> tuple[Screen, Wish | None]:
        shortest = _LENGTHS[self.page][0]
        if len(self.entry) < shortest:
            return replace(self, notice=("Too short", "位数不足")), None
        return _AFTER[self.page](self)

    def wait(self, wish: Wish) -> tuple[Screen, Wish | None]:
        """While the machine does it."""
        return self.at(Page.WAITING), wish

    def at(self, page: Page) -> Screen:
        """Turned to ``page``, on which nothing is typed yet."""
        return replace(self, page=page, entry="", notice=("", ""))


def shown(screen: Screen) -> Sequence[str]:
    """The screen's lines in its language, ``HEIGHT`` at most. Digits of PINs are stars."""
    pick = 1 if screen.language == "zh" else 0
    if screen.page is Page.TOLD and screen.receipt is not None:
        return [*lines(screen.receipt, screen.language)[: HEIGHT - 2], "", _CONTINUE[pick]]
    text = [line[pick] for line in _TEXTS[screen.page]]
    if screen.page in _LENGTHS:
        entry = "*" * len(screen.entry) if screen.page in _SECRET else screen.entry
        text += ["", f"  {entry}_"]
    return [*text, "", screen.notice[pick]] if any(screen.notice) else text


def _compare(screen: Screen) -> tuple[Screen, Wish | None]:
    if screen.entry != screen.kept:
        return replace(screen, page=Page.NEW_PIN, entry="", kept="", notice=("Not the same", "两次输入不一致")), None
    return screen.wait(Wish(Do.CHANGE_PIN, text=screen.entry))


_LENGTHS: Mapping[Page, tuple[int, int]] = {
    Page.CARD: (12, 19),
    Page.PIN: (4, 12),
    Page.OTHER_AMOUNT: (1, 6),
    Page.PAYEE: (12, 28),
    Page.TRANSFER: (1, 6),
    Page.NEW_PIN: (6, 6),
    Page.NEW_PIN_AGAIN: (6, 6),
}
_SECRET = frozenset({Page.PIN, Page.NEW_PIN, Page.NEW_PIN_AGAIN})
_AFTER: Mapping[Page, Callable[[Screen], tuple[Screen, Wish | None]]] = {
    Page.CARD: lambda screen: (replace(screen.at(Page.PIN), card=screen.entry), None),
    Page.PIN: lambda screen: (replace(screen.at(Page.MENU), pin=screen.entry), None),
    Page.OTHER_AMOUNT: lambda screen: screen.wait(Wish(Do.WITHDRAW, amount=int(screen.entry) * 100)),
    Page.PAYEE: lambda screen: (replace(screen.at(Page.TRANSFER), kept=screen.entry), None),
    Page.TRANSFER: lambda screen: screen.wait(Wish(Do.TRANSFER, amount=int(screen.entry) * 100, text=screen.kept)),
    Page.NEW_PIN: lambda screen: (replace(screen.at(Page.NEW_PIN_AGAIN), kept=screen.entry), None),
    Page.NEW_PIN_AGAIN: _compare,
}
_NOTES = (100, 200, 500, 1_000, 2_000)
_CHOICES: Mapping[Page, Mapping[str, Page | Wish]] = {
    Page.MENU: {
        "1": Wish(Do.BALANCE),
        "2": Wish(Do.STATEMENT),
        "3": Page.CASH,
        "4": Page.PAYEE,
        "5": Page.NEW_PIN,
        "0": Wish(Do.EJECT),
    },
    Page.CASH: {
        **{str(key): Wish(Do.WITHDRAW, amount=yuan * 100) for key, yuan in enumerate(_NOTES, 1)},
        "6": Page.OTHER_AMOUNT,
    },
}
_CONTINUE = ("Enter: another transaction   Cancel: your card", "确认：继续办理   取消：退卡")
_TEXTS: Mapping[Page, Sequence[tuple[str, str]]] = {
    Page.CARD: [
        ("Welcome. Please insert your card:", "欢迎使用，请插入银行卡："),
        ("type its number, then Enter", "输入卡号后按确认键"),
    ],
    Page.PIN: [("Please enter your PIN, then Enter", "请输入密码，按确认键结束")],
    Page.MENU: [
        ("What would you like to do?", "请选择业务"),
        ("", ""),
        ("  1  Balance            4  Transfer", "  1  余额查询           4  转账"),
        ("  2  Mini-statement     5  Change PIN", "  2  最近明细           5  修改密码"),
        ("  3  Cash               0  Return card", "  3  取款               0  退卡"),
    ],
    Page.CASH: [
        ("How much?", "请选择取款金额"),
        ("", ""),
        ("  1  100                4  1,000", "  1  100                4  1,000"),
        ("  2  200                5  2,000", "  2  200                5  2,000"),
        ("  3  500                6  Other amount", "  3  500                6  其他金额"),
    ],
    Page.OTHER_AMOUNT: [("Amount in yuan, in tens:", "请输入金额（10 元的整数倍）：")],
    Page.PAYEE: [("Account or card to pay into:", "请输入转入账号或卡号：")],
    Page.TRANSFER: [("Amount in yuan:", "请输入转账金额（元）：")],
    Page.NEW_PIN: [("New PIN, six digits:", "请输入六位新密码：")],
    Page.NEW_PIN_AGAIN: [("New PIN once more:", "请再次输入新密码：")],
    Page.WAITING: [("One moment, please …", "正在处理，请稍候……")],
    Page.TOLD: [("", "")],
}
