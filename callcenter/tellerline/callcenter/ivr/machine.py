"""The machine that plays flows: an input and a state in, a state and actions out. It does nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.entering import (
    announce,
    ask,
    begin_music,
    collect_secret,
    come_back,
    go,
    heard_out,
)
from tellerline.callcenter.ivr.flow import (
    Callback,
    CallOperation,
    Collect,
    CollectSecret,
    Menu,
    Play,
    Queue,
    Transfer,
    Typed,
    Voicemail,
)
from tellerline.callcenter.ivr.library import FlowNotFoundError, Flows
from tellerline.callcenter.ivr.state import Frame, Place, Stage, State
from tellerline.callcenter.ivr.turn import Turn

Step = tuple[State, Sequence[actions.Action]]
_TOO_MANY = "?"
"""Instead of what was typed, once that is more than there may be."""
_AMOUNT = re.compile(r"(\d+)(?:\*(\d{1,2}))?")


def begin(flows: Flows, name: str, values: Mapping[str, str], *, number: int = 0, node: str = "") -> Step:
    """Start a flow for a caller, at ``node`` or its beginning; ``values`` are what is known of him (``language``,
    ``tier``, ``period`` …).

    ``number`` is the last one of the flow before in the same telephone call, so that no number comes twice in it.
    Raises ``FlowNotFoundError``, also for a node that the flow does not have.
    """
    flow = flows.flow(name)
    start = node or flow.start
    if start not in flow.nodes:
        raise FlowNotFoundError(f"flow {name!r} has no node {node!r}")
    turn = Turn(flows, State(flow=flow.id, version=flow.version, node=start, number=number, values=dict(values)))
    go(turn, start)
    return turn.state, turn.actions


def wait(flows: Flows, name: str, values: Mapping[str, str], *, number: int = 0) -> Step:
    """Start a flow for a caller who waits already, at its first node that waits. ``values`` say ``queue``.

    Raises ``FlowNotFoundError``, also for a flow in which nobody waits.
    """
    flow = flows.flow(name)
    node = next((node for node in flow.nodes.values() if isinstance(node, Queue)), None)
    if node is None:
        raise FlowNotFoundError(f"nobody waits in flow {name!r}")
    turn = Turn(flows, State(flow=flow.id, version=flow.version, node=node.id, number=number, values=dict(values)))
    turn.change(stage=Stage.QUEUED, place=Place(queue=values.get("queue", ""), at=turn.here, depth=0), music=True)
    turn.note("entered")
    return turn.state, turn.actions


def resume(flows: Flows, state: State, *, handing_over: bool = False) -> Step:
    """Go on from a state that was written down. Nobody knows what the caller heard, so that what was to come after it
    comes now; a flow whose sensitive words are gone asks for them again. ``handing_over``: a telephone outside is being
    called. Raises ``FlowNotFoundError``."""
    asking = _asking_again(flows, state)
    if asking is not None:
        return asking
    missed = _never_told(state, handing_over)
    if not state.playback:
        return (state, ()) if missed is None else step(flows, state, missed)
    heard, acts = step(flows, state, inputs.PlaybackEnded(state.playback))
    if missed is None or isinstance(missed, inputs.TimedOut):
        return heard, acts
    after, more = step(flows, heard, missed)
    return after, (*acts, *more)


def _never_told(state: State, handing_over: bool) -> inputs.Input | None:
    """What the flow waited for and will not be told."""
    match state.stage:
        case Stage.SECRET:
            return inputs.SecretCollected(state.step, silent=True)
        case Stage.CALLING:
            return inputs.Answered(state.step, inputs.Unknown())
        case Stage.RECORDING:
            return inputs.Recorded(state.step)
        case Stage.HANDED_OVER if not handing_over:
            return inputs.TransferFailed()
        case _:
            return inputs.TimedOut(state.timer) if state.timer else None


def _asking_again(flows: Flows, state: State) -> Step | None:
    """The outermost flow that typed what is gone, begun anew: operations of before are asked for with new steps."""
    if state.stage in (Stage.ENDED, Stage.SERVED, Stage.HANDED_OVER):
        return None
    here = Frame(state.flow, state.version, state.node)
    for depth, frame in enumerate((*state.frames, here)):
        flow = flows.flow(frame.flow, frame.version)
        typed = {node.into for node in flow.nodes.values() if isinstance(node, Collect)}
        if typed & set(state.hidden):
            turn = Turn(flows, replace(state, hidden=(), playback=0))
            come_back(turn, frame, state.frames[:depth])
            go(turn, flow.start)
            return turn.state, turn.actions
    return None


def step(flows: Flows, state: State, heard: inputs.Input) -> Step:
    """What comes of one input. Whatever nobody waits for any more changes nothing.

    Raises ``FlowNotFoundError`` if the caller's flow is not in ``flows`` at his version.
    """
    turn = Turn(flows, state)
    flows.flow(state.flow, state.version)
    if state.stage is not Stage.ENDED:
        _hear(turn, heard)
    return turn.state, turn.actions


def _hear(turn: Turn, heard: inputs.Input) -> None:  # noqa: PLR0912 - one case for each kind of input
    match heard:
        case inputs.Digit(digit=digit):
            _digit(turn, digit)
        case inputs.PlaybackEnded(playback=playback) if playback == turn.state.playback:
            turn.change(playback=0)
            _fell_silent(turn)
        case inputs.TimedOut(timer=timer) if timer == turn.state.timer:
            turn.change(timer=0)
            _timed_out(turn)
        case inputs.SecretCollected(collection=number) if turn.awaits(number, Stage.SECRET):
            _secret(turn, heard)
        case inputs.Answered(step=number, outcome=outcome) if turn.awaits(number, Stage.CALLING, Stage.OFFERING):
            _answered(turn, outcome)
        case inputs.Recorded(recording=number) if turn.awaits(number, Stage.RECORDING):
            node = turn.node
            assert isinstance(node, Voicemail)
            turn.note("recorded")
            go(turn, node.next)
        case inputs.QueueUpdate():
            _queue_moved(turn, heard)
        case inputs.QueueClosed():
            _queue_closed(turn)
        case inputs.Served():
            _served(turn)
        case inputs.Released() if turn.state.stage is Stage.SERVED:
            node = turn.node
            assert isinstance(node, Queue)
            turn.note("released")
            go(turn, node.released)
        case inputs.TransferFailed() if turn.state.stage is Stage.HANDED_OVER:
            node = turn.node
            assert isinstance(node, Transfer)
            go(turn, node.failed)
        case inputs.CallerGone():
            turn.note("caller gone")
            turn.change(stage=Stage.ENDED, playback=0, timer=0, step=0, place=None)
        case _:
            pass


def _digit(turn: Turn, digit: str) -> None:
    match turn.state.stage, turn.node:
        case Stage.SPEAKING, Play(barge_in=True, next=target):
            turn.note("skipped")
            go(turn, target)
            if isinstance(turn.node, Menu | Collect):
                _digit(turn, digit)
        case Stage.LISTENING, Menu() | Collect() as node if node.barge_in or not turn.state.playback:
            turn.quiet()
            if isinstance(node, Menu):
                _choose(turn, node, digit)
            else:
                _type(turn, node, digit)
        case Stage.QUEUED, Queue() as node:
            option = next((each for each in node.offered(turn.state.values) if each.key == digit), None)
            if option is not None:
                turn.note("pressed", digit)
                turn.music(False)
                turn.set(dict(option.set))
                go(turn, option.next)
        case Stage.RECORDING, _ if digit == "#":
            turn.act(actions.StopRecording(turn.state.step))


def _choose(turn: Turn, node: Menu, digit: str) -> None:
    option = next((each for each in node.offered(turn.state.values) if each.key == digit), None)
    if option is None:
        _missed(turn, node.patience.wrong, "wrong key")
        return
    turn.note("pressed", digit)
    turn.set(dict(option.set))
    go(turn, option.next)


def _type(turn: Turn, node: Collect, digit: str) -> None:
    typed = turn.state.typed
    if digit == "#":
        _typed_out(turn, node)
        return
    if digit == "*" and node.typed is Typed.DIGITS:
        turn.change(typed="")
        turn.wait(node.patience.first)
        return
    if node.strict and (typed == _TOO_MANY or len(typed) == node.most):
        turn.change(typed=_TOO_MANY)
        turn.wait(node.patience.between)
        return
    turn.change(typed=typed + digit)
    if len(turn.state.typed) >= node.most and not node.strict:
        _typed_out(turn, node)
    else:
        turn.wait(node.patience.between)


def _typed_out(turn: Turn, node: Collect) -> None:
    typed = turn.state.typed
    value = typed if node.typed is Typed.DIGITS else _amount(typed)
    if len(typed) < node.least or not value or typed == _TOO_MANY:
        _missed(turn, node.patience.wrong, "wrong input")
        return
    turn.note("typed", node.into)
    turn.set({node.into: value})
    go(turn, node.next)


def _amount(typed: str) -> str:
    """``1234*5`` as ``CNY 1234.50``; empty for what is no amount, or none at all."""
    read = _AMOUNT.fullmatch(typed)
    if read is None or not typed.replace("*", "").strip("0"):
        return ""
    return f"CNY {int(read[1])}.{(read[2] or '').ljust(2, '0')}"


def _missed(turn: Turn, prompt: str, why: str) -> None:
    node = turn.node
    assert isinstance(node, Menu | Collect | CollectSecret)
    turn.note(why)
    misses = turn.state.misses + 1
    turn.change(misses=misses)
    if misses >= node.patience.tries:
        go(turn, node.patience.failed)
    elif isinstance(node, CollectSecret):
        collect_secret(turn, (prompt,))
    else:
        ask(turn, (prompt,))


def _fell_silent(turn: Turn) -> None:
    match turn.state.stage, turn.node:
        case Stage.SPEAKING, _:
            heard_out(turn)
        case Stage.LISTENING, Menu() | Collect() as node:
            turn.wait(node.patience.first)
        case Stage.QUEUED, Queue():
            if "position" in turn.state.values and not turn.state.announced:
                announce(turn)
            else:
                begin_music(turn)


def _timed_out(turn: Turn) -> None:
    match turn.state.stage, turn.node:
        case Stage.LISTENING, Menu() as node:
            _missed(turn, node.patience.silent, "no input")
        case Stage.LISTENING, Collect() as node:
            if turn.state.typed:
                _typed_out(turn, node)
            else:
                _missed(turn, node.patience.silent, "no input")
        case Stage.CALLING, _:
            _answered(turn, inputs.Unknown())
        case Stage.OFFERING, _:
            _answered(turn, inputs.Refused("NO_ANSWER"))
        case Stage.QUEUED, _:
            announce(turn)
        case Stage.RECORDING, _:
            turn.act(actions.StopRecording(turn.state.step))


def _secret(turn: Turn, heard: inputs.SecretCollected) -> None:
    node = turn.node
    assert isinstance(node, CollectSecret)
    if heard.sealed:
        turn.note("secret typed")
        go(turn, node.next, heard.sealed)
    elif heard.silent:
        _missed(turn, node.patience.silent, "no input")
    else:
        _missed(turn, node.patience.wrong, "wrong input")


def _answered(turn: Turn, outcome: inputs.Outcome) -> None:
    node = turn.node
    target = ""
    if isinstance(node, CallOperation):
        target = _after_call(turn, node, outcome)
    elif isinstance(node, Callback):
        taken = isinstance(outcome, inputs.Done)
        turn.note("callback taken" if taken else "callback refused")
        if taken:
            turn.change(place=None)
        target = node.done if taken else node.refused
    if turn.state.playback:
        turn.change(stage=Stage.SPEAKING, after=target, step=0, timer=0)
    else:
        go(turn, target)


def _after_call(turn: Turn, node: CallOperation, outcome: inputs.Outcome) -> str:
    match outcome:
        case inputs.Done(results=results):
            turn.note("done", node.operation)
            turn.set(dict(results))
            return node.done
        case inputs.Refused(code=code, figures=figures):
            turn.note("refused", code)
            turn.set(dict(figures))
            if code not in node.refused:
                turn.act(actions.Alert(node.operation, code))
            return node.refused.get(code, node.otherwise)
        case inputs.Unknown(reference=reference):
            turn.note("unknown", reference)
            turn.act(actions.Alert(node.operation, "UNKNOWN", reference))
            return node.unknown


def _queue_moved(turn: Turn, heard: inputs.QueueUpdate) -> None:
    if turn.state.place is None:
        return
    news = heard.offer != turn.state.values.get("offer", "")
    wait = "" if heard.wait is None else f"{heard.wait:.0f}"
    position, ahead = str(heard.position), str(heard.position - 1)
    turn.set({"position": position, "ahead": ahead, "wait": wait, "offer": heard.offer})
    if turn.state.stage is Stage.QUEUED and not turn.state.playback and (news or not turn.state.announced):
        announce(turn)


def _queue_closed(turn: Turn) -> None:
    place = turn.state.place
    if place is None:
        return
    _interrupt(turn)
    come_back(turn, place.at, turn.state.frames[: place.depth])
    turn.change(place=None)
    turn.note("closed", place.queue)
    node = turn.node
    assert isinstance(node, Queue)
    go(turn, node.closed)


def _served(turn: Turn) -> None:
    place = turn.state.place
    if place is None:
        return
    _interrupt(turn)
    come_back(turn, place.at, turn.state.frames[: place.depth])
    turn.change(stage=Stage.SERVED, place=None, timer=0, step=0, typed="", after="")
    turn.note("served", place.queue)


def _interrupt(turn: Turn) -> None:
    turn.quiet()
    turn.music(False)
    if turn.state.stage is Stage.SECRET:
        turn.act(actions.StopCollecting(turn.state.step))
