"""The two telephones of the demo's call: simulated ones, or real ones that speak SIP and listen to real audio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tellerline.adapters.clock import Clock, SystemRandomness
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.people import People
from tellerline.callcenter.settings import SwitchSettings
from tellerline.cli.system.switches import TelephoneRoom, simulated_switch, telephone_room
from tellerline.simulators.softswitch.phones import Phone
from tellerline.simulators.softswitch.playing import PromptTable

if TYPE_CHECKING:
    from tellerline.simulators.telephones.exchange import SipTelephone

CALLER = "13800138000"
_PATIENCE = 60.0
_PROMPT_SECONDS = 0.1
_CALLER_HZ, _AGENT_HZ = 440, 1130


class Telephones(Protocol):
    """A caller outside, and an agent whose telephone answers by itself."""

    async def call(self, number: str) -> None: ...

    async def hears(self, prompt: str, language: str) -> float:
        """Wait until the caller hears this recording; returns how sure that is, of 1."""

    async def press(self, keys: str) -> None: ...

    async def talk(self) -> None:
        """Wait until caller and agent hear each other, and nothing else."""

    async def hang_up(self) -> None: ...


@asynccontextmanager
async def telephones(
    kind: str, people: People, flows: Flows, extension: str, clock: Clock
) -> AsyncIterator[tuple[TelephoneRoom, Telephones]]:
    """On a switch of this ``kind``. Raises ``TimeoutError`` for what is not heard, and as ``telephone_room``."""
    randomness = SystemRandomness()
    if kind == "softswitch":
        table = PromptTable(sounds={}, other=_PROMPT_SECONDS, digit=_PROMPT_SECONDS / 4)
        async with simulated_switch((extension,), clock=clock, randomness=randomness, prompts=table) as (room, soft):
            yield room, _Simulated(soft.outside(CALLER), soft.extension(extension))
        return
    from tellerline.simulators.servers.asterisk.configuration import MUSIC_HZ
    from tellerline.simulators.telephones.exchange import Exchange

    settings = SwitchSettings(kind="asterisk")
    async with (
        telephone_room(settings, people, flows, clock=clock, randomness=randomness) as room,
        Exchange(room.sip, room.password, room.trunk_port, {MUSIC_HZ: "music"}) as exchange,
    ):
        assert room.prompts is not None
        agent = await exchange.telephone(extension, _AGENT_HZ, registers=True)
        caller = await exchange.telephone(CALLER, _CALLER_HZ, registers=False)
        yield room, _Real(caller, agent, room.prompts)


class _Simulated:
    def __init__(self, caller: Phone, agent: Phone) -> None:
        self._caller = caller
        self._agent = agent

    async def call(self, number: str) -> None:
        self._caller.call(number)

    async def hears(self, prompt: str, language: str) -> float:
        name = f"prompt:sound:{prompt}"
        if not await self._caller.until(lambda phone: name in phone.hears(), _PATIENCE):
            raise TimeoutError(f"{prompt} was not heard")
        return 1.0

    async def press(self, keys: str) -> None:
        self._caller.press(keys)

    async def talk(self) -> None:
        for phone, other in ((self._caller, self._agent), (self._agent, self._caller)):
            if not await phone.until(lambda phone, other=other: phone.hears() == {other.number}, _PATIENCE):  # type: ignore[misc]
                raise TimeoutError("caller and agent do not hear each other")

    async def hang_up(self) -> None:
        self._caller.hang_up()


class _Real:
    def __init__(self, caller: SipTelephone, agent: SipTelephone, prompts: Path) -> None:
        self._caller = caller
        self._agent = agent
        self._prompts = prompts

    async def call(self, number: str) -> None:
        await self._caller.call(number)

    async def hears(self, prompt: str, language: str) -> float:
        from tellerline.simulators.telephones.hearing import wav_samples

        alike = await self._caller.hears_recording(wav_samples(self._prompts / language / f"{prompt}.wav"), _PATIENCE)
        self._caller.forget()
        return alike

    async def press(self, keys: str) -> None:
        await self._caller.press(keys)

    async def talk(self) -> None:
        for phone, other in ((self._caller, self._agent), (self._agent, self._caller)):
            await phone.until_hears({other.number}, _PATIENCE)

    async def hang_up(self) -> None:
        await self._caller.hang_up()
