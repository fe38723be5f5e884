"""A cash machine's screen and keypad in a terminal."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from rich.align import Align
from rich.console import Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from tellerline.cli.atm.running import Installation, machine_on
from tellerline.cli.output import Output
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.receipts import Receipt
from tellerline.simulators.atm.screen import CANCEL, CLEAR, ENTER, HEIGHT, Do, Page, Screen, Wish, shown

_KEYS = {
    "\r": ENTER,
    "\n": ENTER,
    "\x7f": CLEAR,
    "\x08": CLEAR,
    "\x1b": CANCEL,
} | {digit: digit for digit in "0123456789"}
_LANGUAGE, _LEAVE = "l", ("q", "\x03", "\x04")
_ARROW = re.compile("\x1b[\\[O]")
_WIDTH = 64
_PAD = ("[ 1 ] [ 2 ] [ 3 ]   {cancel}", "[ 4 ] [ 5 ] [ 6 ]   {clear}", "[ 7 ] [ 8 ] [ 9 ]   {enter}", "      [ 0 ]")
_LABELS = (
    {"cancel": "[ Cancel: Esc ]", "clear": "[ Clear: Backspace ]", "enter": "[ Enter ]"},
    {"cancel": "[ 取消 Esc ]", "clear": "[ 更正 Backspace ]", "enter": "[ 确认 Enter ]"},
)
_FOOT = ("l: 中文   q: walk away", "l: English   q: 离开")


async def serve(out: Output, installed: Installation) -> None:
    """Serve whoever sits at the terminal until he walks away; his card comes out first."""
    screen = Screen("zh" if out.text("en", "zh") == "zh" else "en")
    async with machine_on(installed) as machine:
        with _raw_keys() as keys, Live(console=out.console, auto_refresh=False, screen=True) as live:
            live.update(picture(screen, installed.profile.terminal), refresh=True)
            while (key := await keys.next()) not in _LEAVE:
                screen, wish = _pressed(screen, key)
                live.update(picture(screen, installed.profile.terminal), refresh=True)
                if wish is not None:
                    busy, screen = screen.page is Page.WAITING, await _done(machine, screen, wish)
                    live.update(picture(screen, installed.profile.terminal), refresh=True)
                    if busy:
                        keys.forget()
        machine.eject()


def picture(screen: Screen, terminal: str) -> RenderableType:
    """Screen above keypad."""
    chinese = screen.language == "zh"
    lines = list(shown(screen))
    lines += [""] * (HEIGHT - len(lines))
    display = Panel(Text("\n".join(lines)), title=f"Tellerline  {terminal}", width=_WIDTH, border_style="cyan")
    pad = Text("\n".join(line.format(**_LABELS[chinese]) for line in _PAD))
    keypad = Panel(Align.center(pad), width=_WIDTH, border_style="dim", subtitle=_FOOT[chinese])
    return Group(display, keypad)


def _pressed(screen: Screen, key: str) -> tuple[Screen, Wish | None]:
    if key.lower() == _LANGUAGE:
        return screen.in_other_language(), None
    return screen.press(_KEYS[key]) if key in _KEYS else (screen, None)


async def _done(machine: CashMachine, screen: Screen, wish: Wish) -> Screen:
    if wish.do is Do.EJECT:
        machine.eject()
        return screen
    if not machine.card:
        machine.insert(screen.card)
        machine.enter_pin(screen.pin)
    return screen.told(await _asked(machine, wish))


async def _asked(machine: CashMachine, wish: Wish) -> Receipt:
    match wish.do:
        case Do.BALANCE:
            return await machine.balance()
        case Do.STATEMENT:
            return await machine.statement()
        case Do.WITHDRAW:
            return await machine.withdraw(wish.amount)
        case Do.TRANSFER:
            return await machine.transfer(wish.amount, wish.text)
        case _:
            return await machine.change_pin(wish.text)


@contextmanager
def _raw_keys() -> Iterator[Keys]:
    """Keys as they are pressed, unseen; the terminal, if it is still there, is as before after the block."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        with Keys(descriptor) as keys:
            yield keys
    finally:
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


class Keys:
    """What is pressed, in order; ``q``, once, when the terminal is gone. Of the running loop, while in ``with``."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pressed: asyncio.Queue[str] = asyncio.Queue()

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)

    async def next(self) -> str:
        return await self._pressed.get()

    def forget(self) -> None:
        """What was pressed until now, but that somebody walks away."""
        left = False
        while not self._pressed.empty():
            left |= self._pressed.get_nowait() in _LEAVE
        if left:
            self._pressed.put_nowait(_LEAVE[0])

    def _read(self) -> None:
        try:
            typed = os.read(self._descriptor, 64)
        except OSError:
            typed = b""
        if not typed:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._pressed.put_nowait(_LEAVE[0])
            return
        text = typed.decode("utf-8", "ignore")
        for key in text if not _ARROW.match(text) else "":
            self._pressed.put_nowait(key)
