"""Telephones: what a person, or a script in his place, does with one and hears in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tellerline.adapters.clock import Timer
from tellerline.simulators.softswitch.legs import Cause, Leg, LegState


class OnRing(StrEnum):
    """What a telephone does by itself when it is called."""

    RINGS = "RINGS"
    ANSWERS = "ANSWERS"
    """After ``answers_after`` seconds."""
    BUSY = "BUSY"
    REJECTS = "REJECTS"
    DEAD = "DEAD"
    """Not even ringing is heard of it, as if its line were cut."""


class PhoneState(StrEnum):
    IDLE = "IDLE"
    CALLING = "CALLING"
    RINGING = "RINGING"
    TALKING = "TALKING"


class Network(Protocol):
    """The switch, as telephones know it."""

    def now(self) -> datetime: ...
    def later(self, seconds: float, action: Callable[[], None]) -> Timer: ...
    def attend(self, phone: Phone, on: bool) -> None: ...
    def call(self, phone: Phone, number: str) -> None: ...
    def pick_up(self, leg: Leg) -> None: ...
    def hang_up(self, leg: Leg, cause: Cause) -> None: ...
    def press(self, leg: Leg, key: str) -> None: ...
    def hold(self, leg: Leg, held: bool) -> None: ...
    def media(self, leg: Leg, arrives: bool) -> None: ...
    def voice(self, leg: Leg) -> None: ...
    def heard(self, leg: Leg) -> frozenset[str]: ...
    def language(self, leg: Leg) -> str: ...


class WrongMomentError(Exception):
    """The telephone cannot do that now, such as answer when it does not ring."""


class Phone:
    """One telephone with one line. Whatever it does, the switch has done when the method returns.

    ``number`` is its address and the name under which others hear it, ``tone`` what its voice is in recordings.
    """

    def __init__(self, network: Network, number: str, *, inside: bool, tone: int) -> None:
        self.number = number
        self.inside = inside
        self.tone = tone
        self.on_ring = OnRing.RINGS
        self.answers_after = 0.0
        self.auto_answers = True
        """Whether it takes a call by itself when the switch asks for that."""
        self.shown = ""
        """The calling number that was shown with the last call to it."""
        self.ended: Cause | None = None
        """How its last call ended."""
        self.leg: Leg | None = None
        self.turned_away: Timer | None = None
        """Runs while it hears, instead of the hotline, that nobody is there to take its call."""
        self._network = network
        self._registered = True
        self._speaking = True
        self._watches: list[tuple[Callable[[Phone], bool], asyncio.Future[bool]]] = []
        self._transcript: list[tuple[datetime, frozenset[str]]] | None = None

    @property
    def registered(self) -> bool:
        return self._registered

    @property
    def speaking(self) -> bool:
        return self._speaking

    @property
    def state(self) -> PhoneState:
        if self.turned_away is not None:
            return PhoneState.TALKING
        if self.leg is None:
            return PhoneState.IDLE
        if self.leg.state is LegState.CONNECTED:
            return PhoneState.TALKING
        return PhoneState.CALLING if self.leg.incoming else PhoneState.RINGING

    def call(self, number: str) -> None:
        """Dial, with the line free."""
        if self.state is not PhoneState.IDLE:
            raise WrongMomentError(f"{self.number} is {self.state}")
        self._network.call(self, number)

    def answer(self) -> None:
        self._network.pick_up(self._in(PhoneState.RINGING))

    def reject(self, cause: Cause = Cause.REJECTED) -> None:
        self._network.hang_up(self._in(PhoneState.RINGING), cause)

    def hang_up(self) -> None:
        """Without a call it has no effect."""
        if self.turned_away is not None:
            self.turned_away.cancel()
            self.turned_away = None
        if self.leg is not None:
            self._network.hang_up(self.leg, Cause.NORMAL if self.state is not PhoneState.RINGING else Cause.REJECTED)

    def press(self, keys: str) -> None:
        """Keys one after the other, all at this instant."""
        for key in keys:
            if key not in "0123456789*#":
                raise ValueError("keys are 0 to 9, * and #")
            self._network.press(self._in(PhoneState.TALKING), key)

    def hold(self) -> None:
        """By the telephone's own key: it neither speaks nor hears until ``retrieve``."""
        self._network.hold(self._in(PhoneState.TALKING), True)

    def retrieve(self) -> None:
        self._network.hold(self._in(PhoneState.TALKING), False)

    def speak(self, on: bool) -> None:
        """Talk without a pause, as it does at first, or be silent."""
        self._speaking = on
        if self.leg is not None:
            self._network.voice(self.leg)

    def lose_media(self) -> None:
        """Nothing arrives from it or at it any more; after a while the switch gives the leg up."""
        self._network.media(self._in(PhoneState.TALKING), False)

    def regain_media(self) -> None:
        self._network.media(self._in(PhoneState.TALKING), True)

    def unregister(self) -> None:
        """It cannot be called any more; a call that is up goes on."""
        self._registered = False

    def register(self) -> None:
        self._registered = True

    def hears(self) -> frozenset[str]:
        """Who and what is heard at this instant: numbers, ``music``, ``prompt:<prompt>``."""
        if self.turned_away is not None:
            return frozenset({"prompt:sound:nobody-there"})
        return frozenset() if self.leg is None else self._network.heard(self.leg)

    def language(self) -> str:
        """That of the prompt heard now; empty without one."""
        return "" if self.leg is None else self._network.language(self.leg)

    def listen(self) -> list[tuple[datetime, frozenset[str]]]:
        """A transcript: what is heard now, and from now on each change of it, with the instant."""
        if self._transcript is None:
            self._transcript = [(self._network.now(), self.hears())]
            self._network.attend(self, True)
        return self._transcript

    async def until(self, condition: Callable[[Phone], bool], within: float) -> bool:
        """Wait until something is so, looking whenever something changes; False after ``within`` seconds."""
        if condition(self):
            return True
        reached: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        timer = self._network.later(within, lambda: _settle(reached, False))
        watch = (condition, reached)
        self._watches.append(watch)
        self._network.attend(self, True)
        try:
            return await reached
        finally:
            timer.cancel()
            self._watches.remove(watch)
            if not self._watches and self._transcript is None:
                self._network.attend(self, False)

    def note(self) -> None:
        """Of the switch's making, for one that it attends to: something changed that may change what is heard."""
        if self._transcript is not None and (heard := self.hears()) != self._transcript[-1][1]:
            self._transcript.append((self._network.now(), heard))
        for condition, reached in self._watches:
            if condition(self):
                _settle(reached, True)

    def cut_off(self) -> None:
        """Of the switch's making: it died, and with it the call."""
        if self.state is not PhoneState.IDLE:
            self.leg = None
            self.ended = Cause.SWITCH_FAILURE
        if self.turned_away is not None:
            self.turned_away.cancel()
            self.turned_away = None

    def _in(self, state: PhoneState) -> Leg:
        if self.leg is None or self.state is not state:
            raise WrongMomentError(f"{self.number} is {self.state}, not {state}")
        return self.leg


def _settle(reached: asyncio.Future[bool], outcome: bool) -> None:
    if not reached.done():
        reached.set_result(outcome)
