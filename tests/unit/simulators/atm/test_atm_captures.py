"""A captured session read by a program that knows nothing of this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from acquirer_host import PAYEE, Acquirer
from atm_bench import HastyClock, Heard, a_machine, a_place, settled
from frame_reader import ReadFrame, read_frames

from tellerline.adapters.clock import SystemClock
from tellerline.simulators.atm.capture import open_capture
from tellerline.simulators.atm.faults import Fault
from tellerline.simulators.atm.message import Message, encode


class Witness(Heard):
    """A capture, and the messages as the machine meant them."""

    def __init__(self, clock: HastyClock, capture: Path) -> None:
        super().__init__(clock, None, open_capture(capture, SystemClock()))
        self.messages: list[Message] = []

    def message(self, message: Message, *, outgoing: bool, note: str = "") -> None:
        self.messages.append(message)
        super().message(message, outgoing=outgoing, note=note)


@pytest.mark.parametrize("tdes", [False, True])
async def test_tshark_reads_every_frame_as_it_was_meant(acquirer: Acquirer, tmp_path: Path, tdes: bool) -> None:
    acquirer.tdes = tdes
    clock = HastyClock()
    witness = Witness(clock, tmp_path / "session.pcap")
    place = a_place(acquirer, clock=clock, traffic=witness)
    async with a_machine(place, tmp_path) as machine:
        await machine.balance()
        await machine.statement()
        await machine.withdraw(500_00)
        await settled(machine)
        place.faults.arm(Fault.LOSE_REPLY)
        await machine.withdraw(300_00)
        place.faults.arm(Fault.SHORT)
        await machine.withdraw(300_00)
        await machine.transfer(100_00, PAYEE)
        await machine.change_pin("246802")
        await settled(machine)
    frames = read_frames(tmp_path / "session.pcap", acquirer.port)
    assert [frame.complaints for frame in frames] == [()] * len(frames)
    assert {frame.type for frame in frames} == {
        *("0800", "0810", "0100", "0110", "0200", "0210", "0220", "0230", "0420", "0430")
    }
    assert sorted(map(_read, frames), key=str) == sorted(map(_meant, witness.messages), key=str)


def _read(frame: ReadFrame) -> tuple[str, dict[int, str]]:
    return frame.type, {number: value for number, value in frame.fields.items() if number not in (64, 128)}


def _meant(message: Message) -> tuple[str, dict[int, str]]:
    fields = {
        number: value if isinstance(value, str) else value.hex().upper()
        for number, value in sorted(message.fields.items())
        if number not in (64, 128)
    }
    return message.type, fields


@pytest.mark.parametrize("damage", ["cut off", "lying length", "letters for digits"])
def test_tshark_would_complain(tmp_path: Path, damage: str) -> None:
    data = encode(Message("0200", {2: "6229990000000000019", 11: "000001", 41: "ATM00001"}))
    wrong = {
        "cut off": data[:-4],
        "lying length": data.replace(b"19622", b"99622"),
        "letters for digits": data.replace(b"000001", b"00000X"),
    }[damage]
    capture = open_capture(tmp_path / "wrong.pcap", SystemClock())
    capture.opened(40_000, 8583)
    capture.passed(len(wrong).to_bytes(2) + wrong, outgoing=True)
    capture.close()
    (frame,) = read_frames(tmp_path / "wrong.pcap", 8583)
    assert frame.complaints
