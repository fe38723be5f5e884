"""Machines that give out cash: each keeps what it has to say until the gateway has taken it over, whatever dies."""

from __future__ import annotations

from dataclasses import dataclass, field

from cash_bench import OPENING, CashBench, Terminal
from google.protobuf.message import Message

from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import FINAL_STATES, DoubtStage, State
from tellerline.routing.model.codes import Code

LATER = frozenset({Code.STILL_RUNNING, Code.STORE_UNAVAILABLE, Code.SHUTTING_DOWN, Code.DEADLINE_EXCEEDED})
PATIENCE = 3.0


@dataclass
class Dispensing:
    """One customer at a machine who asks for ``minor``, of which the machine gives out ``comes_out`` when approved.

    What it has to say is decided before it is asked: that nothing came out, until cash did.
    """

    serial: str
    minor: int = 500_00
    comes_out: int = 500_00
    place: int = 1
    asked: bool = False
    out: int = 0
    over: bool = False
    answers: list[str] = field(default_factory=list)

    async def live(self, at: Terminal) -> None:
        """From where an earlier life was cut off until its word is taken over."""
        if not self.asked:
            self.asked = True
            end = await at.end(at.withdrawal(self.serial, self.minor, self.place), PATIENCE)
            if isinstance(end, pb.Withdrawal) and end.transaction.state == TRANSACTION_STATE_DONE:
                self.out = self.comes_out
            self.answers.append(end.value if isinstance(end, Code) else str(end.transaction.state))
        while not self.over:
            end = await at.end(self._word(at), PATIENCE)
            self.over = isinstance(end, pb.Withdrawal) or end not in LATER
            self.answers.append(end.value if isinstance(end, Code) else "heard")
            if not self.over:
                await at.world.clock.sleep(1.0)

    def _word(self, at: Terminal) -> Message:
        serial = f"{self.serial}-V"
        return at.confirmation(self.serial, self.out, serial) if self.out else at.reversal(self.serial, serial=serial)


async def judge(bench: CashBench, store: Store, machines: list[Dispensing]) -> None:
    """What came out is what the host booked, account by account; nothing is in doubt, and nothing is with people."""
    assert all(machine.over and machine.answers[-1] == "heard" for machine in machines), machines
    assert bench.books.ledger.trial_balance() == {"CNY": 0}
    assert bench.till() == sum(machine.out for machine in machines)
    for place in range(1, bench.accounts + 1):
        out = sum(machine.out for machine in machines if machine.place == place)
        assert (OPENING - bench.balance(place), bench.counted(place)) == (out, out)
    for machine in machines:
        await _agrees(store, machine)


async def _agrees(store: Store, machine: Dispensing) -> None:
    """The journal says of the withdrawal what the machine has seen."""
    row = await store.journal.find("COUNTER", machine.serial)
    assert row is not None
    if machine.out:
        assert row.state is State.DONE, machine
    else:
        assert row.state in (FINAL_STATES - {State.DONE}), (machine, row)
    back = await store.journal.get(f"{row.global_serial}R")
    part = 0 < machine.out < machine.minor
    assert (back is not None and back.state is State.DONE) if part else back is None


async def unsettled(store: Store) -> tuple[str, ...]:
    """The reasons of the cases that wait for people; fails for a doubt that nobody ends."""
    doubts = await store.journal.doubts(limit=1000)
    assert all(doubt.stage is DoubtStage.MANUAL for doubt in doubts), doubts
    return tuple(doubt.reason for doubt in doubts)
