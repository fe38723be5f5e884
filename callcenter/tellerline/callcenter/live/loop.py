"""The one ordered event loop of a site: one input after the other, written down before anything comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias, TypeVar

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.live.codec import entry_of, fact_of, state_from_json, state_to_json
from tellerline.callcenter.live.dispatch import Dispatcher, SealFor
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.grant_gate import EndGrant, GrantGate, nothing_to_end
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.records import EVERYTHING, Image, Recorded
from tellerline.callcenter.live.statements import SupersededError
from tellerline.callcenter.live.steady import SteadyTime
from tellerline.callcenter.site.commands import Command, Converge, Input, IvrWants, OrderFailed, Restore, Tick
from tellerline.callcenter.site.converge import LEFT_OPEN
from tellerline.callcenter.site.evolve import evolve
from tellerline.callcenter.site.facts import Fact, GrantEnds, RecordArchived
from tellerline.callcenter.site.orders import Order, SwitchOrder, TellIvr
from tellerline.callcenter.site.refusals import Refused
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.site import Site
from tellerline.callcenter.site.standings import Standings
from tellerline.callcenter.site.state import Call, SiteState, conversation_of
from tellerline.callcenter.site.turn import Outcome
from tellerline.callcenter.site.words import GrantEnd
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import LinkRestored, SwitchEvent
from tellerline.connectors.telephony.switch import Switch

_MOST = 512
_PAGE = 1000
_RETRY_SECONDS = 0.5
_RECHECK_SECONDS = 1.0
_BEAT = timedelta(seconds=1)
_SUPERSEDED = "another controller has taken the site"
_CLOSED = "closed"

Asked: TypeAlias = Command | IvrWants | Restore


class SiteUnavailableError(Exception):
    """The site cannot write now. ``maybe_done``: what was asked may have been done; look before asking again."""

    def __init__(self, reason: str, *, maybe_done: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_done = maybe_done


@dataclass(frozen=True, slots=True)
class Answer:
    """``refused`` is None for what was done. ``facts`` came of it at once; they are in the feed up to ``position``."""

    refused: Refused | None
    facts: Sequence[Fact]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a site's loop works with. ``tell_ivr`` is called on the loop, once what it tells follows from durable facts;
    ``end_grant`` ends the grants of a call before another agent is put through to its customer; ``on_superseded`` is
    called when another controller has taken the site, after which this one does nothing more."""

    log: FactLog
    feed: Feed
    switch: Switch
    seal_for: SealFor
    tell_ivr: Callable[[TellIvr], None]
    clock: Clock
    logger: Log
    end_grant: EndGrant = nothing_to_end
    on_superseded: Callable[[], None] = lambda: None
    image_every: int = 5_000
    """Facts between two images of the site's state: a start reads no more than those behind the last one."""


SeenT = TypeVar("SeenT")


@dataclass(frozen=True, slots=True)
class _Look:
    """Somebody who wants to see the site once all of its state is durable."""

    read: Callable[[Site], Any]


_Waiting: TypeAlias = tuple[Input | _Look, asyncio.Future[Any] | None]


class SiteLoop:
    """Takes inputs from everywhere, one by one; many share a commit where they come faster than one is written.

    The order is: decide, write durably, then carry out, answer and publish. So nobody ever hears of anything that a
    crash could undo. While the database does not write, commands are answered with ``SiteUnavailableError`` and calls
    live on at the switch; once it does, the site begins anew from what is written and converges with the switch.

    A controller that another one has replaced finds out before its next order, and within a second at the latest; it
    lets go of the switch, and what it had ordered and the switch had not taken yet is not done by it any more.
    """

    def __init__(self, settings: SiteSettings, around: Surroundings) -> None:
        self._settings = settings
        self._around = around
        self._inputs: list[_Waiting] = []
        self._batch: list[_Waiting] = []
        self._awake = asyncio.Event()
        self._timer: Timer | None = None
        self._dispatcher = Dispatcher(around.switch, around.seal_for, self._failed, around.clock, around.logger)
        self._gate = GrantGate(around.end_grant, around.clock, around.logger)
        self._site: Site
        self._time = SteadyTime(around.clock)
        self._position = 0
        self._imaged = 0
        self._ours_at = self._time.now()
        self._working: asyncio.Task[None] | None = None
        self._converging: asyncio.Task[None] | None = None
        self._look_again = False
        self._over = ""

    async def start(self) -> None:
        """Take the site, go on where the controller before ended, and listen to the switch.

        Raises ``StoreUnavailableError``, and ``ValueError`` for what another version wrote and this one cannot read.
        """
        await self._around.log.start()
        await self._recover(await self._around.log.take())
        self._working = asyncio.get_running_loop().create_task(self._work())
        await self._around.switch.start(self.hear)
        self._converge()

    async def close(self) -> None:
        """Stop deciding; calls live on at the switch. What waits is answered with ``SiteUnavailableError``."""
        self._over = self._over or _CLOSED
        for task in (self._converging, self._working):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._cancel_timer()
        self._refuse(self._batch, _CLOSED, maybe_done=True)
        self._refuse_waiting(_CLOSED)
        await self._dispatcher.close()
        await self._around.switch.close()
        self._around.feed.close()
        await self._around.log.close()

    async def ask(self, asked: Asked) -> Answer:
        """What became of a command or an IVR's wish. A caller who leaves does not take it back.

        Raises ``SiteUnavailableError``.
        """
        answer: Answer = await self._answered(asked)
        return answer

    async def archived(self, call: str) -> Call | None:
        """An ended call that is no longer at hand, from the log. Raises ``StoreUnavailableError``."""
        entry = await self._around.log.latest(RecordArchived.__name__, call)
        fact = None if entry is None else fact_of(entry)
        return fact.kept if isinstance(fact, RecordArchived) else None

    async def carried_out(self) -> None:
        """Return when the switch has taken, or refused, every order given so far."""
        await self._dispatcher.drain()

    async def look(self, read: Callable[[SiteState], SeenT]) -> SeenT:
        """What ``read`` makes of the state, which it may not keep or change; nothing in it can be undone any more.

        Raises what ``read`` raises, and ``SiteUnavailableError``.
        """
        seen: SeenT = await self._answered(_Look(lambda site: read(site.state)))
        return seen

    async def survey(self, read: Callable[[Standings], SeenT]) -> SeenT:
        """What ``read`` makes of how calls stand with routing now; otherwise as ``look``."""
        seen: SeenT = await self._answered(_Look(lambda site: read(site.standings(self._time.now()))))
        return seen

    async def _answered(self, given: Asked | _Look) -> Any:
        if self._over or self._working is None:
            raise SiteUnavailableError(self._over or _CLOSED, maybe_done=False)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._put(given, answer)
        return await asyncio.shield(answer)

    def hear(self, event: SwitchEvent) -> None:
        """An event of the switch."""
        self._put(event)
        if isinstance(event, LinkRestored):
            self._converge()

    def _put(self, given: Input | _Look, answer: asyncio.Future[Any] | None = None) -> None:
        if self._over:
            return
        self._inputs.append((given, answer))
        self._awake.set()

    def _failed(self, order: SwitchOrder, reason: SwitchReason) -> None:
        """Where nobody knows whether an order was carried out, the switch is asked what is up."""
        self._put(OrderFailed(order=order, reason=reason))
        if reason in LEFT_OPEN:
            self._around.clock.call_later(_RECHECK_SECONDS, self._converge)

    def _converge(self) -> None:
        if self._over:
            return
        if self._converging is None or self._converging.done():
            self._converging = asyncio.get_running_loop().create_task(self._look_at_switch())
        else:
            self._look_again = True

    async def _look_at_switch(self) -> None:
        """Compare with the switch, once what was ordered before is over. Without a link there is nothing to compare:
        its return begins it anew."""
        while True:
            self._look_again = False
            await self._dispatcher.drain()
            try:
                self._put(Converge(snapshot=await self._around.switch.snapshot()))
            except SwitchError as error:
                self._around.logger.warning("no_snapshot", reason=error.reason)
                if error.reason is not SwitchReason.UNAVAILABLE:
                    await self._around.clock.sleep(_RECHECK_SECONDS)
                    continue
            if not self._look_again:
                return

    async def _work(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._inputs:
                self._batch, self._inputs = self._inputs[:_MOST], self._inputs[_MOST:]
                try:
                    await self._carry_or_begin_anew()
                except SupersededError:
                    await self._give_up()
                    return
            self._set_timer()

    async def _carry_or_begin_anew(self) -> None:
        try:
            await self._carry(self._batch)
        except StoreUnavailableError as error:
            self._refuse(self._batch, error.reason, maybe_done=error.maybe_written)
            await self._begin_anew()
        except SupersededError:
            raise
        except Exception as error:  # a defect must end neither the site nor the waiting of whoever asked
            self._around.logger.error("site_defect", error=type(error).__name__)
            self._refuse(self._batch, "defect", maybe_done=True)
            if any(isinstance(given, Converge) for given, _ in self._batch):  # another one will come, and fail alike
                await self._around.clock.sleep(_RETRY_SECONDS)
            await self._begin_anew()

    async def _carry(self, batch: list[_Waiting]) -> None:
        facts: list[Fact] = []
        orders: list[Order] = []
        answers: list[tuple[asyncio.Future[Any], Callable[[], Any]]] = []
        for given, answer in batch:
            if isinstance(given, _Look):
                assert answer is not None
                answers.append((answer, partial(given.read, self._site)))
                continue
            outcome = self._site.handle(given, self._time.now())
            facts += outcome.facts
            orders += outcome.orders
            if answer is not None:
                answers.append((answer, partial(self._answer, outcome)))
        commanded = [order for order in orders if not isinstance(order, TellIvr)]
        if facts:
            await self._write(facts)
        elif commanded or self._time.now() - self._ours_at >= _BEAT:
            await self._make_sure(commanded)
        for fact in facts:
            if isinstance(fact, GrantEnds) and fact.why is not GrantEnd.HUNG_UP:
                self._dispatcher.hold(conversation_of(fact.call), self._gate.passed(fact.call))
        self._dispatcher.give(commanded)
        for answer, say in answers:
            _settle(answer, say)
        for order in orders:
            if isinstance(order, TellIvr):
                self._around.tell_ivr(order)
        if self._position - self._imaged >= self._around.image_every:
            await self._keep_image()

    def _answer(self, outcome: Outcome) -> Answer:
        return Answer(outcome.refused, outcome.facts, self._position)

    async def _write(self, facts: list[Fact]) -> None:
        entries = [entry_of(fact) for fact in facts]
        last = await self._around.log.append(entries)
        first = last - len(entries) + 1
        self._position, self._ours_at = last, self._time.now()
        self._around.feed.publish([Recorded(first + place, entry) for place, entry in enumerate(entries)])

    async def _make_sure(self, commanded: Sequence[Order]) -> None:
        """That the site is still this controller's; without orders to give, an answer of the database can wait."""
        try:
            await self._around.log.hold()
        except StoreUnavailableError as error:
            if commanded:
                raise
            self._around.logger.warning("site_not_sure", reason=error.reason)
        self._ours_at = self._time.now()

    async def _keep_image(self) -> None:
        """One that cannot be kept now is kept the next time: it only makes a start quicker."""
        try:
            await self._around.log.keep(Image(self._position, state_to_json(self._site.state)))
            self._imaged = self._position
        except StoreUnavailableError as error:
            self._around.logger.warning("site_image_not_kept", reason=error.reason)

    async def _recover(self, last: int) -> None:
        log = self._around.log
        image = await log.image()
        state, position = (state_from_json(image.body), image.position) if image else (SiteState(), 0)
        self._imaged = position
        while position < last:
            page = await log.read(position, last, EVERYTHING, limit=_PAGE)
            for recorded in page:
                evolve(state, fact_of(recorded.entry))
            position = page[-1].position
        self._position = last
        self._around.feed.begin(last)
        self._time.begin(state.now)
        self._ours_at = self._time.now()
        self._site = Site(self._settings, state)
        self._set_timer()

    async def _begin_anew(self) -> None:
        """The site's state is ahead of what is written: throw it away, and find out from the switch what was missed."""
        self._cancel_timer()
        while True:
            self._refuse_waiting("database unavailable")
            try:
                await self._recover(await self._around.log.hold())
            except StoreUnavailableError as error:
                self._around.logger.error("site_waits_for_database", reason=error.reason)
            except SupersededError:
                raise
            except Exception as error:
                self._around.logger.error("site_cannot_begin_anew", error=type(error).__name__)
            else:
                break
            await self._around.clock.sleep(_RETRY_SECONDS)
        self._around.logger.warning("site_began_anew", position=self._position)
        self._converge()

    async def _give_up(self) -> None:
        self._over = _SUPERSEDED
        self._cancel_timer()
        self._refuse(self._batch, _SUPERSEDED, maybe_done=False)
        self._refuse_waiting(_SUPERSEDED)
        self._around.logger.error("site_superseded", site=self._settings.name)
        await self._dispatcher.close()
        await self._around.switch.close()
        self._around.feed.close()
        self._around.on_superseded()

    def _refuse_waiting(self, reason: str) -> None:
        """Events that wait are dropped: a snapshot tells what became of them."""
        waiting, self._inputs = self._inputs, []
        self._refuse(waiting, reason, maybe_done=False)

    def _refuse(self, batch: list[_Waiting], reason: str, *, maybe_done: bool) -> None:
        for _, answer in batch:
            if answer is not None and not answer.done():
                answer.set_exception(SiteUnavailableError(reason, maybe_done=maybe_done))

    def _set_timer(self) -> None:
        self._cancel_timer()
        due, beat = self._site.next_due(), self._ours_at + _BEAT
        first = beat if due is None else min(beat, due)
        seconds = max(0.0, (first - self._time.now()).total_seconds())
        self._timer = self._around.clock.call_later(seconds, lambda: self._put(Tick()))

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _settle(answer: asyncio.Future[Any], say: Callable[[], Any]) -> None:
    if answer.done():
        return
    try:
        answer.set_result(say())
    except Exception as error:
        answer.set_exception(error)
