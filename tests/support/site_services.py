"""The call centre's contract over a site at work, as agents' programs use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import grpc.aio
from live_site import EXTENSIONS, ROSTER, SETTINGS, LiveSite, live_site

from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.calls.v1.calls_pb2_grpc import CallServiceStub
from tellerline.api.common.v1.context_pb2 import CHANNEL_AGENT, RequestContext
from tellerline.api.queues.v1.queues_pb2_grpc import QueueServiceStub
from tellerline.callcenter.front import CallCentreFront
from tellerline.callcenter.gateway_client import GatewayClient
from tellerline.callcenter.live.log import FactLog, sqlite_log
from tellerline.callcenter.services.agents import SERVICE as AGENTS
from tellerline.callcenter.services.agents import AgentHandlers
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.call_events import CallEvents
from tellerline.callcenter.services.caller_knowledge import CallerKnowledge
from tellerline.callcenter.services.calls import SERVICE as CALLS
from tellerline.callcenter.services.calls import CallHandlers
from tellerline.callcenter.services.messages import Messages
from tellerline.callcenter.services.queues import SERVICE as QUEUES
from tellerline.callcenter.services.queues import QueueHandlers
from tellerline.callcenter.services.recordings import Recordings
from tellerline.callcenter.services.screen_pop import ScreenPops
from tellerline.callcenter.site.settings import SiteSettings

R = TypeVar("R")
NO_BANK = "127.0.0.1:1"


def context(agent: str, *, english: bool = True) -> RequestContext:
    return RequestContext(channel=CHANNEL_AGENT, agent=agent, language_code="en" if english else "zh-CN")


class Centre:
    """Stubs of every service, on a site whose time passes while they are used."""

    def __init__(self, site: LiveSite, channel: grpc.aio.Channel, port: int) -> None:
        self.site = site
        self.agents = AgentServiceStub(channel)
        self.calls = CallServiceStub(channel)
        self.queues = QueueServiceStub(channel)
        self.port = port

    async def ask(self, call: Awaitable[R]) -> R:
        """The reply, with time passing until it is there: slowly, lest a reply that dawdles on its way take minutes."""
        asked = asyncio.ensure_future(call)
        while not asked.done():
            await self.site.pass_time(0.05)
            await asyncio.wait([asked], timeout=0.02)
        return await asked

    async def sign_in(self, agent: str) -> agents.Agent:
        await self.ask(self.agents.SignIn(agents.SignInRequest(context=context(agent), telephone=EXTENSIONS[agent])))
        ready = agents.BecomeReadyRequest(context=context(agent), agent=f"agents/{agent}")
        return await self.ask(self.agents.BecomeReady(ready))

    async def call(self) -> calls.Call:
        """A caller who talks with agent A1."""
        self.site.caller.call("95588")
        await self.site.talking(self.site.caller, self.site.phones["A1"])
        listed = await self.ask(self.calls.ListCalls(calls.ListCallsRequest(context=context("A1"))))
        (call,) = listed.calls
        return call

    async def events(self, count: int, token: str, **interest: str) -> list[agents.Event]:
        """The next ``count`` of interest."""
        request = agents.WatchEventsRequest(context=context("A1"), resume_token=token, **interest)
        watching: Any = self.agents.WatchEvents(request)
        seen: list[agents.Event] = []

        async def watch() -> None:
            async for event in watching:
                seen.append(event)
                if len(seen) == count:
                    return

        await self.ask(watch())
        watching.cancel()
        return seen


@asynccontextmanager
async def centre(folder: Path) -> AsyncIterator[Centre]:
    async with centre_on(lambda: sqlite_log(folder / "sites.db")) as opened:
        yield opened


@asynccontextmanager
async def centre_on(
    open_log: Callable[[], FactLog], settings: SiteSettings = SETTINGS, *, bank: str = NO_BANK, patience: float = 2.0
) -> AsyncIterator[Centre]:
    """There is no bank behind it but the one named; ``patience`` in seconds is for what it tells of a caller."""
    async with live_site(open_log, settings) as site, grpc.aio.insecure_channel(bank) as gateway:
        desk = Desk(site.loop, ROSTER)
        knowledge = CallerKnowledge(GatewayClient(gateway), site.clock, seconds=patience)
        pops = ScreenPops(desk, knowledge, lambda call: None, site.settings.plan)
        plan = site.settings.plan
        handlers = CallHandlers(
            desk,
            CallEvents(desk, site.log, site.feed),
            pops,
            recordings=Recordings(desk, site.feed, plan, site.switch.fetch_recording),
            messages=Messages(desk, plan),
        )
        logger = make_log(site.clock, LogWriter(2), level="error")
        offered = [
            (AGENTS, AgentHandlers(desk, site.feed)),
            (CALLS, handlers),
            (QUEUES, QueueHandlers(desk, site.feed, site.settings.plan)),
        ]
        front = CallCentreFront(offered, logger)
        port = await front.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Centre(site, channel, port)
        finally:
            await front.close(0)
