"""The rows and changes of state that follow from a terminal's word, as values for the journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from tellerline.gateway.cash.words import CONTRADICTED, DISPENSED
from tellerline.gateway.doubt.policy import DoubtPolicy
from tellerline.gateway.journal.codec import code_of, command_json, outcome_json, payload_hash
from tellerline.gateway.journal.records import (
    FINAL_STATES,
    Acceptance,
    Doubt,
    DoubtStage,
    Event,
    Record,
    Settlement,
    State,
)
from tellerline.gateway.journal.sayings import Addition
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.cash import DispenseHeard, ReturnCash, ReverseWithdrawal
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Outcome, Rejected, Unknown

_STATES: dict[type, State] = {Done: State.DONE, Rejected: State.REJECTED}
NOT_DISPENSED = Unknown(code=Code.OUTCOME_UNKNOWN, reason="not_dispensed")
REVERSED_FIRST = Rejected(code=Code.REVERSED)


def return_serial(withdrawal: str) -> str:
    """The global serial, and so the reference at the host, under which the rest of ``withdrawal`` is given back."""
    return f"{withdrawal}R"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """A terminal's request with what every row of it needs. ``at`` is now."""

    request: Request
    at: datetime
    limit_day: str
    owner: str
    trace: str

    def row(self, serial: str, original: Record | None, outcome: Done | Rejected) -> Addition:
        """The word itself, over at once, under the serial that it came with."""
        command = self.request.command
        amount = original.amount if original is not None else None
        acceptance = self._acceptance(serial, self.request.channel_serial, original, amount=amount)
        settled = settlement(serial, _STATES[type(outcome)], self.at, outcome)
        return Addition(acceptance=replace(acceptance, operation=command.operation), settlement=settled)

    def tombstone(self, serial: str, command: ReverseWithdrawal) -> Addition:
        """Takes the channel serial of a withdrawal that has not come: refused if it still does."""
        acceptance = self._acceptance(serial, command.original_channel_serial, None)
        settled = settlement(serial, State.REVERSED, self.at, REVERSED_FIRST)
        return Addition(acceptance=acceptance, settlement=replace(settled, events=(self.word(0),)))

    def giving_back(self, original: Record, rest: Money, policy: DoubtPolicy) -> Addition:
        """The rest of a withdrawal as an advice of its own, due now."""
        serial = return_serial(original.global_serial)
        command = ReturnCash(
            account=original.account,
            amount=rest,
            terminal=original.terminal,
            original_reference=original.global_serial,
        )
        canonical = command_json(command)
        acceptance = replace(
            self._acceptance(serial, f"{original.global_serial}/return", original, amount=rest),
            payload_hash=payload_hash(canonical),
            command=canonical,
            operation=command.operation,
            effect=command.effect,
            host=original.host,
        )
        unknown = Unknown(code=Code.OUTCOME_UNKNOWN, reason="to_be_given_back")
        doubt = self._doubt(acceptance, DoubtStage.INQUIRE, policy.version, unknown.reason)
        settled = settlement(serial, State.IN_DOUBT, self.at, unknown)
        return Addition(acceptance=acceptance, settlement=replace(settled, doubt=doubt))

    def taking_back(self, original: Record, policy: DoubtPolicy) -> Settlement:
        """On its way back from here on: only the answer to the reversal counts."""
        doubt = self._doubt(original, DoubtStage.REVERSE, policy.version, NOT_DISPENSED.reason)
        settled = settlement(original.global_serial, State.IN_DOUBT, self.at, NOT_DISPENSED)
        return replace(settled, doubt=doubt, events=(self.word(0),))

    def contradiction(self, original: Record, said: int) -> Settlement:
        """For people. What is final stays as it is; what is not waits for them."""
        doubt = self._doubt(original, DoubtStage.MANUAL, "contradiction", "dispense_contradicted")
        final = original.state in FINAL_STATES
        return Settlement(
            global_serial=original.global_serial,
            state=original.state if final else State.MANUAL,
            at=original.settled_at or self.at,
            outcome=original.outcome,
            code=original.code,
            doubt=doubt,
            events=(self.word(said, CONTRADICTED),),
        )

    def word(self, said: int, kind: str = DISPENSED) -> Event:
        """``said`` is what came out, in minor units."""
        request = self.request
        detail = {"minor": said, "terminal": request.terminal, "channel_serial": request.channel_serial}
        return Event(at=self.at, kind=kind, detail=orjson.dumps(detail))

    def _acceptance(
        self, serial: str, channel_serial: str, original: Record | None, *, amount: Money | None = None
    ) -> Acceptance:
        request, command = self.request, self.request.command
        canonical = command_json(command)
        return Acceptance(
            global_serial=serial,
            channel=request.channel,
            channel_serial=channel_serial,
            payload_hash=payload_hash(canonical),
            operation=command.operation,
            effect=command.effect,
            host="",
            customer=original.customer if original is not None else "",
            account=original.account if original is not None else "",
            amount=amount,
            limited=None,
            limit_day=self.limit_day,
            accepted_at=self.at,
            due_at=self.at,
            owner=self.owner,
            command=canonical,
            agent=request.agent,
            call=request.call,
            terminal=request.terminal,
            branch=request.branch,
            trace=self.trace,
        )

    def _doubt(self, subject: Record | Acceptance, stage: DoubtStage, policy: str, reason: str) -> Doubt:
        return Doubt(
            global_serial=subject.global_serial,
            host=subject.host,
            operation=subject.operation,
            account=subject.account,
            stage=stage,
            policy=policy,
            attempts=0,
            opened_at=self.at,
            due_at=self.at,
            reason=reason,
        )


def settlement(serial: str, state: State, at: datetime, outcome: Outcome) -> Settlement:
    return Settlement(global_serial=serial, state=state, at=at, outcome=outcome_json(outcome), code=code_of(outcome))


def listened(withdrawal: str) -> Done:
    return Done(result=DispenseHeard(withdrawal=withdrawal))
