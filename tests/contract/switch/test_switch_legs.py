"""Legs: offered, answered, dialled, refused, cleared; each ends with one event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from switch_bench import HOTLINE, MEDIA_PATIENCE, NOBODY, OnRing, SwitchBench, eventually
from switch_scenes import AGENT, CALLER, COLLEAGUE, answered, dialled, offered, refused

from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.events import Alerting, Cause, Cleared, Connected, Digit, Offered


async def test_a_caller_from_outside_is_offered_with_both_numbers(bench: SwitchBench) -> None:
    line = await offered(bench)
    assert not line.phone.connected
    [event] = bench.log.seen(Offered)
    assert (event.leg, event.called, event.caller) == (line.leg, HOTLINE, CALLER)
    assert event.at.utcoffset() == timedelta(0)


async def test_answering_connects_the_caller(bench: SwitchBench) -> None:
    line = await offered(bench)
    await bench.switch.answer(line.leg)
    await bench.log.take(Connected, leg=line.leg)
    await bench.switch.answer(line.leg)
    await bench.pause(0.2)
    await eventually(bench, lambda: line.phone.connected)
    assert len(bench.log.seen(Connected)) == 1


async def test_an_offered_leg_can_be_refused(bench: SwitchBench) -> None:
    line = await offered(bench)
    await bench.switch.clear(line.leg, Cause.BUSY)
    assert (await bench.log.take(Cleared, leg=line.leg)).cause is Cause.BUSY
    assert not line.phone.connected


async def test_a_caller_who_gives_up_is_cleared_before_he_was_answered(bench: SwitchBench) -> None:
    line = await offered(bench)
    await line.phone.hang_up()
    assert (await bench.log.take(Cleared, leg=line.leg)).cause is Cause.NORMAL
    with refused(SwitchReason.NO_SUCH_LEG):
        await bench.switch.answer(line.leg)


async def test_a_dialled_telephone_rings_and_is_connected_when_it_is_picked_up(bench: SwitchBench) -> None:
    phone = await bench.telephone(AGENT)
    phone.on_ring = OnRing.RINGS
    await bench.switch.dial("leg-a", AGENT, caller=CALLER)
    await bench.log.take(Alerting, leg="leg-a")
    assert phone.shown == CALLER
    assert not bench.log.seen(Connected)
    await phone.answer()
    await bench.log.take(Connected, leg="leg-a")


async def test_a_number_outside_is_called_through_the_trunk(bench: SwitchBench) -> None:
    line = await dialled(bench, "13900139000")
    await eventually(bench, lambda: line.phone.connected)


async def test_a_telephone_asked_to_answers_by_itself(bench: SwitchBench) -> None:
    phone = await bench.telephone(AGENT)
    phone.on_ring = OnRing.RINGS
    await bench.switch.dial("leg-a", AGENT, auto_answer=True)
    await bench.log.take(Connected, leg="leg-a")


async def test_a_busy_telephone_clears_the_leg(bench: SwitchBench) -> None:
    phone = await bench.telephone(AGENT)
    phone.on_ring = OnRing.REJECTS
    await bench.switch.dial("leg-a", AGENT)
    assert (await bench.log.take(Cleared, leg="leg-a")).cause is Cause.BUSY
    assert not bench.log.seen(Connected)


async def test_a_telephone_that_nobody_picks_up_stops_ringing(bench: SwitchBench) -> None:
    phone = await bench.telephone(AGENT)
    phone.on_ring = OnRing.RINGS
    await bench.switch.dial("leg-a", AGENT, ring=timedelta(seconds=1))
    assert (await bench.log.take(Cleared, leg="leg-a")).cause is Cause.NO_ANSWER
    await eventually(bench, lambda: not phone.rings)


async def test_a_ringing_telephone_can_be_cleared(bench: SwitchBench) -> None:
    phone = await bench.telephone(AGENT)
    phone.on_ring = OnRing.RINGS
    await bench.switch.dial("leg-a", AGENT)
    await bench.log.take(Alerting, leg="leg-a")
    await bench.switch.clear("leg-a")
    assert (await bench.log.take(Cleared, leg="leg-a")).cause is Cause.NORMAL
    await eventually(bench, lambda: not phone.rings)


async def test_what_is_not_registered_is_unreachable_and_no_event_comes(bench: SwitchBench) -> None:
    with refused(SwitchReason.UNREACHABLE):
        await bench.switch.dial("leg-n", NOBODY)
    await bench.pause(0.2)
    assert bench.log.events == []
    assert "leg-n" not in (await bench.switch.snapshot()).legs


async def test_dialling_again_with_the_same_id_has_no_effect(bench: SwitchBench) -> None:
    line = await dialled(bench, AGENT, "leg-a")
    await bench.switch.dial("leg-a", AGENT)
    await line.phone.hang_up()
    await bench.log.take(Cleared, leg="leg-a")
    await bench.switch.dial("leg-a", AGENT)
    await bench.pause(0.3)
    assert not line.phone.connected
    assert len(bench.log.seen(Connected)) == len(bench.log.seen(Cleared)) == 1


async def test_a_leg_ends_once_with_its_telephone(bench: SwitchBench) -> None:
    line = await answered(bench)
    await line.phone.hang_up()
    assert (await bench.log.take(Cleared, leg=line.leg)).cause is Cause.NORMAL
    await bench.switch.clear(line.leg)
    await bench.pause(0.2)
    assert bench.log.events[-1] == bench.log.seen(Cleared)[0]


@pytest.mark.parametrize("side", ["incoming", "outgoing"])
async def test_clearing_hangs_the_telephone_up(bench: SwitchBench, side: str) -> None:
    line = await (answered(bench) if side == "incoming" else dialled(bench, AGENT))
    await bench.switch.clear(line.leg)
    await bench.log.take(Cleared, leg=line.leg, cause=Cause.NORMAL)
    await eventually(bench, lambda: not line.phone.connected)


async def test_a_telephone_that_vanishes_is_given_up(bench: SwitchBench) -> None:
    phone = await bench.lone_telephone(AGENT)
    await bench.switch.dial("leg-a", AGENT)
    await bench.log.take(Connected, leg="leg-a")
    phone.vanish()
    event = await bench.log.take(Cleared, patience=3 * MEDIA_PATIENCE, leg="leg-a")
    assert event.cause is Cause.MEDIA_LOST


async def test_keys_are_events_in_their_order(bench: SwitchBench) -> None:
    line = await answered(bench)
    await line.phone.press("159*#")
    for key in "159*#":
        await bench.log.take(Digit, leg=line.leg, digit=key)
    assert [event.digit for event in bench.log.seen(Digit)] == list("159*#")


async def test_orders_for_a_leg_that_is_gone_say_so(bench: SwitchBench) -> None:
    line = await answered(bench)
    await line.phone.hang_up()
    await bench.log.take(Cleared, leg=line.leg)
    await bench.switch.open_conversation("talk")
    for leg in (line.leg, "never-was"):
        with refused(SwitchReason.NO_SUCH_LEG):
            await bench.switch.play("p", leg, ["silence:100"])
        with refused(SwitchReason.NO_SUCH_LEG):
            await bench.switch.music(leg, on=True)
        with refused(SwitchReason.NO_SUCH_LEG):
            await bench.switch.join("talk", leg)
        with refused(SwitchReason.NO_SUCH_LEG):
            await bench.switch.record("r", leg)
        await bench.switch.clear(leg)
        await bench.switch.leave("talk", leg)
        await bench.switch.music(leg, on=False)


async def test_an_id_may_begin_like_another_one(bench: SwitchBench) -> None:
    """Orders for ``leg-1`` are nothing to ``leg-10``."""
    longer = await dialled(bench, AGENT, "leg-10")
    shorter = await dialled(bench, COLLEAGUE, "leg-1")
    for recording, line in (("r-10", longer), ("r-1", shorter)):
        await bench.switch.record(recording, line.leg)
    assert (await bench.switch.snapshot()).recordings == {"r-10": "leg-10", "r-1": "leg-1"}
    await bench.switch.clear("leg-1")
    await bench.log.take(Cleared, leg="leg-1")
    assert set((await bench.switch.snapshot()).legs) == {"leg-10"}
