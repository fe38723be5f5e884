"""Callers of a live site in the flows that are shipped: they press keys and hear what they should."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from live_site import CALLER, SETTINGS, LiveSite

from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.live.dispatch import SealFor
from tellerline.callcenter.live.ivr_desk import STATE, IvrDesk
from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.words import Place
from tellerline.connectors.telephony.switch import Seal
from tellerline.simulators.softswitch.phones import PhoneState

FLOWS = load_flows(None)
BY_FLOWS = replace(SETTINGS, entry_flow="main-menu", waiting_flow="wait-for-agent")
PIN = "246810"


class HonestBank:
    """Knows one customer with one account, by a block that only this test's switch seals."""

    def __init__(self) -> None:
        self.asked: list[actions.Call] = []

    async def perform(self, call: actions.Call) -> inputs.Outcome:
        self.asked.append(call)
        match call.operation:
            case "verify_pin" if call.sealed.startswith(b"sealed for "):
                return inputs.Done({"customer": "customers/8000000001", "verified": "yes"})
            case "list_accounts" | "find_account":
                return inputs.Done(
                    {"accounts": "1", "account": "1", "masked": "622848******1234", "account_kind": "CARD"}
                )
            case "get_balance":
                return inputs.Done(
                    {"available": "CNY 20.50", "ledger": "CNY 20.50", "last_known": "no", "read_time": ""}
                )
            case _:
                return inputs.Unknown()


class Line:
    """A caller at the telephone, whose keys are pressed once what he waits for is played."""

    def __init__(self, site: LiveSite, bank: HonestBank) -> None:
        self.site = site
        self.bank = bank
        self.desk: IvrDesk

    async def start(self) -> None:
        await self.site.start()
        self.desk = IvrDesk(
            FLOWS,
            ask=self.site.loop.ask,
            facts=self._facts,
            open_bank=lambda call: self.bank,
            waiting_flow="wait-for-agent",
            clock=self.site.clock,
            logger=make_log(self.site.clock, LogWriter(2), level="error"),
        )
        self.site.tell = self.desk.tell

    async def _facts(self, call: str) -> Mapping[str, str]:
        return {"language": "zh", "tier": "standard", "period": "day", "region": "", "caller": CALLER}

    async def hears(self, prompt: str, within: float = 60) -> None:
        """Wait until a sound of this prompt plays."""
        for _ in range(int(within * 10)):
            if any(name.startswith(f"prompt:sound:{prompt}/") for name in self.site.caller.hears()):
                return
            await self.site.pass_time(0.1)
        raise AssertionError(f"{prompt} was not heard, but {self.site.caller.hears()}")

    async def presses(self, keys: str) -> None:
        self.site.caller.press(keys)
        await self.site.pass_time(0.5)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    site = LiveSite(lambda: sqlite_log(tmp_path / "sites.db"), BY_FLOWS)
    line = Line(site, HonestBank())
    await line.start()
    yield line
    await line.desk.close()
    await site.loop.close()
    site.soft.power_off()


async def test_two_keys_lead_to_an_agent(line: Line) -> None:
    await line.site.sign_in("A1")
    line.site.caller.call("95588")
    await line.hears("main-menu/choose-language")
    await line.presses("1")
    await line.presses("0")
    await line.site.talking(line.site.caller, line.site.phones["A1"])
    (call,) = (await line.site.state()).calls.values()
    assert call.place is Place.TALK
    assert call.record.nodes[-2:] == ["main-menu/menu", "main-menu/wait-for-agent.wait"]


async def test_who_waits_hears_music_until_an_agent_is_free(line: Line) -> None:
    line.site.caller.call("95588")
    await line.hears("main-menu/choose-language")
    await line.presses("1")
    await line.presses("0")
    await line.site.pass_time(5)
    assert line.site.caller.hears() == {"music"}
    await line.site.sign_in("A1")
    await line.site.talking(line.site.caller, line.site.phones["A1"])


async def test_whoever_says_nothing_is_let_go(line: Line) -> None:
    line.site.caller.call("95588")
    await line.site.pass_time(300)
    assert line.site.caller.state is PhoneState.IDLE
    assert not (await line.site.state()).calls


async def test_a_pin_is_typed_unseen_and_the_balance_is_told(line: Line) -> None:
    line.site.caller.call("95588")
    await line.hears("main-menu/choose-language")
    await line.presses("1")
    await line.presses("1")
    for _ in range(100):
        if any(call.operation == "get_balance" for call in line.bank.asked):
            break
        (call,) = (await line.site.state()).calls.values()
        leg = call.legs[call.customer]
        await line.presses(PIN if leg.collection else "1#")
        await line.site.pass_time(1)
    assert "get_balance" in [call.operation for call in line.bank.asked]
    page = await line.site.log.read(0, line.site.feed.last)
    written = b"".join(recorded.entry.body for recorded in page)
    assert PIN.encode() not in written
    assert b"sealed for" not in written
    assert STATE.encode() in written


async def no_seal(leg: str) -> Seal:
    raise ConnectionRefusedError("no key to be had")


async def unable(leg: str) -> Seal:
    def seal(digits: str) -> bytes:
        raise ValueError("no curve")

    return seal


@pytest.mark.parametrize("seal_for", [no_seal, unable])
async def test_a_pin_that_cannot_be_sealed_leaves_nobody_in_silence(line: Line, seal_for: SealFor) -> None:
    line.site.seal_for = seal_for
    line.site.caller.call("95588")
    await line.hears("main-menu/choose-language")
    await line.presses("1")
    await line.presses("1")
    for _ in range(100):
        state = await line.site.state()
        if not state.calls:
            break
        (call,) = state.calls.values()
        await line.presses(PIN if call.legs[call.customer].collection else "1#")
        await line.site.pass_time(2)
    assert line.bank.asked == []
    assert line.site.caller.state is PhoneState.IDLE


async def talking(line: Line) -> str:
    """A caller who talks with agent A1; the call's id."""
    await line.site.sign_in("A1")
    line.site.caller.call("95588")
    await line.hears("main-menu/choose-language")
    await line.presses("1")
    await line.presses("0")
    await line.site.talking(line.site.caller, line.site.phones["A1"])
    (call,) = (await line.site.state()).calls
    return call


async def test_who_is_lent_to_a_flow_that_is_not_there_comes_back(line: Line) -> None:
    call = await talking(line)
    await line.site.done(c.TransferToIvr(actor="A1", call=call, flow="no-such-flow", returns=True))
    await line.site.pass_time(1)
    await line.site.talking(line.site.caller, line.site.phones["A1"])


async def test_who_is_handed_to_a_flow_that_is_not_there_gets_his_place_in_line_back(line: Line) -> None:
    call = await talking(line)
    await line.site.sign_in("A2")
    await line.site.done(c.TransferToIvr(actor="A1", call=call, flow="no-such-flow"))
    await line.site.talking(line.site.caller, line.site.phones["A2"])
