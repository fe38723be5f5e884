"""What happens at a machine, written down: ``insert 6229…``, ``pin 135790``, ``withdraw 500``, ``eject``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Protocol

from tellerline.simulators.atm.faults import Fault
from tellerline.simulators.atm.machine import CashMachine, NotReadyError
from tellerline.simulators.atm.receipts import Receipt, Verdict, money
from tellerline.simulators.atm.requests import Network
from tellerline.simulators.atm.session import NoLineError

_AMOUNT = r"(?P<amount>\d{1,9}(?:\.\d\d)?)"
_BARE = "sign on|sign off|keys|echo|balance|statement|eject|settle|cassettes|journal"
_STEPS = (
    r"(?P<verb>insert) (?P<card>\d{12,19})",
    r"(?P<verb>pin) (?P<pin>\d{4,12})",
    r"(?P<verb>change pin) (?P<pin>\d{4,12})",
    rf"(?P<verb>withdraw) {_AMOUNT}",
    rf"(?P<verb>transfer) {_AMOUNT} to (?P<payee>[A-Za-z0-9]{{1,28}})",
    r"(?P<verb>fault) (?P<fault>[a-z-]+)(?: (?P<times>\d{1,3}))?",
    rf"(?P<verb>expect) (?P<verdict>{'|'.join(Verdict)})(?: (?P<code>\w{{2,3}}))?",
    r"(?P<verb>wait) (?P<seconds>\d{1,4}(?:\.\d+)?)",
    rf"(?P<verb>{_BARE})",
)
_FORMS = {
    "insert": "insert CARD",
    "pin": "pin DIGITS",
    "change pin": "change pin DIGITS",
    "withdraw": "withdraw AMOUNT",
    "transfer": "transfer AMOUNT to ACCOUNT",
    "fault": "fault NAME [TIMES]",
    "expect": "expect VERDICT [CODE]",
    "wait": "wait SECONDS",
} | {verb: verb for verb in _BARE.split("|")}
"""How each step is written, for those who mistyped one."""
_NETWORK = {
    "sign on": (Network.SIGN_ON, "已签到"),
    "sign off": (Network.SIGN_OFF, "已签退"),
    "keys": (Network.KEYS, "已换密钥"),
    "echo": (Network.ECHO, "线路正常"),
}


class ScriptError(Exception):
    """The script cannot be read, or did not go as written; the message names the step and shows no PIN. ``chinese``
    says the same."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class Hearer(Protocol):
    """Is told what happens, in order."""

    def receipt(self, receipt: Receipt) -> None: ...

    def said(self, english: str, chinese: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """``number`` counts from 1; ``words`` by the names that the verb's form gives them."""

    number: int
    verb: str
    words: Mapping[str, str]

    def error(self, english: str, chinese: str) -> ScriptError:
        where = f"{self.number}, {self.verb}"
        return ScriptError(f"step {where}: {english}", f"第 {self.number} 步 {self.verb}：{chinese}")


def read_steps(lines: Iterable[str]) -> list[Step]:
    """One step of each line; empty ones and those that begin with # are skipped. Raises ``ScriptError``.

    ``sign on``, ``sign off``, ``keys``, ``echo``; ``insert CARD``, ``pin DIGITS``, ``eject``; ``balance``,
    ``statement``, ``withdraw AMOUNT``, ``transfer AMOUNT to ACCOUNT``, ``change pin DIGITS``; ``expect VERDICT [CODE]``
    of what was asked last; ``fault NAME [TIMES]``; ``settle`` until nothing is owed; ``wait SECONDS``; ``cassettes``,
    ``journal``.
    """
    texts = [line.strip() for line in lines]
    return [_step(number, text) for number, text in enumerate(texts, 1) if text and not text.startswith("#")]


class Player:
    """Plays steps on a machine, one after the other. ``unknown`` are the transactions whose outcome nobody knows,
    but for those of which the script expects it."""

    def __init__(self, machine: CashMachine, hearer: Hearer) -> None:
        self._machine = machine
        self._hearer = hearer
        self._last: Receipt | None = None
        self.unknown: list[Receipt] = []

    async def play(self, step: Step) -> None:
        """Return when the step is done; raises ``ScriptError`` if it does not go as written."""
        try:
            if step.verb in _NETWORK:
                what, chinese = _NETWORK[step.verb]
                await self._machine.network(what)
                self._hearer.said(f"{step.verb}: done", chinese)
            elif step.verb in _TRANSACTIONS:
                self._last = await _TRANSACTIONS[step.verb](self._machine, step.words)
                if self._last.verdict is Verdict.UNKNOWN:
                    self.unknown.append(self._last)
                self._hearer.receipt(self._last)
            else:
                await self._do(step)
        except NotReadyError as error:
            raise step.error(str(error), error.chinese) from None
        except NoLineError as error:
            raise step.error(str(error), f"线路不通（{error}）") from None

    async def _do(self, step: Step) -> None:
        machine, words = self._machine, step.words
        match step.verb:
            case "insert":
                machine.insert(words["card"])
            case "pin":
                machine.enter_pin(words["pin"])
            case "eject":
                machine.eject()
            case "fault":
                machine.place.faults.arm(Fault(words["fault"]), int(words.get("times", "1")))
            case "wait":
                await machine.place.clock.sleep(float(words["seconds"]))
            case "settle":
                await machine.settled()
                self._hearer.said("nothing is owed", "无未决交易")
            case "expect":
                self._compare(step)
            case "cassettes":
                self._tell_cassettes()
            case "journal":
                self._tell_journal()

    def _compare(self, step: Step) -> None:
        if self._last is None:
            raise step.error("nothing was asked", "此前没有交易")
        wanted = (step.words["verdict"], step.words.get("code", self._last.code))
        found = (self._last.verdict, self._last.code)
        if wanted != found:
            was = " ".join(found).rstrip()
            raise step.error(f"it was {was}", f"实际为 {was}")
        self.unknown = [receipt for receipt in self.unknown if receipt is not self._last]

    def _tell_cassettes(self) -> None:
        stock = self._machine.dispenser.stock
        for counts, english, chinese in ((stock.cassettes, "in", "现有"), (stock.rejected, "rejected", "回收")):
            for value, count in counts.items():
                self._hearer.said(f"{english} {count} x {value // 100}", f"{chinese} {count} 张 {value // 100} 元")

    def _tell_journal(self) -> None:
        for one in self._machine.journal.transactions:
            sends = f" sends={one.sends}" if one.sends else ""
            amounts = f"{money(one.amount)} cash={money(one.dispensed)}"
            line = f"{one.reference} {one.kind} {amounts} {one.stage}{sends}"
            self._hearer.said(line, line)


def _minor(words: Mapping[str, str]) -> int:
    return int(Decimal(words["amount"]) * 100)


_TRANSACTIONS: Mapping[str, Callable[[CashMachine, Mapping[str, str]], Awaitable[Receipt]]] = {
    "balance": lambda machine, _: machine.balance(),
    "statement": lambda machine, _: machine.statement(),
    "withdraw": lambda machine, words: machine.withdraw(_minor(words)),
    "transfer": lambda machine, words: machine.transfer(_minor(words), words["payee"]),
    "change pin": lambda machine, words: machine.change_pin(words["pin"]),
}


def _step(number: int, text: str) -> Step:
    found = next((match for form in _STEPS if (match := re.fullmatch(form, text, re.ASCII))), None)
    if found is None:
        raise _none(number, text)
    words = {name: value for name, value in found.groupdict().items() if value is not None}
    step = Step(number, words.pop("verb"), words)
    if step.verb == "fault" and words["fault"] not in set(Fault):
        raise step.error(f"is none of {', '.join(Fault)}", f"只能是 {'、'.join(Fault)}")
    return step


def _none(number: int, text: str) -> ScriptError:
    """Of the text the first word alone is told, without digits, and which steps it may have meant."""
    words = re.sub(r"\d", "*", text).split()
    verbs = [verb for verb in _FORMS if text.startswith(verb)]
    near = verbs or get_close_matches(words[0], _FORMS, n=2) or get_close_matches(" ".join(words[:2]), _FORMS, n=2)
    forms = [_FORMS[verb] for verb in near or _FORMS]
    return ScriptError(
        f"step {number} is none: {words[0]} …; write {' or '.join(forms) if near else ', '.join(forms)}",
        f"第 {number} 步无法识别：{words[0]} …，写法为 {'、'.join(forms)}",
    )
