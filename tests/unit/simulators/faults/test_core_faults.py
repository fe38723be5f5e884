"""Each kind of fault at the core host, seen by a caller over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest
from lxml import etree
from soap_caller import SoapCaller, SoapReply, transfer_fields

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.faults import FaultKind, FaultRule, GarbleStyle
from tellerline.simulators.population import MAGIC_ACCOUNTS, MAGIC_AMOUNTS

PAYER = next(each.number for each in MAGIC_ACCOUNTS if each.overdraft)
PAYEE = next(each.number for each in MAGIC_ACCOUNTS if each.what == "one cent left")
A_WHILE = 0.2


async def transfer(soap: SoapCaller, reference: str = "R1") -> SoapReply:
    return await soap.ask("Transfer", transfer_fields(PAYER, PAYEE, "5.00"), reference)


async def gives_up(soap: SoapCaller, bank: SimulatedBank, kind: FaultKind) -> None:
    """A caller who leaves once the fault has struck him and no answer has come for a while."""
    waiting = asyncio.create_task(transfer(soap))
    await until(lambda: bank.core.faults.injected[kind] == 1)
    await asyncio.wait([waiting], timeout=A_WHILE)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])


async def found(soap: SoapCaller, reference: str = "R1") -> str:
    fields: dict[str, str | dict[str, str]] = {"originalReference": reference, "originalOperation": "Transfer"}
    reply = await soap.ask("InquireTransaction", fields)
    return reply.fields.get("result/original/status", "")


def inject(bank: SimulatedBank, kind: FaultKind, **more: object) -> None:
    bank.core.faults.add(FaultRule(kind=kind, operations=frozenset({"Transfer"}), count=1, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "outcome"), [(FaultKind.LOSE_REQUEST, ""), (FaultKind.LOSE_REPLY, "OK")])
async def test_lost(soap: SoapCaller, simulated_bank: SimulatedBank, kind: FaultKind, outcome: str) -> None:
    inject(simulated_bank, kind)
    await gives_up(soap, simulated_bank, kind)
    assert await found(soap) == outcome
    again = await transfer(soap)
    assert again.fields["result/balanceAfter/value"] == "-5.00"


async def test_delay_does_nothing_until_its_time(
    soap: SoapCaller, simulated_bank: SimulatedBank, bank_clock: VirtualClock
) -> None:
    inject(simulated_bank, FaultKind.DELAY, seconds=3.0)
    waiting = asyncio.create_task(transfer(soap))
    await until(lambda: simulated_bank.core.faults.injected[FaultKind.DELAY] == 1)
    assert await found(soap) == ""
    await bank_clock.advance(3)
    assert (await waiting).code == "0000"
    assert await found(soap) == "OK"


async def test_late_reply_is_done_at_once(
    soap: SoapCaller, simulated_bank: SimulatedBank, bank_clock: VirtualClock
) -> None:
    inject(simulated_bank, FaultKind.LATE_REPLY)
    waiting = asyncio.create_task(transfer(soap))
    await until(lambda: simulated_bank.core.faults.injected[FaultKind.LATE_REPLY] == 1)
    assert await found(soap) == "OK"
    assert not waiting.done()
    await bank_clock.advance(30)
    assert (await waiting).code == "0000"


async def test_late_reply_to_a_caller_who_has_gone(
    soap: SoapCaller, simulated_bank: SimulatedBank, bank_clock: VirtualClock
) -> None:
    inject(simulated_bank, FaultKind.LATE_REPLY)
    await gives_up(soap, simulated_bank, FaultKind.LATE_REPLY)
    await bank_clock.advance(30)
    assert (await transfer(soap)).code == "0000"


@pytest.mark.parametrize(
    ("style", "error"),
    [
        (GarbleStyle.CUT, aiohttp.ClientPayloadError),
        (GarbleStyle.HTML, KeyError),
        (GarbleStyle.NOISE, etree.XMLSyntaxError),
        (None, (aiohttp.ClientPayloadError, KeyError, etree.XMLSyntaxError)),
    ],
)
async def test_garbled_but_done(
    soap: SoapCaller, simulated_bank: SimulatedBank, style: GarbleStyle | None, error: type[Exception]
) -> None:
    inject(simulated_bank, FaultKind.GARBLE, style=style)
    with pytest.raises(error):
        read_status(await transfer(soap))
    assert await found(soap) == "OK"


@pytest.mark.parametrize("kind", [FaultKind.DUPLICATE_REPLY, FaultKind.CONTRADICTORY_REPLY])
async def test_second_replies_come_unasked(simulated_bank: SimulatedBank, soap: SoapCaller, kind: FaultKind) -> None:
    inject(simulated_bank, kind)
    assert (await transfer(soap)).code == "0000"
    assert simulated_bank.ledger.account(PAYER).balance == -500


@pytest.mark.parametrize(("code", "status", "element"), [("9999", 200, "TransferReply"), ("9001", 500, "Fault")])
async def test_refused(soap: SoapCaller, simulated_bank: SimulatedBank, code: str, status: int, element: str) -> None:
    inject(simulated_bank, FaultKind.REFUSE, code=code)
    reply = await transfer(soap)
    assert (reply.http_status, reply.element) == (status, element)
    assert code in reply.fields.values()
    assert await found(soap) == ""
    assert (await transfer(soap)).code == "0000"


async def test_crash_after_commit_keeps_the_ledger(
    soap: SoapCaller, simulated_bank: SimulatedBank, core_host: CoreServer, bank_clock: VirtualClock
) -> None:
    inject(simulated_bank, FaultKind.CRASH_AFTER_COMMIT, seconds=2.0)
    url = core_host.url
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await transfer(soap)
    assert not core_host.up
    with pytest.raises(aiohttp.ClientConnectorError):
        await transfer(soap)
    await bank_clock.advance(2)
    await until(lambda: core_host.up)
    assert core_host.url == url
    assert await found(soap) == "OK"
    assert (await transfer(soap)).fields["result/balanceAfter/value"] == "-5.00"


async def test_reordered_replies(soap: SoapCaller, simulated_bank: SimulatedBank) -> None:
    inject(simulated_bank, FaultKind.REORDER)
    held = asyncio.create_task(transfer(soap, "R1"))
    await until(lambda: simulated_bank.core.faults.injected[FaultKind.REORDER] == 1)
    assert not held.done()
    assert (await transfer(soap, "R2")).fields["result/balanceAfter/value"] == "-10.00"
    assert (await held).fields["result/balanceAfter/value"] == "-5.00"


async def test_magic_accounts_and_amounts_strike_without_being_told(soap: SoapCaller) -> None:
    faulty = next(each.number for each in MAGIC_ACCOUNTS if each.fault is FaultKind.REFUSE)
    assert (await soap.ask("Transfer", transfer_fields(faulty, PAYEE, "1.00"))).code == "9999"
    assert (await soap.ask("GetBalance", {"account": faulty})).code == "0000"
    amount = next(minor for minor, kind in MAGIC_AMOUNTS.items() if kind is FaultKind.REFUSE)
    value = f"{amount / 100:.2f}"
    assert (await soap.ask("Transfer", transfer_fields(PAYER, PAYEE, value))).code == "9999"


def read_status(reply: SoapReply) -> str:
    return reply.fields["header/status"]


async def until(condition: Callable[[], bool]) -> None:
    """Let the sockets work until ``condition`` holds, half a minute at most."""
    for _ in range(6_000):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("did not happen in time")
