"""From the switch's box into the seal, and nowhere else."""

from __future__ import annotations

import logging

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from softswitch_world import SoftswitchWorld

from tellerline.adapters.clock import SeededRandomness
from tellerline.connectors.softswitch.boxes import BoxKey
from tellerline.connectors.telephony.errors import SwitchError
from tellerline.connectors.telephony.events import SecretCollected, SecretEnd
from tellerline.connectors.telephony.switch import SecretPlan
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.softswitch.boxes import box

PLAN = SecretPlan(length=4)


def seal(digits: str) -> bytes:
    return f"sealed {digits}".encode()


def broken_seal(digits: str) -> bytes:
    raise RuntimeError(f"no key for {digits}")


def _collected(world: SoftswitchWorld) -> list[tuple[SecretEnd, bytes]]:
    return [(event.end, event.sealed) for event in world.events if isinstance(event, SecretCollected)]


async def test_an_order_repeated_after_no_answer_keeps_its_key(world: SoftswitchWorld) -> None:
    leg = await world.called()
    world.strike(FaultKind.LOSE_REPLY, "collect_secret")
    with pytest.raises(SwitchError):
        await world.while_time_passes(world.switch.collect_secret("c", leg, PLAN, seal), 5)
    await world.switch.collect_secret("c", leg, PLAN, seal)
    world.caller.press("7391")
    await world.clock.advance(0)
    assert _collected(world) == [(SecretEnd.COMPLETE, b"sealed 7391")]


async def test_a_seal_that_fails_ends_the_collection_and_tells_no_digit(
    world: SoftswitchWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    leg = await world.called()
    await world.switch.collect_secret("c", leg, PLAN, broken_seal)
    world.caller.press("7391")
    await world.clock.advance(0)
    assert _collected(world) == [(SecretEnd.STOPPED, b"")]
    assert "RuntimeError" in caplog.text
    assert "7391" not in caplog.text


def test_a_box_opens_for_its_key_and_collection_alone() -> None:
    key, other = BoxKey(SeededRandomness(1)), BoxKey(SeededRandomness(2))
    sealed = box(b"7391", X25519PublicKey.from_public_bytes(key.public), "c", SeededRandomness(3))
    assert key.open(sealed, "c") == "7391"
    for wrong_key, name, bytes_ in (
        (key, "d", sealed),
        (other, "c", sealed),
        (key, "c", sealed[:-1]),
        (key, "c", b""),
    ):
        with pytest.raises(ValueError, match=r".+"):
            wrong_key.open(bytes_, name)
