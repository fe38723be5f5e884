"""A cash machine's screen and keypad in a terminal."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import termios
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from rich.align import Align
from rich.console import Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from tellerline.cli.atm.running import Installation, machine_on
from tellerline.cli.output import Output
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.receipts import Receipt
from tellerline.simulators.atm.screen import CANCEL, CLEAR, ENTER, HEIGHT, Do, Screen, Wish, shown

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
            async for key in keys:
                screen, wish = _pressed(screen, key)
                live.update(picture(screen, installed.profile.terminal), refresh=True)
                if wish is not None:
                    screen = await _done(machine, screen, wish)
                    live.update(picture(screen, installed.profile.terminal), refresh=True)
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
def _raw_keys() -> Iterator[AsyncIterator[str]]:
    """Keys as they are pressed, unseen; the terminal is as before after the block."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield _keys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


async def _keys(descriptor: int) -> AsyncIterator[str]:
    """Until the customer walks away, or the terminal is gone. What is pressed while nobody reads is kept."""
    pressed: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        text = os.read(descriptor, 64).decode("utf-8", "ignore") or _LEAVE[0]
        for key in text if not _ARROW.match(text) else "":
            pressed.put_nowait(key)

    loop.add_reader(descriptor, read)
    try:
        while (key := await pressed.get()) not in _LEAVE:
            yield key
    finally:
        loop.remove_reader(descriptor)
