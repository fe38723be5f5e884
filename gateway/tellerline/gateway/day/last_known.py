"""The last known answer of a host that is closed, for enquiries whose answer says when it was true."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Metrics
from tellerline.gateway.day.opening import is_closed
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.port import ClosedHosts
from tellerline.gateway.journal.records import Event, LastKnown
from tellerline.gateway.pipeline.losses import REPORT_LOSS, LossBlocks
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.calendar import StandIn
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command
from tellerline.routing.model.outcome import Done, NotSent, Outcome, Rejected, Unknown

_LAST_KNOWN = StandIn.LAST_KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class LastKnownAnswers:
    """Remembers what hosts answer where the last answer may stand in for them."""

    kept: ClosedHosts
    losses: LossBlocks
    clock: Clock
    metrics: Metrics

    def remember(self, gate: HostGate, command: Command, answer: Done, read_at: datetime) -> None:
        """Keep what the host has just answered, where it may stand in for the host one day. Returns at once."""
        if gate.opening.stand_in(command.operation) is _LAST_KNOWN:
            account = command.account_number
            if not self.losses.closed(account):
                reading = LastKnown(operation=command.operation, account=account, answer=answer, read_at=read_at)
                self.kept.remember(reading)

    async def weigh(
        self, gate: HostGate, command: Command, serial: str, outcome: Rejected | Unknown | NotSent
    ) -> tuple[Outcome, bool]:
        """``outcome``, or what stands in for it: whether it does is the second value.

        Raises ``ACCOUNT_REPORTED_LOST`` for what must not be told any more, and ``StoreUnavailableError``.
        """
        if gate.opening.stand_in(command.operation) is not _LAST_KNOWN:
            return outcome, False
        operation, account = command.operation, command.account_number
        if not is_closed(outcome):
            if isinstance(outcome, Rejected):
                self.kept.forget(operation, account, self.clock.now())
            return outcome, False
        known = await self.kept.recall(operation, account, closed_by=REPORT_LOSS)
        if known is None:
            return outcome, False
        if known.answer is None:
            raise RefusalError(Code.ACCOUNT_REPORTED_LOST)
        self._tell(gate, operation, serial, outcome, known)
        return replace(known.answer, host_serial="", accounting_date=""), True

    def _tell(self, gate: HostGate, operation: str, serial: str, outcome: Outcome, known: LastKnown) -> None:
        reason = outcome.reason if isinstance(outcome, NotSent) else "host_said_closed"
        facts = {
            "host": gate.name,
            "reason": reason,
            "read_at": known.read_at.isoformat(timespec="seconds"),
            "back_at": outcome.until if isinstance(outcome, NotSent) else "",
        }
        detail = orjson.dumps({name: value for name, value in facts.items() if value})
        self.kept.note(serial, Event(at=self.clock.now(), kind="answered_last_known", detail=detail))
        self.metrics.stand_ins(gate.name, operation, "last_known").inc()
