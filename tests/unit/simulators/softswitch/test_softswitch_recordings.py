"""What recordings hold, second by second."""

from __future__ import annotations

import base64
from collections.abc import Callable

from switch_orders import AGENT, CALLER, PUBLIC_KEY, Wire
from wave_tones import RATE, keys_in, samples_of, tones_in


async def _recorded(wire: Wire, recording: str = "r") -> bytes:
    answer = await wire.order("fetch_recording", recording=recording)
    return base64.b64decode(answer["result"]["data"])


def _voices(wire: Wire, wav: bytes) -> list[set[str]]:
    """Who is heard in each whole second."""
    tones = {number: phone.tone for number, phone in wire.switch.phones.items()}
    seconds = len(samples_of(wav)) // RATE
    return [set(tones_in(wav, second, second + 1, tones)) for second in range(seconds)]


async def test_silence_hold_and_lost_media_are_recorded_as_silence(wire: Wire) -> None:
    _, agent = await wire.talk()
    await wire.done(("record", {"recording": "r", "leg": agent}))
    moves: list[Callable[[], None]] = [
        lambda: wire.agent.speak(True),
        lambda: wire.agent.speak(False),
        lambda: wire.agent.speak(True),
        wire.agent.hold,
        wire.agent.retrieve,
        wire.agent.lose_media,
        wire.agent.regain_media,
    ]
    for move in moves:
        move()
        await wire.clock.advance(1)
    await wire.done(("stop_recording", {"recording": "r"}))
    assert _voices(wire, await _recorded(wire)) == [{AGENT}, set(), {AGENT}, set(), {AGENT}, set(), {AGENT}]


async def test_keys_sound_in_a_recording_but_never_secret_ones(wire: Wire) -> None:
    caller = await wire.called()
    await wire.done(("record", {"recording": "r", "leg": caller}))
    wire.caller.press("42")
    await wire.clock.advance(1)
    fields = {"collection": "c", "leg": caller, "length": 4, "key": PUBLIC_KEY.decode()}
    await wire.done(("collect_secret", fields))
    wire.caller.press("739")
    await wire.clock.advance(1)
    wire.caller.press("1")
    await wire.clock.advance(1)
    wire.caller.press("5")
    await wire.clock.advance(1)
    await wire.done(("stop_recording", {"recording": "r"}))
    wav = await _recorded(wire)
    assert len(samples_of(wav)) == 3 * RATE
    assert keys_in(wav) == "442255"
    assert _voices(wire, wav) == [{CALLER}] * 3


async def test_a_full_disk_fails_recordings_and_keeps_what_there_is(wire: Wire) -> None:
    caller = await wire.called()
    await wire.done(("record", {"recording": "r", "leg": caller}))
    await wire.clock.advance(1)
    wire.switch.fill_disk()
    await wire.done(("record", {"recording": "s", "leg": caller}))
    ends = [(event["recording"], event["end"]) for event in wire.controller.events if "recording" in event]
    assert ends == [("r", "FAILED"), ("s", "FAILED")]
    assert _voices(wire, await _recorded(wire)) == [{CALLER}]
    assert len(await _recorded(wire, "s")) == 44


async def test_recordings_outlive_the_switch(wire: Wire) -> None:
    caller = await wire.called()
    await wire.done(("record", {"recording": "r", "leg": caller}))
    await wire.clock.advance(2)
    wire.switch.restart()
    await wire.connect()
    assert _voices(wire, await _recorded(wire)) == [{CALLER}] * 2
    caller = await wire.called()
    await wire.done(("record", {"recording": "r", "leg": caller}))
    assert (await wire.order("snapshot"))["result"]["recordings"] == {}


async def test_a_file_is_fetched_in_parts(wire: Wire) -> None:
    caller = await wire.called()
    await wire.done(("record", {"recording": "r", "leg": caller}))
    await wire.clock.advance(60)
    await wire.done(("stop_recording", {"recording": "r"}))
    parts = []
    for offset in range(0, 44 + 60 * RATE * 2, 200_000):
        answer = await wire.order("fetch_recording", recording="r", offset=offset, count=200_000)
        assert answer["result"]["size"] == 44 + 60 * RATE * 2
        parts.append(base64.b64decode(answer["result"]["data"]))
    assert [len(part) for part in parts] == [200_000] * 4 + [160_044]
    assert len(samples_of(b"".join(parts))) == 60 * RATE
