"""A customer at the machine, and what the acquirer's books say afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from acquirer_host import CARD, PAYEE, PIN, Acquirer
from atm_bench import PATIENCE, a_machine, a_place, settled

from tellerline.adapters.clock import SystemClock
from tellerline.simulators.atm.faults import Fault
from tellerline.simulators.atm.journal import Stage
from tellerline.simulators.atm.machine import CashMachine, NotReadyError
from tellerline.simulators.atm.receipts import Verdict
from tellerline.simulators.atm.requests import Network
from tellerline.simulators.atm.traffic import Traffic


@pytest.mark.parametrize("tdes", [False, True])
async def test_a_day_at_the_machine(acquirer: Acquirer, tmp_path: Path, tdes: bool) -> None:
    acquirer.tdes = tdes
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        assert (await machine.balance()).balance == 10_000_00
        cash = await machine.withdraw(550_00)
        assert (cash.verdict, cash.dispensed, cash.code) == (Verdict.DONE, 550_00, "00")
        moved = await machine.transfer(100_00, PAYEE)
        assert moved.verdict is Verdict.DONE
        assert (await machine.change_pin("246802")).verdict is Verdict.DONE
        assert (await machine.balance()).balance == 9_350_00
        entries = (await machine.statement()).entries
        assert [(entry.day, entry.amount) for entry in entries] == [("260301", -500_00), ("260227", 9_00)]
        await settled(machine)
    assert acquirer.pins[CARD] == "246802"
    assert acquirer.books[PAYEE] == 100_00
    assert sorted(acquirer.types()) == ["0100", "0100", "0100", "0200", "0200", "0200", "0220"]


async def test_what_is_declined_gives_no_cash(acquirer: Acquirer, tmp_path: Path) -> None:
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        poor = await machine.withdraw(20_000_00)
        assert (poor.verdict, poor.code, poor.dispensed) == (Verdict.DECLINED, "51", 0)
        machine.enter_pin("111111")
        assert (await machine.withdraw(100_00)).code == "55"
        assert (await machine.withdraw(55_01)).verdict is Verdict.NO_NOTES
        machine.eject()
        with pytest.raises(NotReadyError, match="no card"):
            await machine.balance()
        machine.insert(CARD)
        with pytest.raises(NotReadyError, match="no PIN"):
            await machine.balance()
        assert not machine.journal.open
    assert acquirer.types() == ["0200", "0200"]


@pytest.mark.parametrize("fault", [Fault.LOSE_REPLY, Fault.LATE_REPLY, Fault.GARBLE_REPLY, Fault.CUT_LINE])
async def test_an_answer_that_does_not_come_is_undone(acquirer: Acquirer, tmp_path: Path, fault: Fault) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(fault)
        receipt = await machine.withdraw(500_00)
        assert (receipt.verdict, receipt.dispensed) == (Verdict.REVERSED, 0)
        await settled(machine)
        assert [one.stage for one in machine.journal.transactions] == [Stage.REVERSED]
        assert (await machine.balance()).balance == 10_000_00
    assert acquirer.types() == ["0200", "0420", "0100"]


async def test_an_answer_that_is_lost_need_not_be_waited_for(acquirer: Acquirer, tmp_path: Path) -> None:
    place = a_place(acquirer, clock=SystemClock(), traffic=Traffic(), reply_seconds=1e6, lost_at_once=True)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(Fault.LOSE_REPLY)
        async with asyncio.timeout(PATIENCE):
            assert (await machine.withdraw(500_00)).verdict is Verdict.REVERSED
        await settled(machine)
        assert (await machine.withdraw(500_00)).verdict is Verdict.DONE
        await settled(machine)
    assert acquirer.types() == ["0200", "0420", "0200", "0220"]
    assert acquirer.books[CARD] == 9_500_00


async def test_a_late_answer_is_not_heeded(acquirer: Acquirer, tmp_path: Path) -> None:
    log: list[str] = []
    place = a_place(acquirer, log)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(Fault.LATE_REPLY)
        await machine.withdraw(500_00)
        await settled(machine)
        assert machine.dispenser.stock.presented == 0
    assert any(line.startswith("< 0210") and "too late" in line for line in log)


async def test_a_reversal_is_repeated_until_answered(acquirer: Acquirer, tmp_path: Path) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        acquirer.silent = 4
        await machine.withdraw(500_00)
        await settled(machine)
        (transaction,) = machine.journal.transactions
    assert acquirer.types() == ["0200", "0420", "0421", "0421", "0421"]
    repeats = acquirer.received[-4:]
    assert len({(message["7"], message["11"], message["90"]) for message in repeats}) == 1
    assert (transaction.stage, transaction.sends) == (Stage.REVERSED, 4)
    assert acquirer.books[CARD] == 10_000_00


async def test_what_jams_is_given_back(acquirer: Acquirer, tmp_path: Path) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(Fault.JAM)
        whole = await machine.withdraw(300_00)
        place.faults.arm(Fault.SHORT)
        part = await machine.withdraw(300_00)
        await settled(machine)
        assert (whole.verdict, whole.dispensed) == (Verdict.REVERSED, 0)
        assert (part.verdict, part.dispensed) == (Verdict.REVERSED, 100_00)
        assert machine.dispenser.stock.rejected == {100_00: 5}
    assert acquirer.books[CARD] == 9_900_00
    assert [moved.kept for moved in acquirer.moved.values()] == [0, 100_00]


async def test_a_transfer_is_asked_again(acquirer: Acquirer, tmp_path: Path) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(Fault.CUT_LINE)
        assert (await machine.transfer(100_00, PAYEE)).verdict is Verdict.DONE
        place.faults.arm(Fault.LOSE_REPLY, 3)
        assert (await machine.transfer(50_00, PAYEE)).verdict is Verdict.UNKNOWN
    assert acquirer.types() == ["0200", "0201", "0200", "0201", "0201"]
    assert acquirer.books[PAYEE] == 150_00


async def test_a_message_that_somebody_changed_moves_nothing(acquirer: Acquirer, tmp_path: Path) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(Fault.BAD_MAC)
        place.faults.arm(Fault.GARBAGE)
        assert (await machine.withdraw(500_00)).dispensed == 0
        await settled(machine)
    assert acquirer.types() == ["0420"]
    assert acquirer.books[CARD] == 10_000_00


async def test_without_a_line_nothing_happens(acquirer: Acquirer, tmp_path: Path) -> None:
    await acquirer.stop()
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        assert (await machine.withdraw(500_00)).verdict is Verdict.NOT_SENT
        assert (await machine.balance()).verdict is Verdict.NOT_SENT
        assert not machine.journal.transactions


async def test_an_acquirer_that_comes_back_hears_what_is_owed(acquirer: Acquirer, tmp_path: Path) -> None:
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        acquirer.silent = 1
        receipt = await machine.withdraw(500_00)
        await acquirer.stop()
        assert receipt.verdict is Verdict.REVERSED
        await acquirer.start()
        await settled(machine)
        assert (await machine.balance()).balance == 10_000_00


async def test_an_advice_that_is_not_wanted_now_is_repeated_and_one_refused_is_left(
    acquirer: Acquirer, tmp_path: Path
) -> None:
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        acquirer.codes = ["00", "91", "96"]
        await machine.withdraw(100_00)
        await settled(machine)
        acquirer.codes = ["00", "12"]
        await machine.withdraw(100_00)
        await settled(machine)
        stages = [(one.stage, one.code) for one in machine.journal.transactions]
    assert stages == [(Stage.DONE, "00"), (Stage.UNKNOWN, "12")]
    assert acquirer.types() == ["0200", "0220", "0221", "0221", "0200", "0220"]


async def test_new_keys_within_a_session(acquirer: Acquirer, tmp_path: Path) -> None:
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        for what in (Network.ECHO, Network.KEYS, Network.SIGN_OFF, Network.SIGN_ON):
            await machine.network(what)
        assert (await machine.balance()).verdict is Verdict.DONE
    codes = [message["70"] for message in acquirer.received if "70" in message]
    assert codes == ["161", "001", "301", "161", "002", "001"]
    assert len({message["11"] for message in acquirer.received}) == len(acquirer.received)


@pytest.mark.parametrize("tdes", [False, True])
async def test_nothing_secret_is_in_the_log_or_the_files(acquirer: Acquirer, tmp_path: Path, tdes: bool) -> None:
    acquirer.tdes = tdes
    log: list[str] = []
    place = a_place(acquirer, log)
    async with a_machine(place, tmp_path) as machine:
        await machine.transfer(100_00, PAYEE)
        await machine.change_pin("246802")
        place.faults.arm(Fault.LOSE_REPLY, 100)
        await machine.withdraw(500_00)
        assert machine.journal.open
    written = (files_of(tmp_path) + "\n".join(log)).upper()
    for secret in (CARD, PAYEE, PIN, "246802", acquirer_block(acquirer), CARD.encode().hex()):
        assert secret not in written
    assert "622999*********0019" in written


def files_of(home: Path) -> str:
    return b"".join(path.read_bytes() for path in home.iterdir()).decode()


def acquirer_block(acquirer: Acquirer) -> str:
    """The PIN block that the newest withdrawal carried, as the log would show it."""
    message = next(one for one in reversed(acquirer.received) if one["t"] == "0200")
    return str(message.get("52") or message["48"][5:37])


async def test_card_and_pin_are_forgotten(acquirer: Acquirer, tmp_path: Path) -> None:
    machine = CashMachine(a_place(acquirer), tmp_path)
    machine.insert(CARD)
    machine.enter_pin(PIN)
    assert (machine.card, PIN in repr(vars(machine))) == (CARD, False)
    machine.eject()
    assert machine.card == ""
