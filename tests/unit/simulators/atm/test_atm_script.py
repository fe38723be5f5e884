"""Sessions written down as steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from acquirer_host import CARD, PAYEE, PIN, Acquirer
from atm_bench import a_place

from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.receipts import Receipt, Verdict
from tellerline.simulators.atm.script import Player, ScriptError, read_steps

SESSION = f"""
# a customer whose answer is lost
sign on
keys
echo
insert {CARD}
pin {PIN}
balance
expect done 00
withdraw 500.00
settle
fault lose-reply 2
withdraw 300
expect reversed
settle
withdraw 90000
expect declined 51
transfer 12.50 to {PAYEE}
change pin 246802
statement
cassettes
journal
wait 0.1
eject
sign off
"""


class Heard:
    """What a player told, as text."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.said_: list[tuple[str, str]] = []

    def receipt(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)

    def said(self, english: str, chinese: str) -> None:
        self.said_.append((english, chinese))


async def _play(acquirer: Acquirer, home: Path, text: str) -> Heard:
    heard = Heard()
    machine = CashMachine(a_place(acquirer), home)
    await machine.start()
    try:
        player = Player(machine, heard)
        for step in read_steps(text.splitlines()):
            await player.play(step)
    finally:
        await machine.stop()
    return heard


async def test_a_session(acquirer: Acquirer, tmp_path: Path) -> None:
    heard = await _play(acquirer, tmp_path, SESSION)
    assert [receipt.verdict for receipt in heard.receipts] == [
        *(Verdict.DONE, Verdict.DONE, Verdict.REVERSED, Verdict.DECLINED),
        *(Verdict.DONE, Verdict.DONE, Verdict.DONE),
    ]
    assert acquirer.books[CARD] == 9_487_50
    said = [english for english, _ in heard.said_]
    assert said[:4] == ["sign on: done", "keys: done", "echo: done", "nothing is owed"]
    assert "in 1995 x 100" in said
    assert any(" withdrawal 300.00 cash=0.00 REVERSED sends=2" in line for line in said)
    assert all(chinese for _, chinese in heard.said_)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("balance", "no card is inside"),
        (f"insert {CARD}\npin {PIN}\nexpect done", "nothing was asked"),
        (f"insert {CARD}\npin {PIN}\nbalance\nexpect declined 55", "step 4, expect: it was done 00"),
        (f"insert {CARD}\npin 111111\nbalance\nexpect done", "it was declined 55"),
    ],
)
async def test_what_does_not_go_as_written(acquirer: Acquirer, tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ScriptError, match=why):
        await _play(acquirer, tmp_path, text)


@pytest.mark.parametrize(
    "line",
    ["dance", "withdraw", "withdraw -5", "withdraw 1.5", "pin 12", "pin 1357 90", "fault earthquake", "insert 1"],
)
def test_what_is_no_step(line: str) -> None:
    with pytest.raises(ScriptError, match="step 2") as refused:
        read_steps(["eject", line])
    assert "1357" not in str(refused.value)
