"""Secret digits at the switch: where they go, and where they do not."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from switch_orders import PUBLIC_KEY, Wire

from tellerline.connectors.softswitch.boxes import BoxKey


class _Bytes:
    """The private key of ``PUBLIC_KEY`` as randomness."""

    def bytes(self, count: int) -> bytes:
        return bytes(range(count))

    def below(self, limit: int) -> int:
        raise AssertionError("nothing but bytes is asked for")

    def fraction(self) -> float:
        raise AssertionError("nothing but bytes is asked for")


async def _collecting(wire: Wire, length: int = 4) -> str:
    leg = await wire.called()
    fields = {"collection": "c", "leg": leg, "length": length, "key": PUBLIC_KEY.decode()}
    assert (await wire.order("collect_secret", **fields))["result"] == {"running": True}
    return leg


async def _collected(wire: Wire) -> dict[str, Any]:
    await wire.clock.advance(0)
    [event] = [event for event in wire.controller.events if event["event"] == "secret_collected"]
    return event


async def test_the_box_opens_for_its_key_and_collection_alone(wire: Wire) -> None:
    await _collecting(wire)
    wire.caller.press("7391")
    box = base64.b64decode((await _collected(wire))["box"])
    assert BoxKey(_Bytes()).open(box, "c") == "7391"
    private = X25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert private.public_key().public_bytes_raw() == base64.b64decode(PUBLIC_KEY)


async def test_a_star_is_no_digit(wire: Wire) -> None:
    await _collecting(wire)
    wire.caller.press("7*3*9")
    await wire.clock.advance(4.9)
    wire.caller.press("*")
    await wire.clock.advance(0.1)
    assert (await _collected(wire))["end"] == "TIMED_OUT"


async def test_each_digit_gives_time_for_the_next(wire: Wire) -> None:
    await _collecting(wire)
    for digit in "7391":
        await wire.clock.advance(4.9)
        wire.caller.press(digit)
    assert (await _collected(wire))["end"] == "COMPLETE"


async def test_digits_of_a_lost_controller_go_nowhere_until_the_caller_is_silent(wire: Wire) -> None:
    await _collecting(wire)
    wire.caller.press("73")
    wire.switch.cut_link()
    await wire.connect()
    wire.caller.press("91")
    await wire.clock.advance(4)
    wire.caller.press("7391#")
    await wire.clock.advance(5)
    assert (await _collected(wire))["end"] == "TIMED_OUT"
    assert wire.controller.told() == ["secret_collected"]
    wire.caller.press("2")
    await wire.clock.advance(0)
    assert wire.controller.events[-1]["digit"] == "2"


async def test_the_same_order_again_tells_whether_it_still_runs(wire: Wire) -> None:
    leg = await _collecting(wire)
    fields = {"collection": "c", "leg": leg, "length": 4, "key": PUBLIC_KEY.decode()}
    assert (await wire.order("collect_secret", **fields))["result"] == {"running": True}
    wire.caller.press("7391")
    assert (await wire.order("collect_secret", **fields))["result"] == {"running": False}


async def test_no_representation_shows_the_digits(wire: Wire) -> None:
    await _collecting(wire)
    wire.caller.press("739")
    assert wire.caller.leg is not None
    assert "739" not in repr(wire.caller.leg.collection)
