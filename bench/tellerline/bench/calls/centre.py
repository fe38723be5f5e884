"""The call centre's live loop under test: every caller goes to the queue of the number that was dialled, at once."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.bench.calls.telephones import Side
from tellerline.bench.worker import BenchFailedError
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.log import FactLog, sqlite_log
from tellerline.callcenter.live.loop import SiteLoop, Surroundings
from tellerline.callcenter.live.records import EVERYTHING, Recorded
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.facts import AgentJoined, CallArrived, CallEnded, Fact, RecordingEnded, RecordingStarted
from tellerline.callcenter.site.orders import IvrNews, TellIvr
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.words import CallEnd
from tellerline.connectors.asterisk import AsteriskSettings, AsteriskSwitch
from tellerline.connectors.telephony.events import Ended
from tellerline.connectors.telephony.switch import Media, Seal
from tellerline.routing.calls.model import AgentProfile, CallClass, Queue, RoutingPlan, Step, StepKind, Title

_CLOCK = SystemClock()
_CLASS = "standard"
_PAGE = 5000
_LOOK_SECONDS = 0.1


class TimedSwitch(AsteriskSwitch):
    """Notes, in seconds of one clock, when each leg is dialled and when it and another one are in one conversation."""

    def __init__(self, settings: AsteriskSettings) -> None:
        super().__init__(settings, _CLOCK)
        self.dialled: dict[str, float] = {}
        self.bridged: dict[str, float] = {}
        self._members: dict[str, list[str]] = {}

    async def dial(
        self,
        leg: str,
        address: str,
        *,
        caller: str = "",
        ring: timedelta = timedelta(seconds=30),
        auto_answer: bool = False,
    ) -> None:
        self.dialled[leg] = _CLOCK.monotonic()
        await super().dial(leg, address, caller=caller, ring=ring, auto_answer=auto_answer)

    async def join(self, conversation: str, leg: str, media: Media = Media.BOTH) -> None:
        await super().join(conversation, leg, media)
        members = self._members.setdefault(conversation, [])
        members.append(leg)
        if len(members) > 1:
            now = _CLOCK.monotonic()
            self.bridged.update((each, now) for each in members if each not in self.bridged)

    def waits(self) -> list[float]:
        """Of every agent's leg that came to talk, in seconds from its dialling on."""
        return [at - self.dialled[leg] for leg, at in self.bridged.items() if leg in self.dialled]


@dataclass(slots=True)
class Account:
    """What a site wrote down of its calls. ``recordings`` says of each how it ended; None: not yet."""

    arrived: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    ended: dict[str, CallEnd] = field(default_factory=dict)
    recordings: dict[str, Ended | None] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        match fact:
            case CallArrived(call=call):
                self.arrived.add(call)
            case AgentJoined(call=call):
                self.joined.add(call)
            case CallEnded(call=call, end=end):
                self.ended[call] = end
            case RecordingStarted(recording=recording):
                self.recordings[recording] = None
            case RecordingEnded(recording=recording, end=ended):
                self.recordings[recording] = ended

    @property
    def whole(self) -> int:
        """Calls that came, talked with an agent and ended as calls do."""
        return sum(end is CallEnd.NORMAL and call in self.joined for call, end in self.ended.items())


class Centre:
    """A site with its facts in a SQLite file of ``folder``; ``sides`` are its queues with their agents."""

    def __init__(self, switch: TimedSwitch, folder: Path, sides: Sequence[Side]) -> None:
        self._sides = sides
        self._log: FactLog = sqlite_log(folder / "site.db")
        self._lines = LogWriter(os.open(folder / "site.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        self._feed = Feed(self._log)
        self._kinds: Counter[str] = Counter()
        self._feed.listen(self._count)
        self._asking: set[asyncio.Task[object]] = set()
        self._loop = SiteLoop(
            _settings(sides),
            Surroundings(
                log=self._log,
                feed=self._feed,
                switch=switch,
                seal_for=_seal_for,
                tell_ivr=self._to_its_queue,
                clock=_CLOCK,
                logger=make_log(_CLOCK, self._lines, level="warning"),
            ),
        )

    async def open(self) -> None:
        """With every agent ready."""
        await self._loop.start()
        for side in self._sides:
            for number in side.agents:
                profile = AgentProfile(id=f"agent-{number}", skills={side.number: 8})
                await self._done(c.SignIn(actor=profile.id, profile=profile, telephone=number))
                await self._done(c.BecomeReady(actor=profile.id, agent=profile.id))

    async def ended(self, patience: float) -> None:
        """Return when every call that came has ended with its recordings, or ``patience`` seconds have passed."""
        kinds, deadline = self._kinds, _CLOCK.monotonic() + patience
        while _CLOCK.monotonic() < deadline and (
            kinds["CallEnded"] < kinds["CallArrived"] or kinds["RecordingEnded"] < kinds["RecordingStarted"]
        ):
            await _CLOCK.sleep(_LOOK_SECONDS)

    async def account(self) -> Account:
        """From the store."""
        account, after, last = Account(), 0, self._feed.last
        while after < last:
            page = await self._log.read(after, last, EVERYTHING, limit=_PAGE)
            for recorded in page:
                account.take(fact_of(recorded.entry))
            after = page[-1].position
        return account

    async def close(self) -> None:
        await self._loop.close()
        self._lines.close()

    async def _done(self, command: c.Command) -> None:
        answer = await self._loop.ask(command)
        if answer.refused is not None:
            raise BenchFailedError(f"{type(command).__name__} was refused: {answer.refused}")

    def _count(self, recorded: Recorded) -> None:
        self._kinds[recorded.entry.kind] += 1

    def _to_its_queue(self, news: TellIvr) -> None:
        if news.news is IvrNews.ENTERED:
            wants = (c.EnterQueue(queue=news.flow, call_class=_CLASS),)
            asked = self._loop.ask(c.IvrWants(call=news.call, flow=news.flow, wants=wants))
            task: asyncio.Task[object] = asyncio.get_running_loop().create_task(asked)
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)


def _settings(sides: Sequence[Side]) -> SiteSettings:
    title = Title(zh="", en="")
    step = Step(kind=StepKind.EXACT)
    queues: Mapping[str, Queue] = {
        side.number: Queue(id=side.number, title=title, skills=(side.number,), steps=(step,), service_level=20)
        for side in sides
    }
    plan = RoutingPlan(
        version=1,
        languages=frozenset({"zh"}),
        skills=dict.fromkeys(queues, title),
        licences={},
        groups={},
        classes={_CLASS: CallClass(id=_CLASS, title=title)},
        queues=queues,
        reoffer_after=30,
    )
    numbers = {side.number: side.number for side in sides}
    return SiteSettings(name="bench", plan=plan, wrap_up=timedelta(0), flows=numbers, entry_flow=sides[0].number)


async def _seal_for(leg: str) -> Seal:
    raise BenchFailedError(f"nobody is asked for a secret, and {leg} was")
