"""Switches for a call centre: the simulated one, a private Asterisk, or a bank's own; and how to call in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.lines.connection import Connect
from tellerline.adapters.lines.tcp import TcpListener, tcp_connect
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.wording import texts
from tellerline.callcenter.people import People
from tellerline.callcenter.settings import SwitchSettings
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.switch import Switch
from tellerline.simulators.servers import ServerMissingError
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.softswitch.admin import Admin
from tellerline.simulators.softswitch.phones import OnRing
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.switch import SoftSwitch


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneRoom:
    """A switch to be commanded, and where its telephones are.

    ``telephones`` is the address at which those of the simulated switch are driven; ``sip`` that of a private
    Asterisk, at which ``extensions`` register with ``password`` and whoever else is on this machine is a caller.
    Both are empty for a switch of somebody else. ``prompts`` holds what a private Asterisk plays, by language; it calls
    numbers outside at ``trunk_port``.
    """

    switch: Switch
    telephones: str = ""
    sip: str = ""
    trunk_port: int = 0
    extensions: Sequence[str] = ()
    password: str = ""
    prompts: Path | None = None


@asynccontextmanager
async def telephone_room(
    settings: SwitchSettings, people: People, flows: Flows, *, clock: Clock, randomness: Randomness
) -> AsyncIterator[TelephoneRoom]:
    """What is private to this system lives until the block ends.

    Raises ``ServerMissingError`` or ``ServerFailedError`` for a private Asterisk that cannot be installed or started,
    and ``OSError``.
    """
    extensions = tuple(people.telephones.values())
    if settings.kind == "softswitch" and settings.address:
        host, _, port = settings.address.rpartition(":")
        yield TelephoneRoom(switch=_softswitch(tcp_connect(host, int(port)), clock, randomness))
    elif settings.kind == "softswitch":
        async with _simulated_room(extensions, clock=clock, randomness=randomness) as room:
            yield room
    elif settings.url:
        yield TelephoneRoom(switch=_asterisk(settings, settings.url, settings.password.get_secret_value(), clock))
    else:
        async with _private_asterisk(settings, extensions, flows, clock) as room:
            yield room


def installs_first(settings: SwitchSettings) -> bool:
    """Whether an Asterisk is to be fetched and unpacked before this room opens."""
    from tellerline.simulators.servers.asterisk.installation import installed

    if settings.kind != "asterisk" or settings.url:
        return False
    try:
        installed()
    except ServerMissingError:
        return True
    return False


def _softswitch(connect: Connect, clock: Clock, randomness: Randomness) -> Switch:
    return SoftswitchConnector(connect, clock, randomness)


def _asterisk(settings: SwitchSettings, url: str, password: str, clock: Clock) -> Switch:
    from tellerline.connectors.asterisk import AsteriskSettings, AsteriskSwitch

    return AsteriskSwitch(
        AsteriskSettings(
            url=url,
            app=settings.app,
            user=settings.user,
            password=password,
            trunk=settings.trunk,
            internal=settings.internal,
        ),
        clock,
    )


@asynccontextmanager
async def _simulated_room(
    extensions: Sequence[str], *, clock: Clock, randomness: Randomness
) -> AsyncIterator[TelephoneRoom]:
    """One whose telephones are driven from elsewhere. Raises ``OSError``."""
    async with simulated_switch(extensions, clock=clock, randomness=randomness) as (room, soft):
        visitors = TcpListener(Admin(soft, clock).accept)
        await visitors.start()
        try:
            yield replace(room, telephones=f"127.0.0.1:{visitors.port}")
        finally:
            visitors.close()


@asynccontextmanager
async def simulated_switch(
    extensions: Sequence[str], *, clock: Clock, randomness: Randomness, prompts: PromptTable | None = None
) -> AsyncIterator[tuple[TelephoneRoom, SoftSwitch]]:
    """A simulated switch in this process, whose extensions answer whoever calls."""
    soft = SoftSwitch(clock, randomness, prompts=prompts)
    for number in extensions:
        soft.extension(number).on_ring = OnRing.ANSWERS
    try:
        yield TelephoneRoom(switch=_softswitch(soft.connect, clock, randomness)), soft
    finally:
        soft.power_off()


@asynccontextmanager
async def _private_asterisk(
    settings: SwitchSettings, extensions: Sequence[str], flows: Flows, clock: Clock
) -> AsyncIterator[TelephoneRoom]:
    """Its installation is kept for the next time, and so are the spoken prompts."""
    from tellerline.simulators.servers.asterisk.installation import install
    from tellerline.simulators.servers.asterisk.prompts import prompts

    await asyncio.to_thread(install)
    spoken = await asyncio.to_thread(prompts, texts(flows.prompts), settings.recordings)
    server = AsteriskServer(extensions, prompts=spoken)
    own = settings.model_copy(update={"app": server.controller, "user": server.controller})
    try:
        await asyncio.to_thread(server.start)
        yield TelephoneRoom(
            switch=_asterisk(own, server.url, server.controller_password, clock),
            sip=f"127.0.0.1:{server.ports.sip}",
            trunk_port=server.ports.trunk,
            extensions=extensions,
            password=server.extension_password,
            prompts=spoken,
        )
    finally:
        await asyncio.to_thread(server.close)
