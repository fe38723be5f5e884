"""The scene of money on its way from one host to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tellerline.cli.demo.stage import Stage
from tellerline.cli.rendering import legs, state_text
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.securities.server import SecuritiesServer

_OURS, _THEIRS = "SETTLE-SECURITIES-CNY", "BANK-CNY"


@dataclass(frozen=True, slots=True)
class Balances:
    """Of one customer and of the settlement accounts between two hosts, at one moment, in fen."""

    card: int
    ours: int
    theirs: int
    funds: int

    @classmethod
    def now(cls, stage: Stage) -> Balances:
        core, securities = stage.system.bank.ledger, _securities(stage)
        return cls(
            card=core.account(stage.caller_card).balance,
            ours=core.internal(_OURS, "CNY").balance,
            theirs=securities.ledger.internal(_THEIRS, "CNY").balance,
            funds=securities.ledger.account(securities.securities.register.find(stage.caller_card).number).balance,
        )

    @property
    def on_the_way(self) -> int:
        """What one host has given and the other has not got: 0 when the settlement accounts mirror each other."""
        return self.ours + self.theirs

    def document(self) -> dict[str, Any]:
        return {
            "core": {"card": _yuan(self.card), _OURS: _yuan(self.ours)},
            "securities": {_THEIRS: _yuan(self.theirs), "funds": _yuan(self.funds)},
            "on_the_way": _yuan(self.on_the_way),
        }


async def transfer_to_securities(stage: Stage) -> None:
    """The bank has paid, the securities host has never heard of it; then it has, once."""
    stage.out.heading(
        "7. 5,000.00 CNY from the bank to the securities host: the second leg is lost",
        "七、银证转账 5,000.00 元：第二步在途中丢失",
    )
    before = Balances.now(stage)
    lost = FaultRule(kind=FaultKind.LOSE_REQUEST, operations=frozenset({"Deposit"}), count=1)
    stage.system.bank.add_fault(lost, host="securities")
    amount = {"currency_code": "CNY", "units": "5000"}
    reply = await stage.hurried.call(
        "securities.v1.SecuritiesService/TransferToSecurities",
        {"context": stage.context(), "parent": stage.account, "amount": amount},
    )
    info, between = reply["transaction"], Balances.now(stage)
    serial = info["ref"]["global_serial"]
    legs_at_first = await _show_doubt(stage, serial, info["state"])
    await stage.watch(legs_at_first[-1]["transaction"]["name"].removeprefix("transactions/"))
    final = await stage.watch(serial, silently=True)
    after, ended = Balances.now(stage), await stage.transaction(serial)
    legs(stage.out, ended["legs"])
    stage.out.say("   What both hosts' ledgers said meanwhile:", "   其间两台主机的总账：")
    _show_balances(stage, before, between, after)
    _show_end(stage, final, before, after)
    stage.scenes["securities_transfer"] = {
        "at_first": info["state"],
        "in_the_end": final,
        "ref": info["ref"],
        "legs_at_first": legs_at_first,
        "legs": ended["legs"],
        "balances": {"before": before.document(), "in_doubt": between.document(), "after": after.document()},
    }


async def _show_doubt(stage: Stage, serial: str, state: str) -> list[dict[str, Any]]:
    """The legs as they stand while the second is in doubt."""
    stage.out.say(
        f"   {state_text(stage.out, state)}: the bank has paid, the securities host has not answered.",
        f"   {state_text(stage.out, state)}：银行一方已扣款，证券一方没有应答。",
        style="yellow",
    )
    found: list[dict[str, Any]] = (await stage.transaction(serial))["legs"]
    legs(stage.out, found)
    stage.out.say("   Nothing is guessed and nothing is taken back in haste:", "   不猜测，也不急于退款：")
    return found


def _show_balances(stage: Stage, *moments: Balances) -> None:
    """Before, while in doubt, and at the end."""
    text = stage.out.text
    lines = [
        ("core", text("the customer's card", "客户的卡"), [each.card for each in moments]),
        ("core", _OURS, [each.ours for each in moments]),
        ("securities", _THEIRS, [each.theirs for each in moments]),
        ("securities", text("the customer's funds", "客户资金账户"), [each.funds for each in moments]),
        ("", text("on the way", "在途"), [each.on_the_way for each in moments]),
    ]
    columns = [text("   ledger", "   总账"), text("account", "账户"), text("before", "之前")]
    columns += [text("in doubt", "结果未知时"), text("at the end", "最终")]
    stage.out.table(columns, [(f"   {host}", what, *map(_yuan, fen)) for host, what, fen in lines])


def _show_end(stage: Stage, final: str, before: Balances, after: Balances) -> None:
    assert before.card + before.funds == after.card + after.funds
    stage.out.say(
        f"   {state_text(stage.out, final)}: both ledgers tell the same, and the customer has what he had.",
        f"   {state_text(stage.out, final)}：两本总账一致，客户资金分文不差。",
        style="green",
    )


def _securities(stage: Stage) -> SecuritiesServer:
    host = stage.system.bank.hosts["securities"]
    assert isinstance(host, SecuritiesServer)
    return host


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}"
