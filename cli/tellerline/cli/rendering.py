"""Answers of the contract as people read them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from tellerline.cli.output import Output


def money_text(money: dict[str, Any]) -> str:
    """``1,234.50 CNY``."""
    amount = Decimal(int(money["units"])) + Decimal(int(money.get("nanos", 0))) / 1_000_000_000
    return f"{amount:,.2f} {money['currency_code']}"


def date_text(date: dict[str, Any]) -> str:
    return f"{date['year']:04}-{date['month']:02}-{date['day']:02}"


def clock_text(stamp: str) -> str:
    """The time of day of an RFC 3339 stamp, on this machine's clock, with milliseconds."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%H:%M:%S.%f")[:-3]


def instant_text(stamp: str) -> str:
    """An RFC 3339 stamp on this machine's clock, to the second, with its offset."""
    return datetime.fromisoformat(stamp).astimezone().isoformat(sep=" ", timespec="seconds")


_STATES = {
    "PENDING": ("pending", "处理中"),
    "DONE": ("done", "成功"),
    "REJECTED": ("rejected", "已拒绝"),
    "NOT_SENT": ("not sent", "未发送"),
    "IN_DOUBT": ("in doubt", "结果未知"),
    "REVERSED": ("reversed", "已冲正"),
    "MANUAL": ("waits for two people", "人工处理"),
    "QUEUED": ("waits for its host", "待主机恢复后发送"),
}


def state_text(out: Output, state: str) -> str:
    """A transaction's state in the reader's language."""
    return out.text(*states(state))


def states(state: str) -> tuple[str, str]:
    """The same in English and in Chinese."""
    return _STATES[state.removeprefix("TRANSACTION_STATE_")]


def show_transaction(out: Output, transaction: dict[str, Any]) -> None:
    """A transaction's facts, then its history line by line."""
    info = transaction["info"]
    ref = info["ref"]
    facts = [
        (out.text("state", "状态"), state_text(out, info["state"])),
        (out.text("operation", "交易"), _at_host(transaction)),
        (out.text("global serial", "全局流水号"), ref["global_serial"]),
        (out.text("channel serial", "渠道流水号"), ref["channel_serial"]),
        (out.text("host serial", "主机流水号"), ref["host_serial"] or "–"),
    ]
    if transaction.get("amount"):
        facts.append((out.text("amount", "金额"), money_text(transaction["amount"])))
    if info.get("send_time"):
        facts.append((out.text("to be sent", "预计发送时间"), instant_text(info["send_time"])))
    if info.get("accounting_date"):
        facts.append((out.text("accounting date", "会计日期"), date_text(info["accounting_date"])))
    if transaction.get("call"):
        facts.append(
            (out.text("call", "来电"), f"{transaction['call']}   tellerline trace calls/{transaction['call']}")
        )
    if transaction.get("plan"):
        facts.append((out.text("leg of", "所属组合交易"), transaction["plan"].removeprefix("transactions/")))
    out.table(("", ""), facts)
    legs(out, transaction.get("legs", []))
    history(out, transaction.get("events", []))


def _at_host(transaction: dict[str, Any]) -> str:
    """Operation and host; of a plan, whose legs go to hosts of their own, the operation alone."""
    operation, host = str(transaction["operation"]), transaction["host"]
    return f"{operation} → {host}" if host else operation


def legs(out: Output, found: list[dict[str, Any]]) -> None:
    """What a transaction of many legs consists of, indented under it; nothing for one without."""
    rows = []
    for leg in found:
        own = leg.get("transaction") or {}
        info = own.get("info", {})
        state = state_text(out, info["state"]) if info else out.text("not sent yet", "尚未发送")
        code = next((each["reason"] for each in info.get("error", {}).get("details", []) if "reason" in each), "")
        again = f" ({leg['attempt']})" if leg["attempt"] > 1 else ""
        undo = out.text("undo ", "冲正 ") if leg["number"] < 0 else ""
        serial = own.get("name", "").removeprefix("transactions/")
        where = f"{own['operation']} → {own['host']}" if own else ""
        rows.append(
            (f"  {abs(leg['number'])}", f"{undo}{leg['step']}{again}", where, f"{state} {code}".strip(), serial)
        )
    if rows:
        out.table(("  #", out.text("leg", "步骤"), out.text("operation", "交易"), out.text("state", "状态"), ""), rows)


def history(out: Output, events: list[dict[str, Any]]) -> None:
    rows = []
    for event in events:
        rows.append((clock_text(event["event_time"]), event["kind"], event_detail(event)))
    out.table((out.text("time", "时间"), out.text("event", "事件"), out.text("detail", "明细")), rows)


def event_detail(event: dict[str, Any]) -> str:
    """An event's facts on one line, in the order of their names."""
    facts = sorted(dict(event.get("detail") or {}).items())
    return ", ".join(f"{key}={_plain(value)}" for key, value in facts)


def _plain(value: object) -> object:
    """JSON has no whole numbers; a count should not look like a measurement."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
