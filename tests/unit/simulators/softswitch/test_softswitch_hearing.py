"""Who hears whom and when, at exact instants."""

from __future__ import annotations

from datetime import timedelta

from switch_orders import AGENT, CALLER, LEADER, PUBLIC_KEY, START, Wire


async def test_a_transcript_holds_each_change_with_its_instant(wire: Wire) -> None:
    leg = await wire.called()
    heard = wire.caller.listen()
    await wire.done(("play", {"playback": "p", "leg": leg, "prompts": ["sound:short", "silence:500", "sound:long"]}))
    await wire.clock.advance(5)
    await wire.done(("stop", {"playback": "p"}), ("music", {"leg": leg, "on": True}))
    assert [((at - START) / timedelta(seconds=1), *names) for at, names in heard] == [
        (0,),
        (0, "prompt:sound:short"),
        (1,),
        (1.5, "prompt:sound:long"),
        (5,),
        (5, "music"),
    ]


async def test_a_prompt_takes_as_long_as_its_language_does(wire: Wire) -> None:
    leg = await wire.called()
    await wire.done(("play", {"playback": "p", "leg": leg, "prompts": ["sound:short"], "language": "en"}))
    assert wire.caller.language() == "en"
    await wire.clock.advance(2.9)
    assert wire.controller.told()[-1] == "connected"
    await wire.clock.advance(0.1)
    assert wire.controller.told()[-1] == "playback_ended"


async def test_playbacks_of_one_leg_wait_for_each_other(wire: Wire) -> None:
    leg = await wire.called()
    await wire.done(
        ("play", {"playback": "one", "leg": leg, "prompts": ["sound:short"]}),
        ("play", {"playback": "two", "leg": leg, "prompts": ["sound:long"]}),
        ("play", {"playback": "never", "leg": leg, "prompts": ["sound:short"]}),
        ("stop", {"playback": "never"}),
    )
    assert wire.caller.hears() == {"prompt:sound:short"}
    await wire.clock.advance(1)
    assert wire.caller.hears() == {"prompt:sound:long"}
    await wire.clock.advance(20)
    ends = [(event["playback"], event["end"]) for event in wire.controller.events if event["event"] == "playback_ended"]
    assert ends == [("never", "STOPPED"), ("one", "DONE"), ("two", "DONE")]


async def test_the_agent_hears_nothing_of_a_pin_entry(wire: Wire) -> None:
    caller, _ = await wire.talk()
    heard = wire.agent.listen()
    await wire.done(("leave", {"conversation": "talk", "leg": caller}))
    await wire.done(
        ("collect_secret", {"collection": "c", "leg": caller, "length": 4, "key": PUBLIC_KEY.decode()}),
        ("play", {"playback": "p", "leg": caller, "prompts": ["sound:long"]}),
    )
    wire.caller.press("1234")
    await wire.done(("stop", {"playback": "p"}), ("join", {"conversation": "talk", "leg": caller}))
    assert [set(names) for _, names in heard] == [{CALLER}, set(), {CALLER}]


async def test_a_telephone_on_hold_by_itself_neither_speaks_nor_hears(wire: Wire) -> None:
    await wire.talk()
    wire.agent.hold()
    assert (wire.caller.hears(), wire.agent.hears()) == (frozenset(), frozenset())
    wire.agent.retrieve()
    assert wire.caller.hears() == {AGENT}
    assert wire.agent.hears() == {CALLER}


async def test_who_is_silent_is_not_heard(wire: Wire) -> None:
    await wire.talk()
    wire.agent.speak(False)
    assert wire.caller.hears() == frozenset()
    wire.agent.speak(True)
    assert wire.caller.hears() == {AGENT}


async def test_two_listeners_cannot_listen_to_each_other(wire: Wire) -> None:
    await wire.done(
        ("dial", {"leg": "a", "address": AGENT, "auto_answer": True}),
        ("dial", {"leg": "b", "address": LEADER, "auto_answer": True}),
        ("monitor", {"monitor": "m", "leg": "a", "listener": "b", "listening": "SILENT"}),
    )
    answer = await wire.order("monitor", monitor="n", leg="b", listener="a", listening="SILENT")
    assert answer["error"] == "WRONG_STATE"
    answer = await wire.order("monitor", monitor="n", leg="a", listener="a", listening="SILENT")
    assert answer["error"] == "WRONG_STATE"
    assert wire.leader.hears() == {AGENT}


async def test_a_recording_that_is_played_is_heard_as_who_speaks_in_it(wire: Wire) -> None:
    caller, agent = await wire.talk()
    await wire.done(("record", {"recording": "r", "leg": agent}))
    await wire.clock.advance(2)
    wire.agent.speak(False)
    await wire.clock.advance(2)
    await wire.done(
        ("stop_recording", {"recording": "r"}),
        ("play", {"playback": "p", "leg": caller, "prompts": ["recording:r"]}),
    )
    assert wire.caller.hears() == {AGENT}
    await wire.clock.advance(2)
    assert wire.caller.hears() == frozenset()
    await wire.clock.advance(2)
    assert wire.controller.told()[-1] == "playback_ended"


async def test_who_hears_a_prompt_is_away_from_his_conversation_meanwhile(wire: Wire) -> None:
    _, agent = await wire.talk()
    await wire.done(("play", {"playback": "p", "leg": agent, "prompts": ["sound:short"]}))
    assert wire.agent.hears() == {"prompt:sound:short"}
    assert wire.caller.hears() == frozenset()
    await wire.clock.advance(1)
    assert wire.agent.hears() == {CALLER}
    assert wire.caller.hears() == {AGENT}
