"""Changes of state, each with all that belongs to it: limits, doubt, closed accounts, figures, alarms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import orjson

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.doubt.policy import DoubtPolicy
from tellerline.gateway.journal.codec import code_of, outcome_json
from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.records import Doubt, DoubtStage, Event, PlanLeg, Record, Settlement, State
from tellerline.gateway.pipeline.changed_pins import with_pin_change
from tellerline.gateway.pipeline.losses import LossBlocks
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.subject import Subject
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, NotSent, Rejected, Unknown

PENDING = frozenset({State.PENDING})
UNSETTLED = frozenset({State.PENDING, State.QUEUED, State.IN_DOUBT})
IN_DOUBT = frozenset({State.IN_DOUBT})
STATES: dict[type, State] = {
    Done: State.DONE,
    Rejected: State.REJECTED,
    NotSent: State.NOT_SENT,
    Unknown: State.IN_DOUBT,
}


class Watcher(Protocol):
    """Who wants to know that a doubt has a next step."""

    def due_in(self, seconds: float) -> None: ...


class Settler:
    """The only writer of states. Each method is one durable write, and returns the state that the row had before.

    None means that the row was not in an expected state any more and nothing was written. All raise
    ``StoreUnavailableError``. ``follower`` is told the serials of doubts and cases that have changed.
    """

    def __init__(
        self, *, journal: Journal, plans: Plans, losses: LossBlocks, clock: Clock, metrics: Metrics, log: Log
    ) -> None:
        self._journal = journal
        self._plans = plans
        self._losses = losses
        self._clock = clock
        self._metrics = metrics
        self._log = log
        self.watcher: Watcher | None = None
        self.follower: Callable[[str], None] | None = None

    async def end(
        self,
        subject: Subject,
        outcome: Done | Rejected | NotSent,
        expected: frozenset[State],
        *events: Event,
        at: datetime | None = None,
        before_reversal: bool = False,
        legs: tuple[PlanLeg, ...] | None = None,
        kept: bytes = b"",
    ) -> State | None:
        """Final by the host's word, or by certainty that it never got any. Limits come back unless it is done.

        ``before_reversal`` writes nothing once a reversal may be on its way: from there on only its own answer counts.
        ``legs``, here and below, are those of a plan: nothing is written if one of them has been put right since.
        ``kept`` is the token hash of the grant that stays when a change of PIN that was pending ends the customer's
        others.
        """
        done = isinstance(outcome, Done)
        settlement = Settlement(
            global_serial=subject.global_serial,
            state=STATES[type(outcome)],
            at=at or self._clock.now(),
            outcome=outcome_json(outcome),
            host_serial="" if isinstance(outcome, NotSent) else outcome.host_serial,
            accounting_date=outcome.accounting_date if isinstance(outcome, Done) else "",
            code=code_of(outcome),
            release_limits=not done,
            before_reversal=before_reversal,
            legs=legs,
            events=events,
        )
        return await self._settle(subject, with_pin_change(settlement, subject, kept), expected)

    async def undo(self, subject: Subject, event: Event, host_serial: str = "") -> State | None:
        """``REVERSED``: the host said that nothing of it remains, so the limits come back."""
        outcome = Rejected(code=Code.REVERSED, host_serial=host_serial)
        settlement = Settlement(
            global_serial=subject.global_serial,
            state=State.REVERSED,
            at=self._clock.now(),
            outcome=outcome_json(outcome),
            host_serial=host_serial,
            code=Code.REVERSED,
            release_limits=True,
            events=(event,),
        )
        return await self._settle(subject, with_pin_change(settlement, subject), IN_DOUBT)

    async def doubt(
        self,
        subject: Subject,
        unknown: Unknown,
        *,
        still_running: float = 0.0,
        expected: frozenset[State] = PENDING,
        kept: bytes = b"",
    ) -> State | None:
        """Open a doubt on a pending row, first inquired after ``still_running`` seconds and the policy's own wait.

        ``kept`` as in ``end``.
        """
        policy = self._plans.doubt_policy(subject.host, subject.operation, subject.effect)
        delay = still_running + (0.0 if policy.reverse_at_once else policy.inquire_delay(0))
        opening = with_pin_change(self._opening(subject, unknown, policy, delay), subject, kept)
        before = await self._settle(subject, opening, expected)
        if before is not None:
            self._metrics.doubts_opened(subject.host, subject.operation).inc()
            self._tell_watcher(delay)
        return before

    async def put_off(self, subject: Subject, event: Event) -> State | None:
        """``QUEUED``: the host itself said that it takes nothing now; it is sent again when the host is back."""
        settlement = Settlement(
            global_serial=subject.global_serial,
            state=State.QUEUED,
            at=self._clock.now(),
            code=Code.HOST_CLOSED_FOR_MAINTENANCE,
            before_reversal=True,
            events=(event,),
        )
        return await self._settle(subject, settlement, UNSETTLED)

    async def note(self, subject: Subject, event: Event) -> None:
        """A fact that changes no state."""
        await self._journal.note(subject.global_serial, event)

    async def reversal_begins(self, record: Record, doubt: Doubt, event: Event) -> State | None:
        """The point of no return before a reversal is first sent: None if the doubt has ended meanwhile."""
        stays = self._unchanged(record, State.IN_DOUBT)
        return await self._settle(record, replace(stays, doubt=doubt, events=(event,)), IN_DOUBT)

    async def hand_over(self, record: Record, doubt: Doubt, reason: str) -> State | None:
        """To people: ``MANUAL``, with an alarm. Limits stay consumed."""
        event = self.event("manual", reason=reason)
        manual = replace(doubt, stage=DoubtStage.MANUAL, reason=reason)
        settlement = replace(self._unchanged(record, State.MANUAL), doubt=manual, events=(event,))
        return await self._settle(record, settlement, IN_DOUBT)

    async def contradicted(self, record: Record, event: Event) -> State | None:
        """Evidence against a final state: the state stays, people look at it, and an alarm is raised."""
        doubt = Doubt(
            global_serial=record.global_serial,
            host=record.host,
            operation=record.operation,
            account=record.account,
            stage=DoubtStage.MANUAL,
            policy="contradiction",
            attempts=0,
            opened_at=self._clock.now(),
            due_at=self._clock.now(),
            reason="contradicted",
        )
        self._log.error("contradicted", serial=record.global_serial, host=record.host, state=record.state)
        self._metrics.doubts_ended(record.host, record.operation, "CONTRADICTED").inc()
        settlement = replace(self._unchanged(record, record.state), doubt=doubt, events=(event,))
        return await self._journal.settle(settlement, frozenset({record.state}))

    async def taken_back(
        self, subject: Subject, because: Rejected, event: Event, legs: tuple[PlanLeg, ...]
    ) -> State | None:
        """A plan whose legs have been undone: ``REVERSED`` for the reason of the leg that was refused."""
        return await self._settle(
            subject,
            Settlement(
                global_serial=subject.global_serial,
                state=State.REVERSED,
                at=self._clock.now(),
                outcome=outcome_json(because),
                code=because.code,
                release_limits=True,
                legs=legs,
                events=(event,),
            ),
            PENDING,
        )

    async def stuck(self, subject: Subject, reason: str, legs: tuple[PlanLeg, ...] | None = None) -> State | None:
        """A plan that can go neither on nor back: ``MANUAL``, with an alarm. Limits stay consumed."""
        now = self._clock.now()
        doubt = Doubt(
            global_serial=subject.global_serial,
            host=subject.host,
            operation=subject.operation,
            account=subject.account,
            stage=DoubtStage.MANUAL,
            policy="plan",
            attempts=0,
            opened_at=now,
            due_at=now,
            reason=reason,
        )
        unknown = Unknown(code=Code.OUTCOME_UNKNOWN, reason=reason)
        before = await self._settle(
            subject,
            Settlement(
                global_serial=subject.global_serial,
                state=State.MANUAL,
                at=now,
                outcome=outcome_json(unknown),
                code=unknown.code,
                legs=legs,
                doubt=doubt,
                events=(self.event("manual", reason=reason),),
            ),
            PENDING,
        )
        if before is not None:
            self._log.error("plan_stuck", serial=subject.global_serial, operation=subject.operation, reason=reason)
        return before

    def event(self, kind: str, **detail: str | int | bool) -> Event:
        """A fact for the history, dated now."""
        return Event(at=self._clock.now(), kind=kind, detail=orjson.dumps(detail))

    def _opening(self, subject: Subject, unknown: Unknown, policy: DoubtPolicy, delay: float) -> Settlement:
        now = self._clock.now()
        return Settlement(
            global_serial=subject.global_serial,
            state=State.IN_DOUBT,
            at=now,
            outcome=outcome_json(unknown),
            code=unknown.code,
            doubt=Doubt(
                global_serial=subject.global_serial,
                host=subject.host,
                operation=subject.operation,
                account=subject.account,
                stage=DoubtStage.REVERSE if policy.reverse_at_once else DoubtStage.INQUIRE,
                policy=policy.version,
                attempts=0,
                opened_at=now,
                due_at=now + timedelta(seconds=delay),
                reason=unknown.reason,
            ),
            events=(self.event("doubt_opened", reason=unknown.reason, policy=policy.version),),
        )

    def _unchanged(self, record: Record, state: State) -> Settlement:
        return Settlement(
            global_serial=record.global_serial,
            state=state,
            at=record.settled_at or self._clock.now(),
            outcome=record.outcome,
            host_serial=record.host_serial,
            accounting_date=record.accounting_date,
            code=record.code,
        )

    async def _settle(self, subject: Subject, settlement: Settlement, expected: frozenset[State]) -> State | None:
        before = await self._journal.settle(settlement, expected)
        if before is not None:
            self.concluded(subject, before, settlement)
        return before

    def concluded(self, subject: Subject, before: State, settlement: Settlement) -> None:
        """Tell the rest of the house of a change that is written, whoever wrote it."""
        self._losses.settled(subject, settlement.state)
        if before is not State.PENDING and self.follower is not None:
            self.follower(subject.global_serial)
        if before is State.IN_DOUBT and settlement.state is not State.IN_DOUBT:
            self._metrics.doubts_ended(subject.host, subject.operation, settlement.state).inc()
            manual = settlement.state is State.MANUAL
            tell = self._log.error if manual else self._log.info
            tell(
                "doubt_handed_over" if manual else "doubt_resolved",
                serial=subject.global_serial,
                host=subject.host,
                operation=subject.operation,
                state=settlement.state,
                events=[event.kind for event in settlement.events],
            )

    def _tell_watcher(self, seconds: float) -> None:
        if self.watcher is not None:
            self.watcher.due_in(seconds)
