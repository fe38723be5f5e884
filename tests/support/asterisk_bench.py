"""Binds the contract suite of switches to a real Asterisk, with real telephones and real media."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from severing_proxy import SeveringProxy
from switch_bench import ENGLISH, EXTENSIONS, LONG_PROMPT, MEDIA_PATIENCE, MUSIC, NOBODY, SHORT_PROMPT, EventLog
from telephones import Exchange, SipTelephone, tones, wav_samples

from tellerline.adapters.clock import SystemClock
from tellerline.connectors.asterisk import AsteriskSettings, AsteriskSwitch
from tellerline.connectors.asterisk.rest import AriRest
from tellerline.connectors.telephony.events import LinkLost, LinkRestored
from tellerline.connectors.telephony.switch import Switch
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.asterisk.configuration import MUSIC_HZ, write_tone
from tellerline.simulators.servers.asterisk.prompts import prompts

_LONG_HZ, _SHORT_HZ, _ENGLISH_HZ = 1810, 2050, 2300
_NAMES = {MUSIC_HZ: MUSIC, _LONG_HZ: LONG_PROMPT, _SHORT_HZ: SHORT_PROMPT, _ENGLISH_HZ: ENGLISH}
_VOICES = (430, 520, 610, 705, 800, 910, 1010, 1130, 1240, 1370, 1480, 1600)
_CLOCK = SystemClock()


def bench_prompts(folder: Path) -> Path:
    """Fill a folder with what numbers are read with, and with the suite's own prompts, which are tones."""
    for language in prompts().iterdir():
        own = folder / language.name
        own.mkdir()
        for each in language.iterdir():
            (own / each.name).symlink_to(each)
        long_hz = _ENGLISH_HZ if language.name == "en" else _LONG_HZ
        write_tone(own / f"{LONG_PROMPT}.wav", long_hz, 20)
        write_tone(own / f"{SHORT_PROMPT}.wav", _SHORT_HZ, 0.4)
    return folder


def bench_server(prompts_folder: Path) -> AsteriskServer:
    """A switch with the suite's telephones and prompts, not started."""
    return AsteriskServer((*EXTENSIONS, NOBODY), prompts=prompts_folder, media_patience=int(MEDIA_PATIENCE))


class LoneProcess:
    """A telephone in a process of its own, which can be killed without a word."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def vanish(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class AsteriskBench:
    def __init__(self, server: AsteriskServer, exchange: Exchange, proxy: SeveringProxy) -> None:
        self.log = EventLog(self.pause)
        self._server = server
        self._exchange = exchange
        self.proxy = proxy
        self._telephones: dict[str, SipTelephone] = {}
        self._lone: list[LoneProcess] = []
        self.switch: Switch = self.connector()

    async def telephone(self, number: str) -> SipTelephone:
        if number not in self._telephones:
            voice = _VOICES[len(self._telephones)]
            registers = number in EXTENSIONS
            self._telephones[number] = await self._exchange.telephone(number, voice, registers=registers)
        return self._telephones[number]

    async def lone_telephone(self, number: str) -> LoneProcess:
        process = await asyncio.to_thread(_start_telephone, number, self._exchange)
        self._lone.append(LoneProcess(process))
        return self._lone[-1]

    async def pause(self, seconds: float) -> None:
        await _CLOCK.sleep(seconds)

    async def lose_link(self) -> None:
        self.proxy.refuse()
        await self.log.take(LinkLost)

    async def restore_link(self) -> None:
        self.proxy.admit()
        await self.log.take(LinkRestored)

    async def stop_switch(self) -> None:
        self._server.kill()

    async def start_switch(self) -> None:
        self._server.start()

    async def stand_still(self, seconds: float) -> None:
        """The switch does nothing for so long."""
        os.kill(self._server.pid, signal.SIGSTOP)
        try:
            await self.pause(seconds)
        finally:
            os.kill(self._server.pid, signal.SIGCONT)

    async def new_controller(self) -> Switch:
        await self.switch.close()
        self.switch = self.connector()
        await self.switch.start(self.log)
        return self.switch

    def written(self) -> bytes:
        kept = (path for path in self._server.directory.rglob("*") if path.is_file() and path.suffix != ".wav")
        return b"\n".join(path.read_bytes() for path in kept if "etc" not in path.parts)

    def tones(self, wav: Path | bytes, start: float, end: float) -> frozenset[str]:
        return tones(wav_samples(wav, start, end), self._exchange.names)

    async def left_over(self) -> list[str]:
        """The ids of all channels and bridges that are at the switch."""
        rest = AriRest(self._settings(self._server.ports.http))
        rest.open()
        ids = [str(each["id"]) for kind in ("channels", "bridges") for each in await rest.get(kind)]
        await rest.close()
        return ids

    async def lose(self, kind: str, name: str) -> None:
        """Let the switch lose a thing, without an order of the controller's."""
        rest = AriRest(self._settings(self._server.ports.http))
        rest.open()
        await rest.delete(kind, name)
        await rest.close()

    async def close(self) -> None:
        """Leave nothing on the switch."""
        await self.switch.close()
        for telephone in self._lone:
            telephone.vanish()
        if self._server.running:
            await tidy(AriRest(self._settings(self._server.ports.http)))

    def connector(self, patience: float = 10) -> AsteriskSwitch:
        """A further one, not started."""
        return AsteriskSwitch(self._settings(self.proxy.port, patience), _CLOCK)

    def _settings(self, port: int, patience: float = 10) -> AsteriskSettings:
        return AsteriskSettings(
            patience=timedelta(seconds=patience),
            url=f"http://127.0.0.1:{port}/ari",
            app=self._server.controller,
            user=self._server.controller,
            password=self._server.controller_password,
        )


def _start_telephone(number: str, exchange: Exchange) -> subprocess.Popen[str]:
    """Returns when it is registered."""
    script = Path(__file__).parent / "lone_telephone.py"
    process = subprocess.Popen(
        [sys.executable, str(script), number, exchange.server],
        env=os.environ | {"TELEPHONE_PASSWORD": exchange.password},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready", "the telephone failed"
    return process


async def tidy(rest: AriRest) -> None:
    rest.open()
    for kind in ("channels", "bridges"):
        for each in await rest.get(kind):
            await rest.remove(kind, each["id"])
    for each in await rest.get("recordings", "stored"):
        await rest.remove("recordings", "stored", each["name"])
    await rest.close()


@asynccontextmanager
async def asterisk_bench(server: AsteriskServer) -> AsyncIterator[AsteriskBench]:
    """A bench on a switch that others used before, and may use after."""
    server.start()
    exchange = Exchange(f"127.0.0.1:{server.ports.sip}", server.extension_password, server.ports.trunk, _NAMES)
    async with exchange, SeveringProxy("127.0.0.1", server.ports.http) as proxy:
        bench = AsteriskBench(server, exchange, proxy)
        try:
            await bench.switch.start(bench.log)
            yield bench
        finally:
            await bench.close()
