"""Scenes of one customer's call, with one host each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tellerline.cli.demo.stage import Stage
from tellerline.cli.rendering import clock_text, date_text, money_text, state_text
from tellerline.gateway.client import CanonicalError
from tellerline.simulators.faults import FaultKind, FaultRule

_ACCOUNTS = "accounts.v1.AccountService"
_TRANSFERS = "transfers.v1.TransferService"


async def prove_identity(stage: Stage) -> None:
    stage.out.heading("1. The caller types a PIN", "一、客户输入密码")
    reply = await stage.call(
        "customers.v1.CustomerService/VerifyPin", customer=stage.caller, account=stage.account, pin=stage.pin
    )
    stage.grant = reply["token"]
    until = clock_text(reply["expire_time"])[:8]
    stage.out.say(
        f"   The host confirms it. {stage.caller_name} has a grant for this call until {until}; no agent saw a digit.",
        f"   主机核对一致。{stage.caller_name}获得本次通话的授权，{until} 前有效；座席看不到密码。",
    )
    stage.scenes["grant"] = {"expire_time": reply["expire_time"]}


async def show_balance(stage: Stage) -> None:
    stage.out.heading("2. Balance", "二、余额查询")
    reply = await stage.call(f"{_ACCOUNTS}/GetBalance", name=f"{stage.account}/balance")
    ledger, available = money_text(reply["ledger_amount"]), money_text(reply["available_amount"])
    stage.out.say(f"   booked {ledger}, available {available}", f"   账面余额 {ledger}，可用余额 {available}")
    stage.scenes["balance"] = reply


async def show_statement(stage: Stage) -> None:
    stage.out.heading("3. Statement of the last 60 days", "三、近六十天明细")
    reply = await stage.call(
        f"{_ACCOUNTS}/ListStatementEntries",
        parent=stage.account,
        start_date=_date(stage.today - timedelta(days=60)),
        end_date=_date(stage.today + timedelta(days=1)),
        page_size=5,
    )
    rows = [
        (
            date_text(entry["booking_date"]),
            money_text(entry["amount"]),
            money_text(entry["balance_after_amount"]),
            f"{entry['narrative']} {entry['counterparty_display_name']}".strip(),
        )
        for entry in reply["statement_entries"]
    ]
    stage.out.table([stage.out.text(*pair) for pair in _STATEMENT_COLUMNS], rows)
    stage.scenes["statement"] = reply


_STATEMENT_COLUMNS = (("booked", "记账日"), ("amount", "金额"), ("balance after", "余额"), ("what", "摘要"))


async def transfer(stage: Stage) -> None:
    stage.out.heading(f"4. Transfer of 1,000.00 CNY to {stage.payee_name}", f"四、转账 1,000.00 元给{stage.payee_name}")
    reply = await stage.call(f"{_TRANSFERS}/CreateTransfer", transfer=_order(stage, 1_000))
    info = reply["transaction"]
    stage.out.say(
        f"   {state_text(stage.out, info['state'])}: global serial {info['ref']['global_serial']}, host serial "
        f"{info['ref']['host_serial']}, accounting date {date_text(info['accounting_date'])}",
        f"   成功：全局流水号 {info['ref']['global_serial']}，主机流水号 {info['ref']['host_serial']}，"
        f"会计日期 {date_text(info['accounting_date'])}",
        style="green",
    )
    stage.out.say(
        f"   balance {money_text(reply['balance_after_amount'])}",
        f"   余额 {money_text(reply['balance_after_amount'])}",
    )
    stage.scenes["transfer"] = reply


async def transfer_over_limit(stage: Stage) -> None:
    stage.out.heading("5. Transfer of 20,000.01 CNY: over the limit", "五、转账 20,000.01 元：超过单笔限额")
    error = await stage.refused(f"{_TRANSFERS}/CreateTransfer", transfer=_order(stage, 20_000, 10_000_000))
    stage.scenes["over_limit"] = _show_refusal(stage, error)


async def transfer_with_lost_reply(stage: Stage) -> None:
    stage.out.heading("6. A transfer whose reply is lost on its way back", "六、主机已记账、应答途中丢失的转账")
    lost = FaultRule(kind=FaultKind.LOSE_REPLY, operations=frozenset({"Transfer"}), count=1)
    stage.system.bank.add_fault(lost, host="core")
    reply = await stage.client.call(
        f"{_TRANSFERS}/CreateTransfer", {"context": stage.context(), "transfer": _order(stage, 500)}
    )
    info = reply["transaction"]
    stage.out.say(
        f"   {state_text(stage.out, info['state'])}: neither success nor failure, and nobody is told either.",
        f"   {state_text(stage.out, info['state'])}：既不报成功，也不报失败。",
        style="yellow",
    )
    stage.out.say("   The resolver asks the host by our own reference:", "   系统以我方流水号向主机查证：")
    final = await stage.watch(info["ref"]["global_serial"])
    stage.out.say(
        f"   {state_text(stage.out, final)}: the money moved once.",
        f"   {state_text(stage.out, final)}：款项只划转了一次。",
        style="green",
    )
    stage.scenes["lost_reply"] = {"at_first": info["state"], "in_the_end": final, "ref": info["ref"]}


async def report_loss(stage: Stage) -> None:
    stage.out.heading("8. The card is lost: oral loss report", "八、口头挂失")
    reply = await stage.call(f"{_ACCOUNTS}/ReportLoss", account=stage.account)
    report = reply["loss_report"]
    lapses = report["lapse_time"][:10]
    stage.out.say(
        f"   Card {reply['masked_number']} is blocked at once; report {report['report_number']} lapses by itself on "
        f"{lapses} unless it is made in writing.",
        f"   卡 {reply['masked_number']} 即时挂失，挂失编号 {report['report_number']}；"
        f"{lapses} 前未办理书面挂失则自动失效。",
        style="green",
    )
    stage.scenes["loss_report"] = reply


async def transfer_from_lost_card(stage: Stage) -> None:
    stage.out.heading("9. A transfer from the lost card", "九、用已挂失的卡转账")
    error = await stage.refused(f"{_TRANSFERS}/CreateTransfer", transfer=_order(stage, 10))
    stage.scenes["lost_card"] = _show_refusal(stage, error)


def _show_refusal(stage: Stage, error: CanonicalError | None) -> dict[str, Any]:
    if error is None:
        raise RuntimeError("the bank did what it must not do")
    stage.out.say(f"   {error.code}: {error.text}", f"   {error.code}：{error.text}", style="red")
    return {"code": error.code, "text": error.text, "definite": error.definite}


def _order(stage: Stage, units: int, nanos: int = 0) -> dict[str, Any]:
    return {
        "debit_account": stage.account,
        "registered_payee": {"account_number": stage.payee_card, "display_name": stage.payee_name},
        "amount": {"currency_code": "CNY", "units": str(units), "nanos": nanos},
        "narrative": stage.out.text("demo", "演示"),
    }


def _date(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
