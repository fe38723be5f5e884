"""Customers who type PINs on many lines at a time: right ones, wrong ones, too slowly, too early, or half of one."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from asterisk_centre import PIN_PROMPT, STRAIGHT, AsteriskCentre
from dtmf_ear import keys_as_sound
from google.protobuf.json_format import MessageToDict
from site_services import context
from telephones import SipTelephone

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.simulators.population import Person

PINS = "95002"
"""The number whose flow asks for a PIN again and again."""
PIN_FLOW = """
version = 1
title = { zh = "pins", en = "one PIN after the other" }
start = "verify"
most_steps = 500
too_long = "bye"
wrong = "wrong"
silent = "silent"
failed = "bye"
[nodes.verify]
kind = "flow"
flow = "verify-pin"
then = { verified = "again", failed = "again", locked = "again" }
[nodes.again]
kind = "menu"
prompts = ["goodbye"]
tries = 1
first = 1
failed = "verify"
options = [{ key = "*", next = "bye" }]
[nodes.bye]
kind = "hang_up"
prompts = ["goodbye"]
"""
_PATIENCE = 60.0
_SOUND_SECONDS = 0.06
_ONCE_MORE = 4.0
"""Seconds after which somebody types his number again."""


class How(StrEnum):
    RIGHT = "RIGHT"
    WRONG = "WRONG"
    AHEAD = "AHEAD"
    """Right, and typed in one go with the customer number, before anybody has asked for it."""
    SLOW = "SLOW"
    """Four digits, and the last two at the very moment at which the switch stops waiting."""
    CUT_OFF = "CUT_OFF"
    """All digits but the last; then the customer hangs up."""


class Keys(StrEnum):
    """How a telephone sends its keys. ``BOTH``: many a gateway leaves the tones in the sound beside the events."""

    EVENTS = "EVENTS"
    TONES = "TONES"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class Entry:
    person: Person
    pin: str
    how: How


@dataclass(slots=True)
class Progress:
    """What is known of one caller's present call. ``node`` is where the flow is; ``asked`` counts the questions for a
    PIN, ``taken`` tells how each of them ended; ``results`` are what the agent was told."""

    call: str = ""
    node: str = ""
    agent: str = ""
    asked: int = 0
    taken: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)

    @property
    def pin_asked(self) -> bool:
        return self.asked > len(self.taken)

    @property
    def waits_for_keys(self) -> bool:
        return self.pin_asked or self.node == "number"

    @property
    def with_agent(self) -> bool:
        return bool(self.agent) and not self.node


class Watch:
    """Follows the site's feed, as a leader's program does, and writes down every event."""

    def __init__(self, centre: AsteriskCentre, file: Path) -> None:
        self.callers: dict[str, Progress] = defaultdict(Progress)
        self._centre = centre
        self._file = file
        self._changed = asyncio.Condition()
        self._of_call: dict[str, Progress] = {}

    async def run(self) -> None:
        request = agents.WatchEventsRequest(context=context("L1"), resume_token="begin")
        with self._file.open("w") as file:
            async for event in self._centre.agents.WatchEvents(request):
                said = MessageToDict(event, preserving_proto_field_name=True)
                file.write(json.dumps(said, ensure_ascii=False) + "\n")
                file.flush()
                async with self._changed:
                    self._hear(event, said.get("details", {}))
                    self._changed.notify_all()

    def _hear(self, event: agents.Event, details: dict[str, Any]) -> None:
        kind, call = event.kind, event.call
        if kind == "CallArrived":
            self._of_call[call] = self.callers[str(details["caller"])] = Progress(call=call)
        progress = self._of_call.get(call)
        if progress is None:
            return
        if kind == "IvrNodeReached":
            progress.node = str(details["node"]).rpartition(".")[2]
        elif kind == "SecretAsked":
            progress.asked += 1
        elif kind == "SecretTaken":
            progress.taken.append(str(details["end"]))
        elif kind == "AgentJoined":
            progress.agent, progress.node = event.agent.removeprefix("agents/"), ""
        elif kind == "IvrReturned":
            progress.results.append(details["outcome"]["result"])
            progress.node = ""

    async def until(self, true: Callable[[], bool], patience: float = _PATIENCE) -> None:
        """Raises ``TimeoutError``."""
        async with asyncio.timeout(patience), self._changed:
            await self._changed.wait_for(true)


@asynccontextmanager
async def watched(centre: AsteriskCentre, file: Path) -> AsyncIterator[Watch]:
    watch = Watch(centre, file)
    task = asyncio.get_running_loop().create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass(kw_only=True)
class Line:
    """One telephone that calls again and again. ``by_agent`` says that an agent answers, and sends the customer to
    type his PIN each time."""

    centre: AsteriskCentre
    watch: Watch
    number: str
    keys: Keys = Keys.EVENTS
    by_agent: bool = False
    agent: str = ""
    """Who answered."""
    ends: dict[str, str] = field(default_factory=dict)
    """What became of each PIN typed."""

    async def run(self, entries: Sequence[Entry]) -> None:
        phone = await self.centre.phone(self.number)
        for entry in entries:
            if not phone.connected:
                await self._call(phone)
            await self._type(phone, entry)
        if phone.connected:
            await phone.hang_up()

    @property
    def _progress(self) -> Progress:
        return self.watch.callers[self.number]

    async def _call(self, phone: SipTelephone) -> None:
        """The feed may tell of a call before the caller's own telephone has heard that it was answered."""

        async def connected() -> bool:
            return phone.connected

        before = self._progress.call
        await phone.call(STRAIGHT if self.by_agent else PINS)
        await self.watch.until(lambda: self._progress.call != before)
        await self.centre.until(connected, _PATIENCE)
        if self.by_agent:
            await self.watch.until(lambda: bool(self._progress.agent))
            self.agent = self._progress.agent

    async def _type(self, phone: SipTelephone, entry: Entry) -> None:
        """One PIN; returns when the flow has gone on."""
        progress = self._progress
        if progress.with_agent:
            await self._sent_by_agent(progress)
        await self.watch.until(lambda: progress.waits_for_keys)
        number = f"{entry.person.customer.number}#"
        typed = len(progress.taken) + 1
        ahead = entry.how is How.AHEAD and not progress.pin_asked
        if not ahead or not await self._ahead(phone, number + entry.pin, progress):
            await self._identify(phone, number, progress)
            typed = len(progress.taken) + 1
            await self._answer(phone, entry, progress)
        await self.watch.until(lambda: len(progress.taken) >= typed)
        self.ends[entry.pin] = progress.taken[typed - 1]
        if entry.how is not How.CUT_OFF:
            await self.watch.until(lambda: progress.waits_for_keys or progress.with_agent)

    async def _ahead(self, phone: SipTelephone, keys: str, progress: Progress) -> bool:
        """Number and PIN in one go; whether the number was right."""
        asked = progress.asked
        await self._press(phone, keys)
        with suppress(TimeoutError):
            await self.watch.until(lambda: progress.asked > asked, _ONCE_MORE)
        return progress.asked > asked

    async def _identify(self, phone: SipTelephone, number: str, progress: Progress) -> None:
        """Until the PIN is asked for. A key that came twice, or not at all, is a wrong number, as in life; after three
        of those the agent has the customer again, and sends him once more."""
        while not progress.pin_asked:
            assert phone.connected, f"{self.number} was hung up on at {progress.node}"
            if progress.with_agent:
                await self._sent_by_agent(progress)
                await self.watch.until(lambda: progress.waits_for_keys)
                continue
            await self._press(phone, number)
            with suppress(TimeoutError):
                await self.watch.until(lambda: progress.pin_asked, _ONCE_MORE)
        await self._heard(phone)

    async def _answer(self, phone: SipTelephone, entry: Entry, progress: Progress) -> None:
        match entry.how:
            case How.SLOW:
                ended = len(progress.taken) + 1
                await self._press(phone, entry.pin[:4])
                await self.watch.until(lambda: len(progress.taken) == ended)
                await self._press(phone, entry.pin[4:] + "#")
                await self.watch.until(lambda: len(progress.taken) > ended or progress.node == "number")
            case How.CUT_OFF:
                await self._press(phone, entry.pin[:5])
                await phone.hang_up()
            case _:
                await self._press(phone, entry.pin)

    async def _press(self, phone: SipTelephone, keys: str) -> None:
        match self.keys:
            case Keys.EVENTS:
                await phone.press(keys)
            case Keys.TONES:
                await phone.play(keys_as_sound(keys))
            case Keys.BOTH:
                for key in keys:
                    await asyncio.gather(phone.play(keys_as_sound(key)), self._press_late(phone, key))

    async def _press_late(self, phone: SipTelephone, key: str) -> None:
        """When the sound has left the telephone."""
        await asyncio.sleep(_SOUND_SECONDS)
        await phone.press(key)

    async def _heard(self, phone: SipTelephone) -> None:
        async def asked() -> bool:
            return PIN_PROMPT in await phone.hears()

        await self.centre.until(asked, _PATIENCE)

    async def _sent_by_agent(self, progress: Progress) -> None:
        request = calls.TransferToIvrRequest(
            context=context(self.agent), call=progress.call, flow="agent-pin", returns=True
        )
        await self.centre.calls.TransferToIvr(request)
