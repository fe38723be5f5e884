"""A replay from the empty books to the last comparison."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tellerline.adapters.clock import Clock, ScaledClock
from tellerline.cli.replay import faults
from tellerline.cli.replay.account_days import reconcile
from tellerline.cli.replay.berka_files import CURRENCY, BerkaBank
from tellerline.cli.replay.days import WorkDay, loan_payments, overdrafts, totals
from tellerline.cli.replay.desk import Desk
from tellerline.cli.replay.enquiries import Told, enquire_accounts, enquire_loans, open_doubts
from tellerline.cli.replay.holders import Holder, holders_of
from tellerline.cli.replay.loading import Loaded, load_bank, post_day
from tellerline.cli.replay.orders import OrderDesk
from tellerline.cli.replay.outcome import Outcome, Surroundings
from tellerline.cli.replay.registration import register
from tellerline.cli.replay.verification import check_transfers
from tellerline.simulators.bank import SimulatedBank

ZONE = "Europe/Prague"
_NOON = time(12, tzinfo=ZoneInfo(ZONE))
"""Far from every cut-over: noon in Prague is the evening of the same day where the hosts' calendar is kept."""
_AT_ONCE = 50

Progress = Callable[[str, int, int], None]
"""Told the phase, how much of it is done, and how much there is."""


def noon(day: date) -> datetime:
    return datetime.combine(day, _NOON).astimezone(UTC)


@dataclass(slots=True, kw_only=True)
class Performance:
    """One replay on a bank with empty books and a gateway in front of it; ``perform`` may be called once.

    ``clock`` is the whole system's; ``watch`` tells how long the phases really take. ``seed`` brings up the faults.
    """

    bank: SimulatedBank
    desk: Desk
    clock: ScaledClock
    watch: Clock
    recorded: BerkaBank
    days: Sequence[WorkDay]
    seed: int | None
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    async def perform(self, surroundings: Surroundings) -> Outcome:
        """Raises an ``ExceptionGroup`` of ``CanonicalError`` for a registration or an enquiry that is refused."""
        with self._phase("load"):
            holders = holders_of(self.recorded)
            loaded = self._load(holders)
        with self._phase("register"):
            names = await register(self.desk, holders.values(), lambda done, of: self.progress("register", done, of))
        orders = OrderDesk(self.desk, names)
        if self.seed is not None:
            self.clock.run_at(faults.SPEED)
            faults.bring_up(self.bank, self.seed)
        with self._phase("days"):
            await self._work(orders, holders)
        with self._phase("enquiries"):
            moved = {day_movement.account for day in self.days for day_movement in day.in_order()}
            period = (self.days[0].day, self.days[-1].day)
            told = await enquire_accounts(self.desk, {account: names[account] for account in sorted(moved)}, period)
            loans = await enquire_loans(self.desk, self.recorded.loans, names)
            doubts = await open_doubts(self.desk)
        return self._outcome(surroundings, loaded, orders, told, loans, doubts)

    def _load(self, holders: Mapping[str, Holder]) -> Loaded:
        facilities, paid = overdrafts(self.days), loan_payments(self.days)
        return load_bank(self.bank, self.recorded, holders, overdrafts=facilities, loan_payments=paid)

    async def _work(self, orders: OrderDesk, holders: Mapping[str, Holder]) -> None:
        """A day is over when every transfer of it has ended, so that each is booked on its own date."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def order(account: str, day: WorkDay) -> None:
            async with places:
                await orders.order(holders[account], day.transfers[account])

        for position, day in enumerate(self.days, start=1):
            self.clock.jump_to(noon(day.day))
            post_day(self.bank, day)
            async with asyncio.TaskGroup() as group:
                for account in day.transfers:
                    group.create_task(order(account, day))
            self.progress("days", position, len(self.days))

    def _outcome(
        self,
        surroundings: Surroundings,
        loaded: Loaded,
        orders: OrderDesk,
        told: Told,
        loans: Mapping[str, tuple[int, int]],
        doubts: int,
    ) -> Outcome:
        with self._phase("check"):
            movements = [movement for day in self.days for movement in day.in_order()]
            ordered = [movement for movement in movements if movement.started_by_customer]
            expected = totals(self.days)
            paid = loan_payments(self.days)
            wrong = {account for account, balance in told.balances.items() if balance != expected[account]}
            account_days = list(reconcile(movements, told.days))
            transfers = check_transfers(self.bank, ordered, orders.tally.serials)
            sha256 = self.bank.ledger_sha256()
        return Outcome(
            surroundings=surroundings,
            loaded=loaded,
            tally=orders.tally,
            transfers=transfers,
            ordered=len(ordered),
            doubts_left=doubts,
            balances=len(told.balances),
            balances_wrong=sorted(wrong | set(told.contradictions)),
            days=account_days,
            loans=len(loans),
            loans_wrong=[
                loan.number
                for loan in self.recorded.loans
                if loans[loan.number] != (loan.amount, loan.amount - min(paid.get(loan.account, 0), loan.amount))
            ],
            ledger_sha256=sha256,
            ledger_sum=self.bank.ledger.trial_balance()[CURRENCY],
            struck=faults.struck(self.bank),
            requests=self.desk.requests,
            seconds=self.seconds,
        )

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = self.watch.monotonic()
        yield
        self.seconds[name] = self.watch.monotonic() - began
