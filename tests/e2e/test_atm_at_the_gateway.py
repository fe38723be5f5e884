"""The simulated cash machine before the gateway's own channel: two programs that share nothing but the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from atm_bench import HastyClock, Heard, settled
from frame_reader import read_frames
from iso_bank import RICH, IsoBank, iso_bank

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.simulators.atm.capture import open_capture
from tellerline.simulators.atm.faults import Fault, PowerCutError
from tellerline.simulators.atm.journal import Stage
from tellerline.simulators.atm.keys import MasterKey
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.profile import Edition, Profile
from tellerline.simulators.atm.receipts import Verdict
from tellerline.simulators.atm.requests import Network
from tellerline.simulators.atm.session import Place

TERMINALS = {
    "T0000001": Profile(terminal="T0000001"),
    "T0000002": Profile(terminal="T0000002"),
    "T0000003": Profile(terminal="T0000003", edition=Edition.SECOND, charset="cp037"),
    "T0000004": Profile(terminal="T0000004", charset="cp500"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IsoBank]:
    async with iso_bank(tmp_path_factory.mktemp("bank")) as running:
        yield running


PATIENT = 3000.0
"""Seconds of the machine's clock, fifty to one of ours."""


class Machine:
    """Switched on with somebody's card and PIN inside; ``log`` has its messages. Its files are those of the terminal,
    which does not number anew. For an answer it waits until it is clear that none comes."""

    def __init__(self, bank: IsoBank, terminal: str, customer: int, *, capture: Path | None = None) -> None:
        self.log: list[str] = []
        self.card = bank.card(customer)
        host, _, port = bank.target.rpartition(":")
        clock = HastyClock()
        self.place = Place(
            host=host,
            port=int(port),
            profile=TERMINALS[terminal],
            master=MasterKey.from_hex((bank.folder / "keys" / f"{terminal}.key").read_text("ascii")),
            clock=clock,
            randomness=SystemRandomness(),
            traffic=Heard(clock, self.log.append, open_capture(capture, SystemClock()) if capture else None),
            reply_seconds=PATIENT,
        )
        self._pin, self._home = bank.pin, bank.folder / "machines" / terminal
        self._home.parent.mkdir(exist_ok=True)

    async def __aenter__(self) -> CashMachine:
        self.machine = CashMachine(self.place, self._home)
        await self.machine.start()
        self.machine.insert(self.card)
        self.machine.enter_pin(self._pin)
        return self.machine

    async def __aexit__(self, *_: object) -> None:
        await self.machine.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("terminal", "customer"), [(name, number) for number, name in enumerate(TERMINALS)])
async def test_a_day_at_every_kind_of_machine(bank: IsoBank, terminal: str, customer: int) -> None:
    there = Machine(bank, terminal, customer)
    before = bank.booked(there.card)
    async with there as machine:
        for what in (Network.SIGN_ON, Network.ECHO, Network.KEYS):
            await machine.network(what)
        assert (await machine.balance()).balance == before
        cash = await machine.withdraw(500_00)
        assert (cash.verdict, cash.dispensed) == (Verdict.DONE, 500_00), there.log
        await settled(machine)
        newest = (await machine.statement()).entries[0]
        assert (newest.amount, newest.balance) == (-500_00, before - 500_00)
        machine.enter_pin("000001")
        wrong = await machine.withdraw(500_00)
        assert (wrong.verdict, wrong.code) == (Verdict.DECLINED, "117" if terminal == "T0000003" else "55")
        machine.enter_pin(bank.pin)
        assert (await machine.change_pin("864209")).verdict is Verdict.DONE
        assert (await machine.balance()).balance == before - 500_00
        stages = [one.stage for one in machine.journal.transactions[-3:]]
    assert stages == [Stage.DONE, Stage.DECLINED, Stage.DONE], there.log


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("terminal", ["T0000002", "T0000003"])
async def test_what_is_lost_or_damaged_leaves_the_books_right(bank: IsoBank, terminal: str) -> None:
    there = Machine(bank, terminal, 10)
    before = bank.booked(there.card)
    faults = there.place.faults
    async with there as machine:
        for fault in (Fault.LATE_REPLY, Fault.GARBLE_REPLY, Fault.CUT_LINE, Fault.BAD_MAC, Fault.GARBAGE):
            faults.arm(fault)
            cash = await machine.withdraw(100_00)
            await settled(machine)
            assert bank.booked(there.card) == before - cash.dispensed, (fault, there.log)
            before -= cash.dispensed
        assert not machine.journal.open


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("terminal", ["T0000001", "T0000003"])
@pytest.mark.parametrize(("fault", "cash"), [(Fault.JAM, 0), (Fault.SHORT, 100_00)])
async def test_what_jams_goes_back_on_the_account(bank: IsoBank, terminal: str, fault: Fault, cash: int) -> None:
    there = Machine(bank, terminal, 15)
    before = bank.booked(there.card)
    async with there as machine:
        there.place.faults.arm(fault)
        assert (await machine.withdraw(300_00)).dispensed == cash
        await settled(machine)
    assert bank.booked(there.card) == before - cash, there.log


@pytest.mark.asyncio(loop_scope="module")
async def test_a_reversal_whose_answers_are_lost_is_done_once(bank: IsoBank) -> None:
    there = Machine(bank, "T0000001", 11)
    before = bank.booked(there.card)
    async with there as machine:
        there.place.faults.arm(Fault.LOSE_REPLY, 3)
        assert (await machine.withdraw(500_00)).verdict is Verdict.REVERSED
        await settled(machine)
        transaction = machine.journal.transactions[-1]
    assert transaction.stage is Stage.REVERSED
    assert transaction.sends >= 3
    assert len([line for line in there.log if line.startswith("< 0430")]) >= 3
    assert bank.booked(there.card) == before


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("fault", "cash"), [(Fault.POWER_BEFORE_DISPENSE, 0), (Fault.POWER_AFTER_DISPENSE, 500_00)])
async def test_power_lost_at_the_dispenser(bank: IsoBank, fault: Fault, cash: int) -> None:
    there = Machine(bank, "T0000001", 12)
    before = bank.booked(there.card)
    async with there as machine:
        there.place.faults.arm(fault)
        with pytest.raises(PowerCutError):
            await machine.withdraw(500_00)
    assert bank.booked(there.card) == before - 500_00
    async with there as machine:
        await settled(machine)
    assert bank.booked(there.card) == before - cash


@pytest.mark.asyncio(loop_scope="module")
async def test_a_transfer_whose_answer_is_lost_is_made_once(bank: IsoBank) -> None:
    there = Machine(bank, "T0000001", 13)
    payee = bank.card(14)
    before, had = bank.booked(there.card), bank.booked(payee)
    async with there as machine:
        there.place.faults.arm(Fault.CUT_LINE)
        receipt = await machine.transfer(123_00, payee)
    assert receipt.verdict is Verdict.DONE, there.log
    assert (bank.booked(there.card), bank.booked(payee)) == (before - 123_00, had + 123_00)
    assert before >= RICH


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("terminal", ["T0000001", "T0000002"])
async def test_tshark_reads_the_session_without_a_complaint(bank: IsoBank, tmp_path: Path, terminal: str) -> None:
    capture = tmp_path / "session.pcap"
    there = Machine(bank, terminal, 20 + int(terminal[-1]), capture=capture)
    async with there as machine:
        await machine.balance()
        await machine.statement()
        await machine.withdraw(500_00)
        await settled(machine)
        there.place.faults.arm(Fault.CUT_LINE)
        await machine.withdraw(300_00)
        there.place.faults.arm(Fault.SHORT)
        await machine.withdraw(300_00)
        await machine.change_pin("864209")
        await settled(machine)
    frames = read_frames(capture, there.place.port)
    assert [frame.complaints for frame in frames] == [()] * len(frames)
    types = {frame.type for frame in frames}
    assert types == {"0800", "0810", "0100", "0110", "0200", "0210", "0220", "0230", "0420", "0430"}
    assert len(frames) == len([line for line in there.log if line[0] in "<>"])
    answers = [frame for frame in frames if frame.type[2] in "13"]
    assert {frame.fields[39] for frame in answers} == {"00"}
