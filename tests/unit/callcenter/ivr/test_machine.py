"""The machine: pure, deaf to what nobody waits for any more, and without a secret in any state or action."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.library import FlowNotFoundError, load_flows, read_flows
from tellerline.callcenter.ivr.machine import begin, resume, step
from tellerline.callcenter.ivr.script import ANYBODY
from tellerline.callcenter.ivr.state import Stage, State

FLOWS = load_flows()
SEALED = b"sealed-block-of-digits"
RESULTS = {"accounts": "2", "account": "1", "masked": "622999******1234", "available": "CNY 1.00", "verified": "yes"}
numbers = st.integers(0, 40)
INPUTS = st.one_of(
    st.builds(inputs.Digit, st.sampled_from("0123456789*#")),
    st.builds(inputs.TimedOut, numbers),
    st.builds(inputs.PlaybackEnded, numbers),
    st.builds(inputs.SecretCollected, numbers, st.sampled_from([b"", SEALED]), st.booleans()),
    st.builds(
        inputs.Answered,
        numbers,
        st.sampled_from(
            [inputs.Done(RESULTS), inputs.Refused("PIN_INVALID"), inputs.Refused("HOST_BUSY"), inputs.Unknown("G1")]
        ),
    ),
    st.builds(
        inputs.QueueUpdate,
        position=st.integers(1, 9),
        wait=st.one_of(st.none(), st.floats(0, 900)),
        offer=st.sampled_from(["", "callback", "voicemail"]),
    ),
    st.sampled_from([inputs.QueueClosed(), inputs.Served(), inputs.Released(), inputs.TransferFailed()]),
    st.builds(inputs.Recorded, numbers),
)


def due(state: State, heard: inputs.Input) -> inputs.Input:
    """The same input, made to be one that is waited for, so that random calls get somewhere."""
    match heard:
        case inputs.PlaybackEnded():
            return inputs.PlaybackEnded(state.playback)
        case inputs.TimedOut():
            return inputs.TimedOut(state.timer)
        case inputs.SecretCollected():
            return inputs.SecretCollected(state.step, heard.sealed, heard.silent)
        case inputs.Answered():
            return inputs.Answered(state.step, heard.outcome)
        case inputs.Recorded():
            return inputs.Recorded(state.step)
        case _:
            return heard


@given(st.sampled_from(sorted(FLOWS.flows)), st.lists(st.tuples(INPUTS, st.booleans()), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_call_survives_anything_and_keeps_no_secret(flow: str, heard: list[tuple[inputs.Input, bool]]) -> None:
    state, acts = begin(FLOWS, flow, ANYBODY)
    numbered: list[int] = []
    for each, waited_for in heard:
        numbered += [act.step for act in acts if isinstance(act, actions.Call)]
        kept = state.to_json()
        assert State.from_json(kept) == state
        assert SEALED.decode() not in kept
        told = due(state, each) if waited_for else each
        state, acts = step(FLOWS, state, told)
        assert (state, acts) == step(FLOWS, State.from_json(kept), told)
        assert SEALED.decode() not in repr(acts)
    assert len(numbered) == len(set(numbered))


@given(st.sampled_from(sorted(FLOWS.flows)), st.lists(st.tuples(INPUTS, st.booleans()), max_size=40), st.booleans())
@settings(max_examples=200, deadline=None)
def test_another_controller_goes_on_with_any_call_without_its_sensitive_words(
    flow: str, heard: list[tuple[inputs.Input, bool]], handing_over: bool
) -> None:
    state, _ = begin(FLOWS, flow, ANYBODY)
    for each, waited_for in heard:
        state, _ = step(FLOWS, state, due(state, each) if waited_for else each)
    kept = State.from_json(state.without(FLOWS.sensitive).to_json())
    assert not FLOWS.sensitive & kept.values.keys()
    after, acts = resume(FLOWS, kept, handing_over=handing_over)
    resting = {Stage.ENDED, Stage.SERVED, Stage.QUEUED, Stage.HANDED_OVER}
    begun = {getattr(act, name, 0) for act in acts for name in ("playback", "timer", "step", "collection", "recording")}
    due_now = {after.playback, after.timer, after.step} - {0}
    assert after.stage in resting or due_now & begun, "nothing is waited for"


def test_a_message_that_another_controller_finds_has_ended() -> None:
    state, _ = begin(FLOWS, "wait-for-agent", {**ANYBODY, "queue": "personal"})
    state, _ = step(FLOWS, state, inputs.PlaybackEnded(state.playback))
    state, _ = step(FLOWS, state, inputs.QueueUpdate(position=9, wait=900, offer="voicemail"))
    state, _ = step(FLOWS, state, inputs.Digit("2"))
    state, _ = step(FLOWS, state, inputs.PlaybackEnded(state.playback))
    assert state.stage is Stage.RECORDING
    after, acts = resume(FLOWS, state)
    assert after.node == "thanks"
    assert any(isinstance(act, actions.Play) for act in acts)


def test_an_answer_of_the_wrong_kind_changes_nothing() -> None:
    state, _ = begin(FLOWS, "verify-pin", ANYBODY)
    assert state.stage is Stage.SECRET
    assert step(FLOWS, state, inputs.Answered(state.step, inputs.Done())) == (state, [])
    assert step(FLOWS, state, inputs.Recorded(state.step)) == (state, [])


def test_what_nobody_waits_for_changes_nothing() -> None:
    state, _ = begin(FLOWS, "main-menu", ANYBODY)
    for late in (inputs.TimedOut(99), inputs.PlaybackEnded(99), inputs.Answered(99, inputs.Done()), inputs.Served()):
        assert step(FLOWS, state, late) == (state, [])


def test_collecting_begins_before_anything_is_said() -> None:
    _, acts = begin(FLOWS, "verify-pin", ANYBODY)
    kinds = [type(act) for act in acts if not isinstance(act, actions.Note)]
    assert kinds == [actions.CollectSecret, actions.Play]


def test_the_sealed_block_goes_into_the_call_and_nowhere_else() -> None:
    state, _ = begin(FLOWS, "verify-pin", ANYBODY)
    state, acts = step(FLOWS, state, inputs.SecretCollected(state.step, SEALED))
    (call,) = (act for act in acts if isinstance(act, actions.Call))
    assert call.sealed == SEALED
    assert SEALED.decode() not in state.to_json() + repr(acts)


def test_an_answer_while_it_still_plays_waits_until_it_has_been_heard() -> None:
    state, _ = begin(FLOWS, "verify-pin", ANYBODY)
    state, _ = step(FLOWS, state, inputs.SecretCollected(state.step, SEALED))
    state, acts = step(FLOWS, state, inputs.Answered(state.step, inputs.Done({"verified": "yes"})))
    assert not any(isinstance(act, actions.StopPlaying | actions.Finished) for act in acts)
    state, acts = step(FLOWS, state, inputs.PlaybackEnded(state.playback))
    assert actions.Finished("verified") in acts


def test_numbers_go_on_from_the_flow_before() -> None:
    state, acts = begin(FLOWS, "verify-pin", ANYBODY, number=41)
    assert next(act.collection for act in acts if isinstance(act, actions.CollectSecret)) == 42
    assert state.number == 43


def waiting_with(offer: str) -> State:
    state, _ = begin(FLOWS, "wait-for-agent", {**ANYBODY, "queue": "personal"})
    state, _ = step(FLOWS, state, inputs.PlaybackEnded(state.playback))
    state, _ = step(FLOWS, state, inputs.QueueUpdate(position=9, wait=900, offer=offer))
    return state


def test_a_caller_who_goes_on_waiting_has_never_left_his_place() -> None:
    state, asked = waiting_with("callback"), list[actions.Action]()
    for heard in (inputs.Digit("1"), inputs.Digit("3")):
        state, acts = step(FLOWS, state, heard)
        asked += acts
    state, acts = step(FLOWS, state, inputs.PlaybackEnded(state.playback))
    assert state.stage is Stage.QUEUED
    assert not [act for act in (*asked, *acts) if isinstance(act, actions.EnterQueue | actions.LeaveQueue)]


def test_an_agent_ends_a_collection_of_secret_digits() -> None:
    flows = read_flows({Path("line.toml"): LINE})
    state, _ = begin(flows, "line", ANYBODY)
    state, _ = step(flows, state, inputs.Digit("1"))
    assert state.stage is Stage.SECRET
    state, acts = step(flows, state, inputs.Served())
    assert actions.StopCollecting(2) in acts
    assert state.stage is Stage.SERVED


LINE = """
version = 1
title = { zh = "队", en = "line" }
start = "wait"
too_long = "bye"

[nodes.wait]
kind = "queue"
queue = "personal"
options = [{ key = "1", next = "pin" }]
released = "bye"
closed = "bye"

[nodes.pin]
kind = "collect_secret"
prompts = ["type"]
wrong = "type"
silent = "type"
failed = "wait"
next = "check"

[nodes.check]
kind = "call"
operation = "verify_pin"
fields = { customer = "{customer}" }
done = "wait"
otherwise = "bye"
unknown = "not-known"

[nodes.not-known]
kind = "play"
prompts = ["type"]
next = "bye"

[nodes.bye]
kind = "hang_up"

[prompts.type]
zh = "密码"
en = "PIN"
"""


def test_a_hang_up_ends_everything() -> None:
    state, _ = begin(FLOWS, "wait-for-agent", {**ANYBODY, "queue": "personal"})
    state, _ = step(FLOWS, state, inputs.CallerGone())
    assert state.stage is Stage.ENDED
    assert step(FLOWS, state, inputs.Served()) == (state, [])


def test_a_flow_at_another_version_is_not_played() -> None:
    state, _ = begin(FLOWS, "balance", ANYBODY)
    with pytest.raises(FlowNotFoundError, match="at version 1, not 7"):
        step(FLOWS, replace(state, version=7), inputs.CallerGone())
