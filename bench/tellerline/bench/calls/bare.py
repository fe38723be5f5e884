"""The floor: the same calls by a bare script over Asterisk's interface, without routing, states, store or recovery."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Self

import aiohttp
import orjson

from tellerline.adapters.clock import SystemClock
from tellerline.bench.calls.telephones import Side
from tellerline.connectors.asterisk import AsteriskSettings

_CLOCK = SystemClock()
_HEARD = ("StasisStart", "StasisEnd")
_CONNECTIONS = 16
_ON = "on-"


class BareScript:
    """Serves calls from ``async with`` on: answers, takes the agent who has been free for longest, originates, bridges,
    records both legs, and hangs up both when one has. ``waits`` are seconds from originating to bridged."""

    def __init__(self, settings: AsteriskSettings, sides: Sequence[Side]) -> None:
        self._settings = settings
        self._free = {side.number: deque(side.agents) for side in sides}
        self._waiting: dict[str, deque[str]] = {side.number: deque() for side in sides}
        self._begun: dict[str, float] = {}
        self._other: dict[str, str] = {}
        self._agent: dict[str, tuple[str, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._served = 0
        self.recordings: list[str] = []
        self.waits: list[float] = []

    async def __aenter__(self) -> Self:
        settings = self._settings
        self._session = aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(settings.user, settings.password)},
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
        )
        self._socket = await self._session.ws_connect(f"{settings.url}/events", params={"app": settings.app})
        allowed = {"allowed": [{"type": kind} for kind in _HEARD]}
        await self._ask("PUT", f"applications/{settings.app}/eventFilter", allowed)
        self._spawn(self._read())
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()
        await self._session.close()

    async def _read(self) -> None:
        async for message in self._socket:
            event = orjson.loads(message.data)
            channel = event["channel"]["id"]
            if event["type"] == "StasisEnd":
                self._ended(channel)
            elif event["args"][0] == "talk":
                self._spawn(self._bridge(channel))
            elif event["args"][0] == "record":
                self._spawn(self._record(channel))
            else:
                self._spawn(self._arrived(channel, event["args"][-1]))

    async def _arrived(self, caller: str, number: str) -> None:
        await self._ask("POST", f"channels/{caller}/answer")
        self._waiting[number].append(caller)
        await self._serve(number)

    async def _serve(self, number: str) -> None:
        if not self._waiting[number] or not self._free[number]:
            return
        caller, extension = self._waiting[number].popleft(), self._free[number].popleft()
        self._served += 1
        agent = f"bare-{self._served}"
        self._other[agent], self._other[caller] = caller, agent
        self._agent[agent] = (number, extension)
        self._begun[agent] = _CLOCK.monotonic()
        called = {"endpoint": f"PJSIP/{extension}", "app": self._settings.app, "appArgs": "talk", "timeout": 30}
        await self._ask("POST", f"channels/{agent}", called)

    async def _bridge(self, agent: str) -> None:
        caller = self._other[agent]
        await self._ask("POST", f"bridges/with-{agent}", {"type": "mixing,proxy_media"})
        await self._ask("POST", f"bridges/with-{agent}/addChannel", {"channel": [caller, agent]})
        self.waits.append(_CLOCK.monotonic() - self._begun[agent])
        for leg, name in ((caller, f"{agent}-caller"), (agent, f"{agent}-agent")):
            snoop = {"spy": "in", "app": self._settings.app, "appArgs": "record"}
            await self._ask("POST", f"channels/{leg}/snoop/{_ON}{name}", snoop)

    async def _record(self, snoop: str) -> None:
        name = snoop.removeprefix(_ON)
        self.recordings.append(name)
        await self._ask("POST", f"channels/{snoop}/record", {"name": name, "format": "wav"})

    def _ended(self, channel: str) -> None:
        other = self._other.pop(channel, None)
        if other is not None:
            self._spawn(self._hang_up(other))
        if channel in self._agent:
            number, extension = self._agent.pop(channel)
            self._free[number].append(extension)
            self._spawn(self._after(channel, number))

    async def _hang_up(self, channel: str) -> None:
        if channel in self._other:
            await self._ask("DELETE", f"channels/{channel}")

    async def _after(self, agent: str, number: str) -> None:
        await self._ask("DELETE", f"bridges/with-{agent}")
        await self._serve(number)

    async def _ask(self, method: str, path: str, body: Any = None) -> None:
        """Whatever is refused shows in what the callers say and in the recordings."""
        async with self._session.request(method, f"{self._settings.url}/{path}", json=body) as response:
            await response.read()

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
