"""A cash machine of the demo, and the scene in which the answer to one of its withdrawals is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tellerline.adapters.clock import SystemRandomness
from tellerline.cli.demo.stage import Stage
from tellerline.simulators.atm.faults import Fault
from tellerline.simulators.atm.keys import MasterKey
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.profile import Profile
from tellerline.simulators.atm.receipts import Receipt, Verdict, money
from tellerline.simulators.atm.session import Place
from tellerline.simulators.atm.traffic import Traffic

TERMINAL = "T0000001"
_REPLY_SECONDS = 600.0
"""Longer than any machine stands still: only an answer that is really lost is given up."""
_TYPES = {
    "0200": ("withdrawal", "取款"),
    "0210": ("its answer", "应答"),
    "0220": ("cash came out", "出钞确认"),
    "0230": ("taken note of", "确认应答"),
    "0420": ("reversal", "冲正"),
    "0421": ("reversal, repeated", "重发冲正"),
    "0430": ("reversed", "冲正应答"),
}


@dataclass(slots=True)
class Heard:
    """Types of the messages that passed since it was emptied, with what became of them."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        way, _, rest = line.partition(" ")
        kind = rest.partition(" ")[0]
        if kind in _TYPES and way in "<>":
            self.lines.append((f"{way} {kind}", "lost" if "lost on the way" in line else kind))

    def types(self) -> list[str]:
        return [said.partition(" ")[2] for said, _ in self.lines]

    def tell(self, stage: Stage) -> None:
        for said, what in self.lines:
            en, zh = ("lost on the way", "途中丢失") if what == "lost" else _TYPES[what]
            stage.out.say(f"      {said}  {en}", f"      {said}  {zh}", style="dim")
        self.lines.clear()


@asynccontextmanager
async def cash_machine(stage: Stage, heard: Heard) -> AsyncIterator[CashMachine]:
    """Signed on at the demo's gateway, with the second customer's card and PIN inside."""
    node = stage.system.node
    assert node.settings.atm is not None
    host, _, port = node.atm_target.rpartition(":")
    place = Place(
        host=host,
        port=int(port),
        profile=Profile(terminal=TERMINAL),
        master=MasterKey.from_hex((node.settings.atm.terminals.parent / f"{TERMINAL}.key").read_text("ascii")),
        clock=stage.clock,
        randomness=SystemRandomness(),
        traffic=Traffic(heard),
        reply_seconds=_REPLY_SECONDS,
        lost_at_once=True,
    )
    with TemporaryDirectory(prefix="tellerline-atm-") as home:
        machine = CashMachine(place, Path(home))
        await machine.start()
        machine.insert(stage.payee_card)
        machine.enter_pin(stage.pin)
        try:
            yield machine
        finally:
            machine.eject()
            await machine.stop()


async def withdraw_at_a_machine(stage: Stage) -> None:
    """Paid out, confirmed; then a withdrawal whose answer is lost, which the machine takes back."""
    stage.out.heading(
        f"13. {stage.payee_name} at a cash machine (ISO 8583)", f"十三、{stage.payee_name}在自动柜员机取款（ISO 8583）"
    )
    heard = Heard()
    async with cash_machine(stage, heard) as machine:
        before = await machine.balance()
        paid = await machine.withdraw(500_00)
        await machine.settled()
        _tell(stage, paid, heard)
        machine.place.faults.arm(Fault.LOSE_REPLY)
        lost = await machine.withdraw(300_00)
        await machine.settled()
        types = heard.types()
        _tell(stage, lost, heard)
        after = await machine.balance()
    stage.out.say(
        f"   balance {money(before.balance or 0)} before, {money(after.balance or 0)} after: the cash that came out, "
        "and nothing else",
        f"   余额由 {money(before.balance or 0)} 变为 {money(after.balance or 0)}：只少了实际出钞的金额",
        style="green",
    )
    stage.scenes["cash_machine"] = {
        "before": before.balance,
        "after": after.balance,
        "dispensed": [paid.dispensed, lost.dispensed],
        "verdicts": [paid.verdict.value, lost.verdict.value],
        "lost_reply": types,
    }


def _tell(stage: Stage, receipt: Receipt, heard: Heard) -> None:
    asked, dispensed = money(receipt.amount), money(receipt.dispensed)
    en, zh = _VERDICTS.get(receipt.verdict, (f"{receipt.verdict} {receipt.code}",) * 2)
    stage.out.say(
        f"   {asked} asked for, {dispensed} in the tray: {en}",
        f"   取款 {asked}，出钞 {dispensed}：{zh}",
    )
    heard.tell(stage)


_VERDICTS = {
    Verdict.DONE: ("done", "成功"),
    Verdict.REVERSED: ("no answer came, so no cash, and the machine takes it back", "未收到应答，不出钞，由终端冲正"),
}
