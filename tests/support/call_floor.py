"""A switch with telephones, seen from beside it: what is up there, whatever its controller believes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from asterisk_centre import MUSIC, PIN_PROMPT, PROMPT
from baresip import BaresipError
from severing_proxy import SeveringProxy
from softswitch_bench import SoftTelephone
from switch_bench import Telephone
from telephones import Exchange, SipTelephone

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.lines.tcp import TcpListener
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.supervision import monitor_of
from tellerline.callcenter.site.words import Ear, LegState, Mode, Place
from tellerline.connectors.asterisk import AsteriskSettings
from tellerline.connectors.asterisk.rest import AriRest
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.asterisk.configuration import MUSIC_HZ
from tellerline.simulators.softswitch.fields import Fields
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.switch import SoftSwitch

LONG_PROMPT = "main-menu/choose-language/0"
"""The only prompt that lasts, besides those that ask for a PIN."""
_LONG_SECONDS, _SHORT_SECONDS = 60.0, 0.2
_CLOCK = SystemClock()
_OWN = "~"
_NAMES = {MUSIC_HZ: MUSIC, 2050: PROMPT, 2300: PIN_PROMPT}
_LOWEST_HZ, _BETWEEN_HZ, _APART_HZ = 400, 27, 25


@dataclass(slots=True)
class Truth:
    """What is up at a switch: legs with their states, members of conversations, the leg of each recording, the two
    legs of each monitor, and the collection of each leg that types a secret."""

    legs: dict[str, str] = field(default_factory=dict)
    conversations: dict[str, frozenset[str]] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)
    monitors: dict[str, tuple[str, str]] = field(default_factory=dict)
    secured: dict[str, str] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    """What serves nothing."""

    @property
    def nothing(self) -> bool:
        return not (self.legs or self.conversations or self.recordings or self.monitors or self.secured or self.strays)


class Floor(Protocol):
    """``switch`` is what a controller's plan says of it, by way of the proxy ``link``. ``keeps``: a telephone that is
    picked up while nobody controls the switch stays up."""

    keeps: bool
    link: SeveringProxy

    @property
    def switch(self) -> Mapping[str, Any]: ...

    async def telephone(self, number: str) -> Telephone:
        """Registered where its number is that of an extension; one for each number."""

    async def truth(self) -> Truth: ...


def disagreements(state: SiteState, truth: Truth) -> list[str]:
    """Where a site is wrong about its switch."""
    found = [f"at the switch alone: {stray}" for stray in truth.strays]
    known = {leg.id: leg for call in state.calls.values() for leg in call.legs.values()}
    believed = {leg.id: leg.state.value for leg in known.values() if leg.state is not LegState.CLEARING}
    found += _different("leg", believed, truth.legs)
    found += _different("conversation", _conversations(state), truth.conversations)
    recorded = {leg.recording: leg.id for leg in known.values() if leg.recording}
    found += _different("recording", recorded, truth.recordings)
    monitors = {name: pair for call in state.calls.values() for name, pair in _monitors(call)}
    found += _different("monitor", monitors, truth.monitors)
    secured = {leg.id: leg.collection for leg in known.values() if leg.collection}
    return [*found, *_different("secret on", secured, truth.secured)]


def _different(kind: str, believed: Mapping[str, Any], true: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(believed.keys() | true.keys()):
        if believed.get(name) != true.get(name):
            yield f"{kind} {name}: believed {believed.get(name)}, is {true.get(name)}"


def _conversations(state: SiteState) -> dict[str, frozenset[str]]:
    return {
        call.conversation: frozenset(
            leg.id for leg in call.legs.values() if leg.ear is Ear.CONVERSATION and leg.state is LegState.CONNECTED
        )
        for call in state.calls.values()
        if call.conversing and call.place is not Place.ENDED
    }


def _monitors(call: Call) -> Iterator[tuple[str, tuple[str, str]]]:
    for watch in call.supervisions.values():
        leg = call.leg_of(watch.leader)
        if watch.begun and leg is not None and watch.mode in (Mode.SILENT, Mode.WHISPER):
            yield monitor_of(leg.id), (call.agents[watch.agent], leg.id)


class SoftFloor:
    keeps = True

    def __init__(self, soft: SoftSwitch, link: SeveringProxy, extensions: frozenset[str]) -> None:
        self.link = link
        self.switch = {"softswitch": link.port}
        self._soft = soft
        self._extensions = extensions
        self._telephones: dict[str, SoftTelephone] = {}

    async def telephone(self, number: str) -> SoftTelephone:
        if number not in self._telephones:
            inside = number in self._extensions
            phone = self._soft.extension(number) if inside else self._soft.outside(number)
            self._telephones[number] = SoftTelephone(phone, _CLOCK.sleep)
        return self._telephones[number]

    async def truth(self) -> Truth:
        seen: Any = self._soft.carry_out("snapshot", Fields({}))
        legs = [phone.leg for phone in self._soft.phones.values() if phone.leg is not None]
        return Truth(
            legs={leg["leg"]: leg["state"] for leg in seen["legs"]},
            conversations={name: frozenset(legs) for name, legs in seen["conversations"].items()},
            recordings=dict(seen["recordings"]),
            monitors={name: tuple(legs) for name, legs in seen["monitors"].items()},
            secured={leg.id: leg.collection.id for leg in legs if leg.collection is not None},
        )


class AsteriskFloor:
    keeps = False

    def __init__(
        self, server: AsteriskServer, exchange: Exchange, link: SeveringProxy, extensions: frozenset[str]
    ) -> None:
        self.link = link
        settings: dict[str, Any] = {
            "url": server.url,
            "app": server.controller,
            "user": server.controller,
            "password": server.controller_password,
        }
        self.switch: Mapping[str, Any] = {"asterisk": settings | {"url": f"http://127.0.0.1:{link.port}/ari"}}
        self.rest = AriRest(AsteriskSettings(**settings))
        self._exchange = exchange
        self._extensions = extensions
        self._telephones: dict[str, SipTelephone] = {}
        self._voices = _voices()

    async def telephone(self, number: str) -> SipTelephone:
        if number not in self._telephones:
            inside = number in self._extensions
            self._telephones[number] = await self._exchange.telephone(number, next(self._voices), registers=inside)
        return self._telephones[number]

    async def start_afresh(self) -> None:
        """After the switch died: whoever still talks to its dead ports hangs up, and extensions register again."""
        for number, phone in self._telephones.items():
            with suppress(BaresipError, AssertionError):  # it was told nothing, and may have found out
                await phone.hang_up()
            if number in self._extensions:
                await phone.register()

    async def truth(self) -> Truth:
        truth = Truth()
        for channel in await self.rest.get("channels"):
            await self._channel(truth, str(channel["id"]), channel)
        for bridge in await self.rest.get("bridges"):
            name, members = str(bridge["id"]), frozenset(each.removesuffix(_OWN) for each in bridge["channels"])
            if name.startswith(f"secret{_OWN}"):
                _, collection, leg = name.split(_OWN)
                truth.secured[leg] = collection
            elif _OWN not in name:
                truth.conversations[name] = members
            elif not members:
                truth.strays.append(f"bridge {name}")
        return truth

    async def _channel(self, truth: Truth, name: str, channel: Any) -> None:
        """But for a caller whom nobody took, and whom the switch itself tells so."""
        args = channel["dialplan"]["app_data"].split(",")
        if channel["dialplan"]["app_name"] == "Stasis" and args[1:2] == ["record"]:
            if await self.rest.get_or_none("recordings", "live", args[2]):
                truth.recordings[args[2]] = args[3]
            else:
                truth.strays.append(f"channel {name} records nothing")
        elif channel["dialplan"]["app_name"] == "Stasis" and args[1:2] == ["monitor"]:
            truth.monitors[args[2]] = (args[3], args[4])
        elif channel["dialplan"]["app_name"] == "Stasis" or name.endswith(_OWN):
            truth.legs[name.removesuffix(_OWN)] = _state(channel)


def _state(channel: Any) -> str:
    """As CSTA calls it: a caller's channel that is not up was offered, one that we dialled rings or does not yet."""
    if channel["state"] == "Up":
        return "CONNECTED"
    return {"Ringing": "ALERTING", "Ring": "OFFERED"}.get(channel["state"], "INITIATED")


def _voices() -> Iterator[int]:
    hz = _LOWEST_HZ
    while True:
        if all(abs(hz - other) >= _APART_HZ for other in _NAMES):
            yield hz
        hz += _BETWEEN_HZ


@asynccontextmanager
async def soft_floor(extensions: frozenset[str]) -> AsyncIterator[SoftFloor]:
    """On real time and a real socket; the switch is in the test's process, so it outlives every controller."""
    prompts = PromptTable(
        sounds={LONG_PROMPT: _LONG_SECONDS, "verify-pin/type-pin/0": _LONG_SECONDS}, other=_SHORT_SECONDS, digit=0.05
    )
    soft = SoftSwitch(_CLOCK, SystemRandomness(), prompts=prompts)
    for number in extensions:
        soft.extension(number)
    listener = TcpListener(soft.accept)
    await listener.start()
    try:
        async with SeveringProxy("127.0.0.1", listener.port) as link:
            yield SoftFloor(soft, link, extensions)
    finally:
        listener.close()
        soft.power_off()


@asynccontextmanager
async def asterisk_floor(server: AsteriskServer, extensions: frozenset[str]) -> AsyncIterator[AsteriskFloor]:
    """On a switch that runs."""
    exchange = Exchange(f"127.0.0.1:{server.ports.sip}", server.extension_password, server.ports.trunk, _NAMES)
    async with exchange, SeveringProxy("127.0.0.1", server.ports.http) as link:
        floor = AsteriskFloor(server, exchange, link, extensions)
        floor.rest.open()
        try:
            yield floor
        finally:
            await floor.rest.close()
