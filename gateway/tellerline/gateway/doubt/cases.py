"""Cases for people: one says how it ended, another agrees, and only then it is so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.journal.codec import NotInJournalError, command_from_json, outcome_json
from tellerline.gateway.journal.port import Cases, Journal
from tellerline.gateway.journal.records import (
    FINAL_STATES,
    CaseEnding,
    CaseObstacle,
    Event,
    Record,
    Resolution,
    Settlement,
    State,
    Verdict,
)
from tellerline.gateway.journal.resolving import same_person
from tellerline.gateway.pipeline.changed_pins import with_pin_change
from tellerline.gateway.pipeline.settling import Settler
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Attested, Done, Rejected

_CODES = {
    CaseObstacle.NO_CASE: Code.CASE_NOT_OPEN,
    CaseObstacle.OTHER_PROPOSAL: Code.RESOLUTION_PENDING,
    CaseObstacle.NOT_OPEN: Code.RESOLUTION_NOT_OPEN,
    CaseObstacle.NEW_EVIDENCE: Code.RESOLUTION_OUTDATED,
    CaseObstacle.SAME_PERSON: Code.SECOND_PERSON_REQUIRED,
}


class ManualCases:
    """Implements ``services.ports.CaseDesk``. Each step is one durable write, and a fact in the history.

    Everything may be repeated: what one has done already is answered as it stands.
    """

    def __init__(
        self, *, cases: Cases, journal: Journal, settler: Settler, clock: Clock, metrics: Metrics, log: Log
    ) -> None:
        self._cases = cases
        self._journal = journal
        self._settler = settler
        self._clock = clock
        self._metrics = metrics
        self._log = log

    async def propose(
        self, serial: str, operator: str, ending: CaseEnding, *, reason: str, evidence: str
    ) -> Resolution:
        """See ``services.ports.CaseDesk``."""
        proposal = Resolution(
            global_serial=serial,
            number=0,
            ending=ending,
            reason=reason,
            evidence=evidence,
            proposer=operator,
            proposed_at=self._clock.now(),
        )
        event = self._settler.event(
            "resolution_proposed", operator=operator, ending=ending, reason=reason, evidence=evidence
        )
        made = await self._cases.propose(proposal, event)
        if isinstance(made, Resolution):
            self._log.info("case_proposed", serial=serial, operator=operator, ending=ending)
            return made
        for standing in await self._cases.open_resolutions([serial]):
            said = (standing.ending, standing.reason, standing.evidence)
            if said == (ending, reason, evidence) and same_person(standing.proposer, operator):
                return standing
        _refuse(made)

    async def confirm(self, serial: str, number: int, operator: str, *, remark: str) -> Resolution:
        """See ``services.ports.CaseDesk``."""
        proposal, record = await self._find(serial, number)
        decided = replace(
            proposal, verdict=Verdict.CONFIRMED, decider=operator, decided_at=self._clock.now(), remark=remark
        )
        settlement = self._settlement(record, decided)
        again = _given_back(record) if settlement.state is State.DONE else 0
        before = await self._cases.confirm(decided, settlement, frozenset({record.state}), counts_again=again)
        if isinstance(before, CaseObstacle):
            return await self._repeated(before, decided)
        self._settler.concluded(record, before, settlement)
        self._metrics.doubts_ended(record.host, record.operation, settlement.state).inc()
        self._log.info(
            "case_resolved", serial=serial, operator=operator, proposer=proposal.proposer, state=settlement.state
        )
        if record.state in FINAL_STATES and record.state is not settlement.state:
            await self._alarm_about_plan(serial)
        return decided

    async def _alarm_about_plan(self, leg: str) -> None:
        """Its case was opened in the same write as the leg's new end."""
        plan = await self._journal.get(await self._cases.plan_of(leg))
        if plan is not None and plan.state is not State.PENDING:
            self._log.error("contradicted", serial=plan.global_serial, host=plan.host, state=plan.state, leg=leg)
            self._metrics.doubts_ended(plan.host, plan.operation, "CONTRADICTED").inc()

    async def reject(self, serial: str, number: int, operator: str, *, remark: str) -> Resolution:
        """See ``services.ports.CaseDesk``."""
        proposal, _ = await self._find(serial, number)
        decided = replace(
            proposal, verdict=Verdict.REJECTED, decider=operator, decided_at=self._clock.now(), remark=remark
        )
        event = self._settler.event("resolution_rejected", operator=operator, proposal=number, remark=remark)
        obstacle = await self._cases.reject(decided, event)
        if obstacle is not None:
            return await self._repeated(obstacle, decided)
        self._log.info("case_proposal_rejected", serial=serial, operator=operator, proposer=proposal.proposer)
        return decided

    async def _find(self, serial: str, number: int) -> tuple[Resolution, Record]:
        record = await self._journal.get(serial)
        for proposal in await self._cases.resolutions(serial):
            if record is not None and proposal.number == number:
                return proposal, record
        _refuse(CaseObstacle.NOT_OPEN)

    async def _repeated(self, obstacle: CaseObstacle, decided: Resolution) -> Resolution:
        """The stored decision, when it is the same one; else the refusal."""
        if obstacle is CaseObstacle.NOT_OPEN:
            stored, _ = await self._find(decided.global_serial, decided.number)
            if stored.verdict is decided.verdict and same_person(stored.decider, decided.decider):
                return stored
        _refuse(obstacle)

    def _settlement(self, record: Record, decided: Resolution) -> Settlement:
        """``DONE`` or ``REVERSED``; an end that the row has already stays as it is, with its own code and time."""
        event = self._settler.event(
            "resolution_confirmed",
            operator=decided.decider,
            proposer=decided.proposer,
            proposal=decided.number,
            ending=decided.ending,
            was=record.state,
            remark=decided.remark,
        )
        done = decided.ending is CaseEnding.DONE
        if record.state in FINAL_STATES and (record.state is State.DONE) is done:
            return _as_it_is(record, event, record.settled_at or self._clock.now())
        code = None if done else Code.REVERSED
        attested = Done(result=Attested(), host_serial=record.host_serial, accounting_date=record.accounting_date)
        settlement = Settlement(
            global_serial=record.global_serial,
            state=State.DONE if done else State.REVERSED,
            at=self._clock.now(),
            outcome=outcome_json(attested if done else Rejected(code=Code.REVERSED, host_serial=record.host_serial)),
            code=code,
            release_limits=not done,
            events=(event,),
        )
        return with_pin_change(settlement, record)


def _as_it_is(record: Record, event: Event, at: datetime) -> Settlement:
    return Settlement(
        global_serial=record.global_serial,
        state=record.state,
        at=at,
        outcome=record.outcome,
        code=record.code,
        events=(event,),
    )


def _given_back(record: Record) -> int:
    """In minor units: what had counted against the limits until the row ended as not done."""
    if record.state not in FINAL_STATES or record.state is State.DONE:
        return 0
    try:
        limited = command_from_json(record.command).limited
    except NotInJournalError:
        return 0
    return limited.minor if limited else 0


def _refuse(obstacle: CaseObstacle) -> NoReturn:
    raise RefusalError(_CODES[obstacle])
