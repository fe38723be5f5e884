"""What a replay found, as a document for programs and as figures for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tellerline.cli.output import Output
from tellerline.cli.replay.account_days import AccountDay, Verdict
from tellerline.cli.replay.loading import Loaded
from tellerline.cli.replay.orders import Tally
from tellerline.cli.replay.verification import TransferCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the replay ran on. ``limits`` are those that every account was registered with, in hellers."""

    store: str
    mq: str
    front: str
    limits: dict[str, int]
    seed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Amounts in hellers, times in seconds. ``holds`` is what the command's exit code says."""

    surroundings: Surroundings
    loaded: Loaded
    tally: Tally
    transfers: TransferCheck
    ordered: int
    doubts_left: int
    balances: int
    balances_wrong: Sequence[str]
    days: Sequence[AccountDay]
    loans: int
    loans_wrong: Sequence[str]
    ledger_sha256: str
    ledger_sum: int
    struck: dict[str, dict[str, int]]
    requests: int
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Every transfer done exactly once, no doubt left, books that balance, every balance and loan as expected."""
        return (
            self.transfers.done == self.ordered == len(self.tally.serials)
            and not self.transfers.wrong
            and not self.tally.failed
            and self.doubts_left == 0
            and self.ledger_sum == 0
            and not self.balances_wrong
            and not self.loans_wrong
        )

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints: amounts as decimal strings of crowns."""
        verdicts = Counter(day.verdict for day in self.days)
        elapsed = sum(self.seconds.values())
        around = self.surroundings
        return {
            "holds": self.holds,
            "transfers_sent": self.tally.sent,
            "transfers_done": self.transfers.done,
            "transfers_total": crowns(self.transfers.total),
            "transfers_wrong": list(self.transfers.wrong),
            "transfers_failed": self.tally.failed,
            "in_doubt": self.doubts_left,
            "doubts_resolved": self.tally.doubts,
            "re_orders": self.tally.re_orders,
            "at_counter": self.tally.at_counter,
            "accounts_checked": self.balances,
            "balances_wrong": list(self.balances_wrong),
            "account_days": len(self.days),
            "exact": verdicts[Verdict.EXACT],
            "rounded": verdicts[Verdict.ROUNDED],
            "breaks": [_break(day) for day in self.days if day.verdict is Verdict.BREAK],
            "loans_checked": self.loans,
            "loans_wrong": list(self.loans_wrong),
            "loaded": asdict(self.loaded),
            "elapsed_s": round(elapsed, 1),
            "seconds": {phase: round(seconds, 1) for phase, seconds in self.seconds.items()},
            "requests": self.requests,
            "transactions_per_s": round(self.requests / elapsed, 1) if elapsed else 0.0,
            "ledger_sha256": self.ledger_sha256,
            "ledger_sum": self.ledger_sum,
            "store": around.store,
            "mq": around.mq,
            "front": around.front,
            "limits": {name: value if name == "count" else crowns(value) for name, value in around.limits.items()},
            "faults": {"seed": around.seed, "struck": self.struck} if around.seed is not None else None,
        }


def crowns(amount: int) -> str:
    """A decimal with two places."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def show(out: Output, outcome: Outcome) -> None:
    """The figures as a table, then whatever is wrong."""
    document = outcome.document()
    rows = [(out.text(*titles), document[key]) for key, titles in _ROWS.items()]
    rows.insert(10, (out.text("breaks in the file", "源文件断点"), len(document["breaks"])))
    if outcome.surroundings.seed is not None:
        kinds = sum((Counter(by_kind) for by_kind in outcome.struck.values()), Counter[str]())
        rows.append((out.text("faults struck", "故障次数"), ", ".join(f"{k} {n}" for k, n in sorted(kinds.items()))))
    out.table(("", ""), rows)
    if document["breaks"]:
        out.heading("Gaps in the bank's own file", "源文件自身的断点")
        columns = [("account", "账号"), ("date", "日期"), ("recorded", "记录"), ("found", "账务")]
        out.table([out.text(*pair) for pair in columns], [tuple(gap.values()) for gap in document["breaks"]])
    for key in ("transfers_failed", "transfers_wrong", "balances_wrong", "loans_wrong"):
        if document[key]:
            out.say(f"{key}: {document[key]}", f"{key}：{document[key]}", style="red")
    if outcome.holds:
        out.say(
            "Every transfer was done exactly once; the books balance.",
            "每笔转账恰好执行一次，账务平衡。",
            style="green",
        )
    else:
        out.say("The replay does not hold.", "重放未通过。", style="bold red")


_ROWS = {
    "transfers_sent": ("transfers ordered", "转账笔数"),
    "transfers_done": ("done exactly once", "恰好执行一次"),
    "transfers_total": ("total, CZK", "总额（捷克克朗）"),
    "doubts_resolved": ("doubts resolved", "已查清的疑账"),
    "in_doubt": ("doubts left", "未决疑账"),
    "re_orders": ("ordered again after a definite no", "明确失败后重新下单"),
    "accounts_checked": ("accounts enquired", "查询账户数"),
    "account_days": ("account-days", "账户日数"),
    "exact": ("exact", "完全一致"),
    "rounded": ("rounded in the file", "源文件取整"),
    "loans_checked": ("loans enquired", "查询贷款数"),
    "ledger_sum": ("sum of the ledger", "总账合计"),
    "ledger_sha256": ("ledger SHA-256", "总账哈希"),
    "requests": ("requests over gRPC", "gRPC 请求数"),
    "transactions_per_s": ("requests a second", "每秒请求数"),
    "elapsed_s": ("seconds", "耗时（秒）"),
}


def _break(day: AccountDay) -> dict[str, str]:
    return {
        "account": day.account,
        "date": day.day.isoformat(),
        "expected": crowns(day.expected),
        "found": crowns(day.found),
    }
