"""The scene of one transfer, made three times: over gRPC, over HTTP and JSON, and over ISO 8583."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from tellerline.adapters.clock import SystemRandomness
from tellerline.cli.demo.cash_machine import Heard, cash_machine
from tellerline.cli.demo.stage import Stage
from tellerline.simulators.browser import Browser

_AMOUNT = 100
_CUSTOMERS, _TRANSFERS = "customers.v1.CustomerService", "transfers.v1.TransferService"
_CALL = "demo-call-2"


@dataclass(frozen=True, slots=True)
class _Made:
    """How one channel made it: by what protocol, and the number that both know it by."""

    channel: tuple[str, str]
    protocol: str
    serial: str


async def transfer_by_every_channel(stage: Stage) -> None:
    stage.out.heading(
        f"14. The same transfer through three channels: {_AMOUNT}.00 CNY to {stage.third_name}",
        f"十四、三个渠道办理同一笔转账：{_AMOUNT}.00 元给{stage.third_name}",
    )
    ledger = stage.system.bank.ledger
    before = ledger.account(stage.third_card).balance
    made = [await _by_telephone(stage), await _online(stage), await _at_a_machine(stage)]
    arrived = ledger.account(stage.third_card).balance - before
    columns = [stage.out.text(*pair) for pair in _COLUMNS]
    stage.out.table(columns, [(stage.out.text(*each.channel), each.protocol, each.serial) for each in made])
    stage.out.say(
        f"   One contract, one journal, one set of limits: {arrived // 100}.00 CNY have arrived.",
        f"   同一份契约、同一本日志、同一套限额：共到账 {arrived // 100}.00 元。",
        style="green",
    )
    stage.scenes["three_channels"] = {
        "serials": {each.protocol: each.serial for each in made},
        "arrived": arrived,
    }


_COLUMNS = (("channel", "渠道"), ("protocol", "协议"), ("number", "流水号"))


async def _by_telephone(stage: Stage) -> _Made:
    context = stage.context() | {"customer": stage.payee, "grant": "", "call": _CALL}
    proof = {"context": context, "customer": stage.payee, "account": f"{stage.payee}/accounts/1", "pin": stage.pin}
    grant = (await stage.client.call(f"{_CUSTOMERS}/VerifyPin", proof))["token"]
    context = stage.context() | {"customer": stage.payee, "grant": grant, "call": _CALL}
    transfer = {
        "debit_account": f"{stage.payee}/accounts/1",
        "registered_payee": {"account_number": stage.third_card},
        "amount": {"currency_code": "CNY", "units": str(_AMOUNT)},
    }
    reply = await stage.client.call(f"{_TRANSFERS}/CreateTransfer", {"context": context, "transfer": transfer})
    return _Made(("telephone", "电话银行"), "gRPC", reply["transaction"]["ref"]["global_serial"])


async def _online(stage: Stage) -> _Made:
    body: dict[str, Any] = {
        "debitAccount": f"{stage.payee}/accounts/1",
        "registeredPayee": {"accountNumber": stage.third_card},
        "amount": {"currencyCode": "CNY", "units": str(_AMOUNT)},
    }
    async with Browser(stage.online_banking, SystemRandomness(), language=stage.out.text("en", "zh-CN")) as browser:
        await browser.log_in(stage.payee.removeprefix("customers/"), stage.pin)
        answer = await browser.ask("POST", "/v1/transfers", orjson.dumps(body))
        await browser.log_out()
    return _Made(("online banking", "网上银行"), "HTTP, JSON", answer.document["transaction"]["ref"]["globalSerial"])


async def _at_a_machine(stage: Stage) -> _Made:
    async with cash_machine(stage, Heard()) as machine:
        receipt = await machine.transfer(_AMOUNT * 100, stage.third_card)
    return _Made(("cash machine", "自动柜员机"), "ISO 8583", f"…{receipt.retrieval}")
