"""Callers of a live site in the flows that are shipped: they press keys and hear what they should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from flow_line import Line, flow_line

from tellerline.callcenter.live.dispatch import SealFor
from tellerline.callcenter.live.ivr_desk import STATE
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.words import Place
from tellerline.connectors.telephony.switch import Seal
from tellerline.simulators.softswitch.phones import PhoneState

PIN = "246810"


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with flow_line(tmp_path) as opened:
        yield opened


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


@pytest.mark.parametrize("ended", ["#", ""])
async def test_a_pin_typed_at_once_whose_hash_key_was_lost_is_written_nowhere(line: Line, ended: str) -> None:
    """Neither as part of a number in a fact, nor in what the bank is asked; and the caller hears it."""
    line.tier = "unknown"
    line.site.caller.call("95588")
    await line.hears("main-menu/choose-language")
    await line.presses("1")
    await line.presses("1")
    await line.hears("verify-pin/type-number")
    await line.presses(f"8000000001{PIN}{ended}")
    await line.hears("verify-pin/wrong-number")
    await line.hears("verify-pin/type-number")
    await line.presses("8000000001#")
    await line.hears("verify-pin/type-pin")
    await line.presses(PIN)
    await line.until(lambda: any(call.operation == "get_balance" for call in line.bank.asked))
    (asked,) = [call for call in line.bank.asked if call.operation == "verify_pin"]
    assert asked.fields == {"customer": "8000000001"}
    written = await line.written()
    assert b"8000000001" in written
    assert f"8000000001{PIN[0]}".encode() not in written
    assert PIN.encode() not in written


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


async def test_who_is_handed_to_a_node_of_a_flow_begins_there(line: Line) -> None:
    call = await talking(line)
    await line.site.done(c.TransferToIvr(actor="A1", call=call, flow="satisfaction", node="thanks"))
    await line.hears("satisfaction/thanks")
    nodes = (await line.site.state()).calls[call].record.nodes
    assert [node for node in nodes if node.startswith("satisfaction/")] == ["satisfaction/thanks"]
