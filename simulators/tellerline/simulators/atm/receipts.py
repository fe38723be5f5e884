"""What a customer is told, on the screen and on paper, in Chinese or English."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from tellerline.simulators.atm.codes import meaning
from tellerline.simulators.atm.requests import Kind


class Verdict(enum.StrEnum):
    """How a transaction ended for the customer who stands there."""

    DONE = "done"
    DECLINED = "declined"
    REVERSED = "reversed"
    """Cash did not come out, or not all of it: what is missing goes back on the account."""
    UNKNOWN = "unknown"
    """Nobody knows yet; the machine gave nothing out and asks nothing more."""
    NOT_SENT = "not-sent"
    """The acquirer never heard of it."""
    NO_NOTES = "no-notes"
    """The cassettes cannot make the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A movement of the mini-statement; amounts in minor units, negative for debits. ``day`` is YYMMDD."""

    day: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """``card`` and ``payee`` masked, amounts in minor units; ``code`` is the acquirer's answer code, empty without an
    answer. ``balance`` and ``available`` are of a balance enquiry."""

    kind: Kind
    verdict: Verdict
    terminal: str
    at: str
    reference: str = ""
    card: str = ""
    payee: str = ""
    amount: int = 0
    dispensed: int = 0
    code: str = ""
    card_kept: bool = False
    retrieval: str = ""
    balance: int | None = None
    available: int | None = None
    entries: Sequence[Entry] = ()


_KINDS = {
    Kind.BALANCE: ("BALANCE", "余额查询"),
    Kind.STATEMENT: ("MINI-STATEMENT", "最近明细"),
    Kind.WITHDRAWAL: ("WITHDRAWAL", "取款"),
    Kind.TRANSFER: ("TRANSFER", "转账"),
    Kind.PIN_CHANGE: ("PIN CHANGE", "修改密码"),
}
_VERDICTS = {
    Verdict.DONE: ("Thank you", "交易成功"),
    Verdict.DECLINED: ("Declined", "交易被拒绝"),
    Verdict.REVERSED: (
        "Not completed: what did not come out goes back on your account",
        "交易未完成，未出钞金额将退回账户",
    ),
    Verdict.UNKNOWN: (
        "Outcome not known yet: please ask your branch or call 95588",
        "交易结果待查，请咨询网点或致电 95588",
    ),
    Verdict.NOT_SENT: ("Out of service, nothing was done", "暂停服务，交易未受理"),
    Verdict.NO_NOTES: ("This machine has no notes for that amount", "本机无法支付该金额，请更换金额"),
}


def lines(receipt: Receipt, language: str) -> list[str]:
    """The receipt, line by line; ``language`` is ``zh`` or ``en``."""
    pick = 1 if language == "zh" else 0
    colon, verdict = (": ", "：")[pick], _VERDICTS[receipt.verdict][pick]
    text = [f"{_KINDS[receipt.kind][pick]}{colon}{verdict}{_reason(receipt, pick)}"]
    rows = [
        (("Card", "卡号"), receipt.card),
        (("To", "转入"), receipt.payee),
        (("Amount", "金额"), money(receipt.amount) if receipt.amount else ""),
        (("Cash", "出钞"), money(receipt.dispensed) if receipt.kind is Kind.WITHDRAWAL else ""),
        (("Balance", "余额"), "" if receipt.balance is None else money(receipt.balance)),
        (("Available", "可用余额"), "" if receipt.available is None else money(receipt.available)),
        (("Terminal", "终端"), receipt.terminal),
        (("Number", "流水号"), receipt.reference),
        (("Reference", "参考号"), receipt.retrieval),
    ]
    text += [f"  {_wide(label[pick])}{value}" for label, value in rows if value]
    return text + [f"  {entry.day}  {money(entry.amount):>12}  {money(entry.balance):>12}" for entry in receipt.entries]


def _reason(receipt: Receipt, pick: int) -> str:
    if receipt.verdict is not Verdict.DECLINED:
        return ""
    kept = ("; the card is kept", "，卡被吞没")[pick] if receipt.card_kept else ""
    return f" ({' '.join(filter(None, (receipt.code, meaning(receipt.code)[pick])))}{kept})"


def _wide(label: str) -> str:
    """Padded to eleven columns; a Chinese character fills two."""
    return label + " " * (11 - sum(1 if character.isascii() else 2 for character in label))


def money(minor: int) -> str:
    """Minor units as people write them: 1,234.50."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"
