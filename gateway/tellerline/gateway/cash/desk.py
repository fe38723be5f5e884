"""The desk that terminals tell what came out: each word is written with all that follows from it, then pursued."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.cash.amounts import Word, dispensed, spoken_of
from tellerline.gateway.cash.rows import Speaking, listened, return_serial
from tellerline.gateway.cash.words import CONTRADICTED, DISPENSED, Consequence, consequence, heard
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.doubt.schedule import WakeUp
from tellerline.gateway.journal.port import FollowUps, Journal, StoreUnavailableError
from tellerline.gateway.journal.records import FINAL_STATES, Duplicate, Record, State
from tellerline.gateway.journal.sayings import About, Addition, Said, Saying
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.answers import other_payload
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.report import Reporter
from tellerline.gateway.pipeline.settling import Settler
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.serials import Serials
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.cash import ConfirmWithdrawal, ReturnCash, ReverseWithdrawal
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Rejected

_READINGS = 8
_PATIENCE_SECONDS = 1.0
_POLL_FIRST, _POLL_MOST = 0.01, 0.25
_CONTRADICTIONS = frozenset({Consequence.CONTRADICTED, Consequence.CONTRADICTED_AGAIN})
_SETTLED = FINAL_STATES | {State.MANUAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hearing:
    """A word with what it means. ``withdrawal`` is the serial that it is about, ``pursued`` what is waited for."""

    saying: Saying
    meaning: Consequence
    withdrawal: str
    pursued: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseDesk:
    """Implements ``services.ports.Dispenses``. Sends nothing itself: what is written is the doubt resolver's to do."""

    journal: Journal
    follow_ups: FollowUps
    settler: Settler
    plans: Plans
    serials: Serials
    limits: LimitRules
    wake: WakeUp
    reporter: Reporter
    clock: Clock
    metrics: Metrics
    log: Log
    owner: str

    async def hear(self, request: Request, call: CallContext) -> str:
        """See ``services.ports.Dispenses``."""
        began, trace = self.clock.monotonic(), self.reporter.begin(request, call)
        serial, result = "", "CANCELLED"
        try:
            hearing = await self._hear(request, trace.trace_id)
            serial, result = hearing.withdrawal, "DONE"
            await self._pursued(hearing.pursued, call.deadline)
            return serial
        except RefusalError as refusal:
            result = refusal.code.value
            raise
        except StoreUnavailableError:
            result = Code.STORE_UNAVAILABLE.value
            raise
        finally:
            self.reporter.end(request, trace, began, result, serial=serial, failed=result != "DONE")

    async def _hear(self, request: Request, trace: str) -> _Hearing:
        """Read, work out, write; once more when somebody else has written in between."""
        word = request.command
        assert isinstance(word, ConfirmWithdrawal | ReverseWithdrawal)
        for _ in range(_READINGS):
            now = self.clock.now()
            speaking = Speaking(request=request, at=now, limit_day=self.limits.day(now), owner=self.owner, trace=trace)
            found = await self.journal.find(request.channel, word.original_channel_serial)
            original = spoken_of(found, request.terminal, word)
            hearing = self._unknown(speaking, word) if original is None else await self._known(speaking, original, word)
            verdict = await self.follow_ups.say(hearing.saying)
            if isinstance(verdict, Duplicate):
                return _repeated(verdict.record, hearing)
            if verdict is Said.WRITTEN:
                self._tell(hearing, original)
                if hearing.meaning in _CONTRADICTIONS:
                    raise _contradicted(hearing)
                return hearing
        raise RefusalError(Code.STILL_RUNNING)

    def _unknown(self, speaking: Speaking, word: Word) -> _Hearing:
        assert isinstance(word, ReverseWithdrawal)
        tombstone = speaking.tombstone(self.serials.next(), word)
        serial = tombstone.acceptance.global_serial
        row = speaking.row(self.serials.next(), None, listened(serial))
        saying = Saying(row=row, about=None, others=(tombstone,))
        return _Hearing(saying=saying, meaning=Consequence.NOTHING, withdrawal=serial)

    async def _known(self, speaking: Speaking, original: Record, word: Word) -> _Hearing:
        before = heard(await self.journal.history(original.global_serial))
        said = dispensed(original.amount, word)
        policy = self.plans.doubt_policy(original.host, original.operation, original.effect)
        amount = original.amount.minor if original.amount else 0
        meaning = consequence(original.state, amount, said, before, reversing=policy.reverse_at_once)
        serial = original.global_serial
        refused = meaning in _CONTRADICTIONS
        outcome = Rejected(code=Code.DISPENSE_CONTRADICTED) if refused else listened(serial)
        about = About(global_serial=serial, stood=original.state, kind=DISPENSED, heard=before.words)
        row = speaking.row(self.serials.next(), original, outcome)
        saying = Saying(row=row, about=self._changed(about, speaking, original, said=said, meaning=meaning))
        if meaning is Consequence.RETURNED:
            saying = replace(saying, others=(self._rest(speaking, original, said),))
        pursued = serial if said == 0 else return_serial(serial) if said < amount else ""
        return _Hearing(saying=saying, meaning=meaning, withdrawal=serial, pursued=pursued)

    def _changed(self, about: About, speaking: Speaking, original: Record, *, said: int, meaning: Consequence) -> About:
        """``about`` with what becomes of the withdrawal itself."""
        if meaning is Consequence.TAKEN_BACK:
            policy = self.plans.doubt_policy(original.host, original.operation, original.effect)
            return replace(about, change=speaking.taking_back(original, policy))
        if meaning is Consequence.CONTRADICTED:
            if original.state is State.MANUAL:
                return replace(about, event=speaking.word(said, CONTRADICTED))
            return replace(about, change=speaking.contradiction(original, said))
        if meaning in (Consequence.KEPT, Consequence.RETURNED, Consequence.NOTHING):
            return replace(about, event=speaking.word(said))
        return about

    def _rest(self, speaking: Speaking, original: Record, said: int) -> Addition:
        assert original.amount is not None
        policy = self.plans.doubt_policy(original.host, ReturnCash.operation, ReturnCash.effect)
        rest = Money(original.amount.minor - said, original.amount.currency)
        return speaking.giving_back(original, rest, policy)

    def _tell(self, hearing: _Hearing, original: Record | None) -> None:
        """The rest of the house, of what is written."""
        about = hearing.saying.about
        if original is None or about is None:
            return
        if about.change is not None:
            self.settler.concluded(original, original.state, about.change)
        if hearing.meaning is Consequence.CONTRADICTED:
            self.log.error("contradicted", serial=original.global_serial, host=original.host, state=original.state)
            self.metrics.doubts_ended(original.host, original.operation, "CONTRADICTED").inc()
        if hearing.meaning in (Consequence.TAKEN_BACK, Consequence.RETURNED):
            taken_back = hearing.meaning is Consequence.TAKEN_BACK
            operation = original.operation if taken_back else ReturnCash.operation
            self.metrics.doubts_opened(original.host, operation).inc()
            self.wake.due_in(0.0)

    async def _pursued(self, serial: str, deadline: float) -> None:
        """Give the resolver a moment, so that most terminals hear at once how it ended."""
        until = min(deadline, self.clock.monotonic() + _PATIENCE_SECONDS)
        pause = _POLL_FIRST
        while serial and self.clock.monotonic() + pause < until:
            record = await self.journal.get(serial)
            if record is None or record.state in _SETTLED:
                return
            await self.clock.sleep(pause)
            pause = min(pause * 2, _POLL_MOST)


def _repeated(record: Record, hearing: _Hearing) -> _Hearing:
    """The serial has been used: for the same word, or for something else."""
    if record.payload_hash != hearing.saying.row.acceptance.payload_hash:
        raise other_payload(record.global_serial).error()
    if record.state is State.REJECTED:
        raise _contradicted(hearing)
    return hearing


def _contradicted(hearing: _Hearing) -> RefusalError:
    return RefusalError(Code.DISPENSE_CONTRADICTED, metadata={"global_serial": hearing.withdrawal})
