"""What the contract suite of switches needs of a test bench: telephones around a switch, and what it said so far.

A switch is bound to the suite by a bench of its own; ``tests/contract/switch/conftest.py`` names them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from tellerline.connectors.telephony.events import SwitchEvent
from tellerline.connectors.telephony.switch import Switch
from tellerline.simulators.telephones.exchange import OnRing

__all__ = ["OnRing"]

EXTENSIONS = ("1001", "1002", "1003", "1004")
"""Registered when the bench is ready. Every other number is outside, reached through the trunk."""
HOTLINE = "4001"
"""Who calls it from outside is offered to the controller."""
NOBODY = "1999"
"""An extension at which nothing is registered."""
MEDIA_PATIENCE = 2.0
"""The switches of benches give up a telephone of which they hear nothing for so many seconds."""

MUSIC = "music"
"""The name under which music on hold is heard."""
LONG_PROMPT, SHORT_PROMPT = "bench-long", "bench-short"
"""Prompts in ``zh`` and ``en``, of 20 s and 0.4 s, each of a tone of its own. In ``en`` the long one is heard under the
name ``ENGLISH``."""
ENGLISH = "bench-long in en"

_STEP = 0.02
_PATIENCE = 5.0
_E = TypeVar("_E")


class Telephone(Protocol):
    """A telephone that talks without a pause, in a voice that the others know it by."""

    number: str
    """Its address; also the name under which it is heard."""
    on_ring: OnRing
    """``ANSWERS`` at first."""

    @property
    def connected(self) -> bool: ...

    @property
    def rings(self) -> bool: ...

    @property
    def keys_heard(self) -> str:
        """The keys that somebody else pressed, as far as this telephone was told."""

    @property
    def shown(self) -> str:
        """The calling number that it showed last."""

    async def call(self, number: str) -> None:
        """Dial; returns at once."""

    async def answer(self) -> None:
        """Pick up, as soon as it rings."""

    async def hang_up(self) -> None: ...

    async def press(self, keys: str) -> None:
        """Returns when the last key is released."""

    async def hush(self, seconds: float) -> None:
        """Say nothing for so long; returns when it talks again."""

    async def hold(self) -> None:
        """By the telephone's own key."""

    async def retrieve(self) -> None: ...

    async def hears(self) -> frozenset[str]:
        """Who and what is heard, from now on for a short while."""


class LoneTelephone(Protocol):
    """A telephone that answers, and then may lose its network."""

    def vanish(self) -> None:
        """Say nothing more to the switch, neither signals nor media, as if its cable was cut."""


class SwitchBench(Protocol):
    """One switch, fresh for each test, with a connector that was started and tells its events to ``log``."""

    switch: Switch
    log: EventLog

    async def telephone(self, number: str) -> Telephone:
        """A telephone at an extension, registered, or one outside; one for each number."""

    async def lone_telephone(self, number: str) -> LoneTelephone:
        """At an extension for which ``telephone`` is not asked, registered."""

    async def pause(self, seconds: float) -> None:
        """Let the switch's time pass."""

    async def lose_link(self) -> None:
        """Cut the connector off; the switch and its calls go on. Returns when ``LinkLost`` was told."""

    async def restore_link(self) -> None:
        """Returns when ``LinkRestored`` was told."""

    async def new_controller(self) -> Switch:
        """Close the connector and start another on the same switch, which knows nothing yet; it tells ``log``."""

    async def stop_switch(self) -> None:
        """Kill the switch. Returns at once."""

    async def start_switch(self) -> None:
        """After ``stop_switch``. Returns when it takes connections."""

    def written(self) -> bytes:
        """All that switch and connector wrote anywhere but into recordings."""

    def tones(self, wav: Path | bytes, start: float, end: float) -> frozenset[str]:
        """Who and what is heard in a recording between two seconds of it."""


class EventLog:
    """The events of a switch in their order, and a way to wait for the next of a kind."""

    def __init__(self, pause: Callable[[float], Awaitable[None]]) -> None:
        self.events: list[SwitchEvent] = []
        self._untaken: list[SwitchEvent] = []
        self._pause = pause

    def __call__(self, event: SwitchEvent) -> None:
        self.events.append(event)
        self._untaken.append(event)

    async def take(self, kind: type[_E], patience: float = _PATIENCE, **fields: object) -> _E:
        """The first event of a kind, with these fields, that no call before has taken; fails if none comes."""
        waited = 0.0
        while True:
            for place, event in enumerate(self._untaken):
                if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items()):
                    del self._untaken[place]
                    return event
            if waited >= patience:
                raise AssertionError(f"no {kind.__name__} {fields} came; {_kinds(self._untaken)} did")
            await self._pause(_STEP)
            waited += _STEP

    def seen(self, kind: type[_E], **fields: object) -> list[_E]:
        """All events of a kind so far, with these fields."""
        return [
            event
            for event in self.events
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items())
        ]


async def hear(bench: SwitchBench, expected: Mapping[Telephone, Collection[str]]) -> None:
    """Wait until each telephone hears exactly what is expected, at one time; fails with what they do hear."""
    wanted = {telephone.number: frozenset(names) for telephone, names in expected.items()}
    heard: dict[str, frozenset[str]] = {}
    for _ in range(15):
        heard = {telephone.number: names for telephone, names in await _listen(expected)}
        if heard == wanted:
            return
        await bench.pause(_STEP)
    raise AssertionError(f"heard {_readable(heard)}, expected {_readable(wanted)}")


async def eventually(bench: SwitchBench, true: Callable[[], bool]) -> None:
    """Wait until it is true, in the switch's time; fails if it does not come to be."""
    for _ in range(round(_PATIENCE / _STEP)):
        if true():
            return
        await bench.pause(_STEP)
    raise AssertionError("it did not come to be")


async def _listen(telephones: Collection[Telephone]) -> list[tuple[Telephone, frozenset[str]]]:
    return list(zip(telephones, await asyncio.gather(*(each.hears() for each in telephones)), strict=True))


def _readable(heard: Mapping[str, frozenset[str]]) -> str:
    return "; ".join(f"{name}: {', '.join(sorted(names)) or 'nothing'}" for name, names in sorted(heard.items()))


def _kinds(events: Collection[SwitchEvent]) -> str:
    return ", ".join(map(repr, events)) or "none"
