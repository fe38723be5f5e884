"""Scripted callers: what they do, and what they say when it goes otherwise."""

from __future__ import annotations

import asyncio

import pytest
from switch_orders import AGENT, CALLER, Wire

from tellerline.simulators.softswitch.phones import PhoneState
from tellerline.simulators.softswitch.script import Script, ScriptError

PRESS_TWO = """
# A caller who wants an agent.
call 95588
hear prompt:sound:short within 3
press 2
hear music
hear 1001 within 30
wait 2.5
hang up
"""


async def _serve(wire: Wire) -> None:
    """A menu of one prompt, a queue with music, an agent after ten seconds."""
    await wire.clock.advance(1)
    leg = wire.controller.events[0]["leg"]
    await wire.done(("answer", {"leg": leg}), ("play", {"playback": "p", "leg": leg, "prompts": ["sound:short"]}))
    await wire.clock.advance(1)
    await wire.done(("music", {"leg": leg, "on": True}))
    await wire.clock.advance(10)
    await wire.done(
        ("dial", {"leg": "agent", "address": AGENT, "auto_answer": True}),
        ("open_conversation", {"conversation": "talk"}),
        ("join", {"conversation": "talk", "leg": leg}),
        ("join", {"conversation": "talk", "leg": "agent"}),
    )
    await wire.clock.advance(3)


async def test_a_script_does_what_is_written(wire: Wire) -> None:
    heard = wire.caller.listen()
    playing = asyncio.create_task(Script(PRESS_TWO).play(wire.caller, wire.clock))
    await _serve(wire)
    await playing
    assert [name for _, names in heard for name in names] == ["prompt:sound:short", "music", AGENT]
    digits = [event["digit"] for event in wire.controller.events if event["event"] == "digit"]
    assert (digits, wire.controller.told()[-1], wire.caller.state) == (["2"], "cleared", PhoneState.IDLE)


async def test_the_called_side_has_scripts_too(wire: Wire) -> None:
    text = "answer\nhear nothing\nhold\nretrieve\nhear 13800138000 within 5\nend within 60"
    playing = asyncio.create_task(Script(text).play(wire.agent, wire.clock))
    await wire.clock.advance(5)
    leg = await wire.called()
    await wire.done(("dial", {"leg": "agent", "address": AGENT}))
    assert wire.controller.told()[-3:] == ["connected", "phone_held", "phone_retrieved"]
    await wire.done(
        ("open_conversation", {"conversation": "talk"}),
        ("join", {"conversation": "talk", "leg": leg}),
        ("join", {"conversation": "talk", "leg": "agent"}),
        ("clear", {"leg": "agent"}),
    )
    await playing


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hear music within 2", "line 1, hear music: not within 2 s; idle, hearing nothing"),
        ("\npress 1", f"line 2, press 1: {CALLER} is IDLE, not TALKING"),
    ],
)
async def test_a_step_that_fails_says_which_and_why(wire: Wire, text: str, why: str) -> None:
    playing = asyncio.create_task(Script(text).play(wire.caller, wire.clock))
    await wire.clock.advance(2)
    with pytest.raises(ScriptError) as caught:
        await playing
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dance", "line 1: 'dance' is no step"),
        ("call 1\n\nPress 2", "line 3: 'Press 2' is no step"),
        ("press", "line 1: what follows 'press' is wrong"),
        ("press two", "line 1: what follows 'press' is wrong"),
        ("hang up now", "line 1: what follows 'hang up' is wrong"),
        ("press 2 within 3", "line 1: 'press' does not wait"),
        ("wait within 3", "line 1: what follows 'wait' is wrong"),
    ],
)
def test_a_script_that_cannot_be_read(text: str, why: str) -> None:
    with pytest.raises(ScriptError) as caught:
        Script(text)
    assert str(caught.value) == why
