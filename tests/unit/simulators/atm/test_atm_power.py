"""Power lost at every moment of a withdrawal: the files say what is owed, and it is paid when power is back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import orjson
import pytest
from acquirer_host import CARD, Acquirer
from atm_bench import a_machine, a_place, settled

from tellerline.simulators.atm.dispenser import Dispenser
from tellerline.simulators.atm.faults import Fault, PowerCutError
from tellerline.simulators.atm.journal import Journal, Stage, Transaction


@pytest.mark.parametrize(
    ("fault", "cash", "types"),
    [
        (Fault.POWER_BEFORE_DISPENSE, 0, ["0200", "0420"]),
        (Fault.POWER_AFTER_DISPENSE, 500_00, ["0200", "0220"]),
    ],
)
async def test_power_lost_at_the_dispenser(
    acquirer: Acquirer, tmp_path: Path, fault: Fault, cash: int, types: list[str]
) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(fault)
        with pytest.raises(PowerCutError):
            await machine.withdraw(500_00)
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        await settled(machine)
        (transaction,) = machine.journal.transactions
        assert (transaction.dispensed, machine.dispenser.stock.presented) == (cash, cash)
    assert acquirer.types() == types
    assert acquirer.books[CARD] == 10_000_00 - cash


async def test_power_lost_while_one_note_was_out(acquirer: Acquirer, tmp_path: Path) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(Fault.SHORT)
        place.faults.arm(Fault.POWER_AFTER_DISPENSE)
        with pytest.raises(PowerCutError):
            await machine.withdraw(300_00)
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        await settled(machine)
        assert machine.journal.transactions[0].stage is Stage.REVERSED
    assert acquirer.received[-1]["95"] == f"{100_00:012d}" + "0" * 30
    assert acquirer.books[CARD] == 9_900_00


async def test_power_lost_before_an_answer(acquirer: Acquirer, tmp_path: Path) -> None:
    """The journal has the request, nobody knows more: nothing came out, and that is what the acquirer hears."""
    acquirer.silent = 1
    place = a_place(acquirer)
    acquirer.mute = bool
    async with a_machine(place, tmp_path) as machine:
        asking = asyncio.create_task(machine.withdraw(500_00))
        while not acquirer.types():
            await place.clock.sleep(0.5)
        asking.cancel()
        await asyncio.wait([asking])
        assert [one.stage for one in machine.journal.open] == [Stage.ASKED]
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        await settled(machine)
    assert acquirer.types() == ["0200", "0420"]
    assert acquirer.books[CARD] == 10_000_00


async def test_what_was_sent_before_power_was_lost_is_repeated_with_the_same_numbers(
    acquirer: Acquirer, tmp_path: Path
) -> None:
    place = a_place(acquirer)
    async with a_machine(place, tmp_path) as machine:
        place.faults.arm(Fault.LOSE_REPLY, 100)
        await machine.withdraw(500_00)
        while "0420" not in acquirer.types():
            await place.clock.sleep(1)
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        await settled(machine)
    advices = [message for message in acquirer.received if message["t"][1] == "4"]
    assert advices[0]["t"] == "0420"
    assert {message["t"] for message in advices[1:]} == {"0421"}
    assert len({(message["7"], message["11"], message["90"]) for message in advices}) == 1


def a_transaction(reference: str, stage: Stage) -> Transaction:
    return Transaction(reference=reference, kind="withdrawal", card="*", amount=1, at="", stage=stage)


def test_a_line_that_power_cut_off_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    assert [journal.next_stan() for _ in range(3)] == ["000001", "000002", "000003"]
    journal.keep(a_transaction("one", Stage.REVERSING))
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"stan":')
    again = Journal(path)
    assert path.read_bytes() == whole
    assert ([one.reference for one in again.open], again.next_stan()) == (["one"], "000004")
    again.close()


def test_trace_numbers_begin_anew_after_999999(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"stan":999998}\n')
    journal = Journal(path)
    assert [journal.next_stan() for _ in range(2)] == ["999999", "000001"]
    journal.close()


def test_a_long_journal_is_shortened_and_keeps_what_is_open(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    transactions = [a_transaction("owed", Stage.REVERSING), *(a_transaction(f"{n}", Stage.DONE) for n in range(2_001))]
    lines = [orjson.dumps(asdict(one)) for one in transactions]
    path.write_bytes(b"\n".join([*lines, b'{"stan":77}', b""]))
    journal = Journal(path)
    assert len(journal.transactions) == 201
    assert [one.reference for one in journal.open] == ["owed"]
    assert journal.next_stan() == "000078"
    journal.close()
    assert len(path.read_bytes().splitlines()) == 203


def test_notes_are_counted_through_a_loss_of_power(tmp_path: Path) -> None:
    dispenser = Dispenser(tmp_path / "cassettes")
    notes = dispenser.plan(380_00)
    assert notes == {100_00: 3, 50_00: 1, 10_00: 3}
    assert dispenser.dispense("one", notes) == 380_00
    again = Dispenser(tmp_path / "cassettes")
    assert (again.presented("one"), again.presented("another")) == (380_00, 0)
    assert again.stock.cassettes == {100_00: 1_997, 50_00: 999, 10_00: 997}


@pytest.mark.parametrize(
    ("stock", "amount", "notes"),
    [
        ({50_00: 1, 20_00: 3}, 60_00, {20_00: 3}),
        ({100_00: 1, 50_00: 3}, 200_00, {100_00: 1, 50_00: 2}),
        ({100_00: 1}, 200_00, None),
        ({100_00: 5}, 150_00, None),
        ({100_00: 5}, 0, None),
    ],
)
def test_notes_for_an_amount(tmp_path: Path, stock: dict[int, int], amount: int, notes: dict[int, int] | None) -> None:
    dispenser = Dispenser(tmp_path / "cassettes")
    dispenser.stock = type(dispenser.stock)(cassettes=stock)
    assert dispenser.plan(amount) == notes
