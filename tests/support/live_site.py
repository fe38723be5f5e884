"""A site at work on the simulated switch and on virtual time, with telephones to be picked up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.live.dispatch import SealFor
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.grant_gate import EndGrant, nothing_to_end
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.loop import SiteLoop, SiteUnavailableError, Surroundings
from tellerline.callcenter.services.roster import Listed
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.orders import IvrNews, TellIvr
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.state import SiteState
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.switch import Seal
from tellerline.routing.calls.model import AgentProfile
from tellerline.routing.calls.plan import load_plan
from tellerline.simulators.softswitch.phones import OnRing, Phone
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.switch import SoftSwitch

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CALLER = "13800138000"
SETTINGS = SiteSettings(name="main", plan=load_plan(None))
ROSTER = {
    agent: Listed(AgentProfile(id=agent, skills={"cards": 8}, languages=frozenset({"zh", "en"})), leader)
    for agent, leader in (("A1", False), ("A2", False), ("L1", True))
}
EXTENSIONS = {"A1": "1001", "A2": "1002", "L1": "1003"}


class LiveSite:
    """One controller after another on one switch and one log. Every caller goes to the queue ``personal`` at once.

    ``disk_patience`` is in real seconds: a test that keeps the disk from answering makes it short, and time goes on.
    """

    def __init__(self, open_log: Callable[[], FactLog], settings: SiteSettings = SETTINGS) -> None:
        self.settings = settings
        self.clock = VirtualClock(START)
        self.soft = SoftSwitch(self.clock, SeededRandomness("switch"), prompts=PromptTable(sounds={}, other=1.5))
        self.caller = self.soft.outside(CALLER)
        self.phones = {agent: self.soft.extension(number) for agent, number in EXTENSIONS.items()}
        for phone in self.phones.values():
            phone.on_ring = OnRing.ANSWERS
        self.told: list[TellIvr] = []
        self.seal_for: SealFor = _seal_for
        self.end_grant: EndGrant = nothing_to_end
        self.superseded = 0
        self.disk_patience = 60.0
        self.tell: Callable[[TellIvr], None] = self._to_the_queue
        self.log: FactLog
        self.feed: Feed
        self.loop: SiteLoop
        self.switch: SoftswitchConnector
        self._open_log = open_log
        self._connectors = 0
        self._asking: set[asyncio.Task[object]] = set()

    async def start(self) -> None:
        """A new controller, which goes on where the one before ended."""
        self._connectors += 1
        self.log = self._open_log()
        self.feed = Feed(self.log)
        self.switch = switch = SoftswitchConnector(
            self.soft.connect, self.clock, SeededRandomness(f"connector {self._connectors}")
        )
        self.loop = SiteLoop(
            self.settings,
            Surroundings(
                log=self.log,
                feed=self.feed,
                switch=switch,
                seal_for=self._seal,
                tell_ivr=self._pass_on,
                clock=self.clock,
                logger=make_log(self.clock, LogWriter(2), level="error"),
                end_grant=lambda call: self.end_grant(call),  # noqa: PLW0108 it changes
                on_superseded=self._replaced,
                image_every=20,
            ),
        )
        await self.loop.start()
        await self.pass_time(0.1)

    async def sign_in(self, *agents: str) -> None:
        """And become ready."""
        for agent in agents:
            listed = ROSTER[agent]
            await self.done(
                c.SignIn(actor=agent, profile=listed.profile, telephone=EXTENSIONS[agent], leader=listed.leader)
            )
            await self.done(c.BecomeReady(actor=agent, agent=agent))

    async def done(self, command: c.Command) -> None:
        answer = await self.loop.ask(command)
        assert answer.refused is None, (command, answer.refused)

    async def state(self) -> SiteState:
        return await self.loop.look(lambda state: state)

    async def pass_time(self, seconds: float) -> None:
        """In small steps, none of which begins before what the one before brought about is on the disk."""
        target = self.clock.monotonic() + seconds
        while (left := target - self.clock.monotonic()) > 0:
            await self.clock.advance(min(left, 0.05))
            await asyncio.sleep(0.001)
            with suppress(SiteUnavailableError, TimeoutError):
                async with asyncio.timeout(self.disk_patience):
                    await self.loop.look(lambda state: None)

    async def until(self, true: Callable[[SiteState], bool]) -> None:
        for _ in range(2000):
            if await self.loop.look(true):
                return
            await self.pass_time(0.05)
        raise AssertionError("it never came to that")

    async def talking(self, *phones: Phone) -> None:
        """Wait until each of these hears all others."""
        for _ in range(400):
            if all(phone.hears() == {other.number for other in phones if other is not phone} for phone in phones):
                return
            await self.pass_time(0.05)
        raise AssertionError([(phone.number, phone.hears()) for phone in phones])

    async def _seal(self, leg: str) -> Seal:
        return await self.seal_for(leg)

    def _replaced(self) -> None:
        self.superseded += 1

    def _pass_on(self, news: TellIvr) -> None:
        self.tell(news)

    def _to_the_queue(self, news: TellIvr) -> None:
        self.told.append(news)
        if news.news is IvrNews.ENTERED:
            wants = c.IvrWants(
                call=news.call, flow=news.flow, wants=(c.EnterQueue(queue="personal", call_class="standard"),)
            )
            task: asyncio.Task[object] = asyncio.get_running_loop().create_task(self.loop.ask(wants))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)


async def _seal_for(leg: str) -> Seal:
    return lambda digits: f"sealed for {leg}".encode()


@asynccontextmanager
async def live_site(open_log: Callable[[], FactLog], settings: SiteSettings = SETTINGS) -> AsyncIterator[LiveSite]:
    site = LiveSite(open_log, settings)
    await site.start()
    try:
        yield site
    finally:
        await site.loop.close()
        site.soft.power_off()
