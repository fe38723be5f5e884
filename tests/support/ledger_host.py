"""A small host with a real ledger, in memory: does each reference once, and remembers what it answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from tellerline.adapters.clock import Clock
from tellerline.connectors.host import Answer, LateReply
from tellerline.routing.model.accounts import AccountKind, Balance, GetBalance, LossReport, LossReportState, ReportLoss
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall, Inquire, Reverse
from tellerline.routing.model.customers import PinVerified, VerifyPin
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import (
    Done,
    Fate,
    Found,
    NotFound,
    NotSent,
    Rejected,
    Reversal,
    Unknown,
)
from tellerline.routing.model.transfers import CreateTransfer, Transferred

ELSEWHERE = "other bank"
DAY = "2026-03-02"


class Fault(Enum):
    """What the wire does to one exchange."""

    NOT_SENT = "not sent"
    LOSE_REQUEST = "lose request"
    LOSE_REPLY = "lose reply"
    LATE_REPLY = "late reply"
    LATE_WORK = "late work"
    GARBLE = "garble"


FaultPlan = Callable[[Command, HostCall], Fault | None]


@dataclass
class LedgerHost:
    """Implements ``Host``, on an accounting ``day`` of its own.

    ``late_by`` is how long after the caller's deadline late replies and late work come.
    """

    clock: Clock
    name: str = "core"
    balances: dict[str, int] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    fault_of: FaultPlan = field(default=lambda _command, _call: None)
    day: str = DAY
    latency: float = 0.0
    late_by: float = 1.0
    late_work_by: float = 1.0
    refuses_unknown_originals: bool = False
    received: list[tuple[str, HostCall]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    _answers: dict[str, Done | Rejected] = field(default_factory=dict)
    _commands: dict[str, Command] = field(default_factory=dict)
    _undone: set[str] = field(default_factory=set)
    _tombstones: set[str] = field(default_factory=set)
    _on_late_reply: Callable[[LateReply], None] | None = None
    operations: frozenset[str] = frozenset(
        kind.operation for kind in (GetBalance, ReportLoss, CreateTransfer, VerifyPin, Inquire, Reverse)
    )

    async def start(self, on_late_reply: Callable[[LateReply], None]) -> None:
        self._on_late_reply = on_late_reply

    async def close(self) -> None:
        self._on_late_reply = None

    @property
    def effects(self) -> int:
        """Transfers that were booked and not undone."""
        done = [
            reference
            for reference, answer in self._answers.items()
            if isinstance(answer, Done) and isinstance(self._commands[reference], CreateTransfer)
        ]
        return len(set(done) - self._undone)

    def late(self, reference: str, outcome: Done | Rejected | Unknown) -> None:
        """Send a reply that nobody waits for."""
        if self._on_late_reply is not None:
            self._on_late_reply(LateReply(host=self.name, reference=reference, outcome=outcome))

    async def execute(self, command: Command, call: HostCall, deadline: float) -> Answer:
        self.received.append((command.operation, call))
        fault = self.fault_of(command, call)
        if fault is Fault.NOT_SENT:
            unsent = NotSent(code=Code.HOST_UNAVAILABLE, reason="connection_refused")
            return Answer(fate=Fate.NOT_SENT, outcome=unsent)
        if self.latency:
            await self.clock.sleep(self.latency)
        else:
            await asyncio.sleep(0)
        if fault is None:
            return Answer(fate=Fate.REPLIED, outcome=self.work(command, call))
        if fault is Fault.GARBLE:
            self.work(command, call)
            unreadable = Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="truncated")
            return Answer(fate=Fate.REPLIED_UNREADABLE, outcome=unreadable)
        self._go_on(fault, command, call, deadline)
        await self.clock.sleep(deadline - self.clock.monotonic())
        silent = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="no_reply")
        return Answer(fate=Fate.SENT_NO_REPLY, outcome=silent)

    def _go_on(self, fault: Fault, command: Command, call: HostCall, deadline: float) -> None:
        remaining = deadline - self.clock.monotonic()
        if fault is Fault.LOSE_REPLY:
            self.work(command, call)
        elif fault is Fault.LATE_REPLY:
            outcome = self.work(command, call)
            self.clock.call_later(remaining + self.late_by, lambda: self.late(call.reference, outcome))
        elif fault is Fault.LATE_WORK:
            self.clock.call_later(remaining + self.late_work_by, lambda: self._work_unheard(command, call))

    def _work_unheard(self, command: Command, call: HostCall) -> None:
        self.work(command, call)

    def work(self, command: Command, call: HostCall) -> Done | Rejected:
        """What the host does with a request that reached it; the same reference is done once."""
        if isinstance(command, Inquire):
            return self._inquire(command)
        if isinstance(command, Reverse):
            return self._reverse(command)
        if isinstance(command, GetBalance | VerifyPin):
            return self._enquire(command)
        reference = call.reference
        if reference not in self._answers:
            if reference in self._tombstones:
                return Rejected(code=Code.REJECTED_BY_HOST, host_code="1402")
            self._commands[reference] = command
            self._answers[reference] = self._change(command, reference)
        return self._answers[reference]

    def _enquire(self, command: GetBalance | VerifyPin) -> Done | Rejected:
        account = command.account
        if account not in self.balances:
            return Rejected(code=Code.ACCOUNT_NOT_FOUND, host_code="1001")
        if isinstance(command, VerifyPin):
            right = self.pins.get(account) == command.pin
            return Done(result=PinVerified(account=account)) if right else Rejected(code=Code.PIN_INVALID)
        if account in self.lost:
            return Rejected(code=Code.ACCOUNT_REPORTED_LOST, host_code="1103")
        money = Money(self.balances[account], "CNY")
        balance = Balance(account=account, ledger=money, available=money, as_of=self.clock.now().isoformat())
        return Done(result=balance, accounting_date=self.day)

    def _change(self, command: Command, reference: str) -> Done | Rejected:
        serial = f"H{len(self._answers) + 1:06}"
        if isinstance(command, ReportLoss):
            self.lost.add(command.account)
            report = LossReport(
                account=command.account,
                kind=AccountKind.CARD,
                report_number=serial,
                reported_at=self.clock.now().isoformat(),
                lapses_at=self.clock.now().isoformat(),
                state=LossReportState.IN_FORCE,
            )
            return Done(result=report, host_serial=serial, accounting_date=self.day)
        if not isinstance(command, CreateTransfer):
            return Rejected(code=Code.REJECTED_BY_HOST, host_code="9999")
        if command.debit_account in self.lost:
            return Rejected(code=Code.ACCOUNT_REPORTED_LOST, host_code="1103")
        if self.balances.get(command.debit_account, 0) < command.amount.minor:
            return Rejected(code=Code.INSUFFICIENT_FUNDS, host_code="1101")
        self._move(command, command.amount.minor)
        after = Money(self.balances[command.debit_account], "CNY")
        result = Transferred(balance_after=after, booked_at=self.clock.now().isoformat())
        return Done(result=result, host_serial=serial, accounting_date=self.day)

    def _move(self, transfer: CreateTransfer, minor: int) -> None:
        self.balances[transfer.debit_account] -= minor
        self.balances[transfer.credit_account] = self.balances.get(transfer.credit_account, 0) + minor

    def _inquire(self, inquiry: Inquire) -> Done | Rejected:
        original = self._answers.get(inquiry.original_reference)
        if original is None:
            return Done(result=NotFound())
        return Done(result=Found(original=original, reversed=inquiry.original_reference in self._undone))

    def _reverse(self, reversal: Reverse) -> Done | Rejected:
        reference = reversal.original_reference
        original, command = self._answers.get(reference), self._commands.get(reference)
        if original is None and self.refuses_unknown_originals:
            return Rejected(code=Code.ORIGINAL_NOT_FOUND, host_code="1401")
        if not isinstance(original, Done) or not isinstance(command, CreateTransfer):
            self._tombstones.add(reference)
            return Done(result=Reversal(effective=False))
        if reference not in self._undone:
            self._undone.add(reference)
            self._move(command, -command.amount.minor)
        return Done(result=Reversal(effective=True))
