"""Coming to a node: what is said, asked and waited for there."""

from __future__ import annotations

from tellerline.callcenter.ivr import actions
from tellerline.callcenter.ivr.flow import (
    Callback,
    CallOperation,
    Choose,
    Collect,
    CollectSecret,
    End,
    GoTo,
    HangUp,
    Menu,
    Play,
    Queue,
    Transfer,
    Voicemail,
)
from tellerline.callcenter.ivr.state import Frame, Place, Stage
from tellerline.callcenter.ivr.turn import Turn

_GRACE = 20
"""Nodes that a caller who went too long may still enter on his way out."""
_CALLBACK_SECONDS = 20


def go(turn: Turn, target: str, sealed: bytes = b"") -> None:
    """Come to a node of the flow; ``sealed`` are secret digits that a call there takes."""
    turn.quiet()
    turn.change(entered=turn.state.entered + 1, timer=0, step=0, typed="", misses=0, after="")
    flow = turn.flow
    if turn.state.entered > flow.most_steps:
        if turn.state.overrun and turn.state.entered > flow.most_steps + _GRACE:
            turn.note("gave up")
            hang_up(turn)
            return
        if not turn.state.overrun:
            turn.change(overrun=True)
            target = flow.too_long
    turn.change(node=target)
    turn.note("entered")
    _enter(turn, sealed)


def _enter(turn: Turn, sealed: bytes) -> None:
    match turn.node:
        case Play(prompts=prompts):
            turn.change(stage=Stage.SPEAKING)
            turn.say(prompts)
        case Menu() | Collect():
            ask(turn)
        case CollectSecret():
            collect_secret(turn)
        case Choose(cases=cases, otherwise=otherwise):
            go(turn, next((target for when, target in cases if when.holds(turn.state.values)), otherwise))
        case CallOperation() as node:
            _call(turn, node, sealed)
        case Queue() as node:
            _queue(turn, node)
        case Callback() as node:
            _offer_callback(turn, node)
        case Voicemail() as node:
            turn.leave_queue()
            _say_then(turn, node.prompts)
        case Transfer() as node:
            turn.leave_queue()
            _say_then(turn, node.prompts)
        case HangUp() as node:
            turn.leave_queue()
            _say_then(turn, node.prompts)
        case GoTo() as node:
            frames = (*turn.state.frames, turn.here) if node.then else turn.state.frames
            to = turn.flows.flow(node.flow)
            turn.change(frames=frames, flow=to.id, version=to.version)
            go(turn, to.start)
        case End(result=result):
            _end(turn, result)


def ask(turn: Turn, first: tuple[str, ...] = ()) -> None:
    """Say what a menu or a collection asks, after ``first``, and listen."""
    node = turn.node
    prompts: tuple[str, ...] = ()
    if isinstance(node, Menu):
        offered = node.offered(turn.state.values)
        if not offered:
            go(turn, node.patience.failed)
            return
        prompts = (*node.prompts, *(option.prompt for option in offered if option.prompt))
    elif isinstance(node, Collect):
        prompts = node.prompts
    turn.change(stage=Stage.LISTENING, typed="", timer=0)
    turn.say((*first, *prompts))
    if not turn.state.playback and isinstance(node, Menu | Collect):
        turn.wait(node.patience.first)


def collect_secret(turn: Turn, first: tuple[str, ...] = ()) -> None:
    """Begin to collect before anything is said: no digit is then heard of, however early it is typed."""
    node = turn.node
    assert isinstance(node, CollectSecret)
    number = turn.numbered()
    turn.change(stage=Stage.SECRET, step=number)
    turn.act(actions.CollectSecret(number, node.length, node.patience.first, node.patience.between))
    turn.say((*first, *node.prompts))


def heard_out(turn: Turn) -> None:
    """What the node said has been heard: do what it says next."""
    match turn.node:
        case Play(next=target):
            go(turn, target)
        case CallOperation():
            go(turn, turn.state.after)
        case Voicemail() as node:
            number = turn.numbered()
            turn.change(stage=Stage.RECORDING, step=number)
            turn.act(actions.Record(number, turn.filled(node.box), node.silence))
            turn.wait(node.most)
        case Transfer() as node:
            turn.change(stage=Stage.HANDED_OVER)
            turn.note("transferred", node.result)
            turn.act(actions.TransferTo(turn.filled(node.to), node.result))
        case HangUp():
            hang_up(turn)


def hang_up(turn: Turn) -> None:
    turn.leave_queue()
    turn.change(stage=Stage.ENDED, timer=0, step=0)
    turn.act(actions.HangUp())


def begin_music(turn: Turn) -> None:
    """Between two announcements of a queue."""
    node = turn.node
    assert isinstance(node, Queue)
    turn.music(True)
    turn.wait(node.every)


def announce(turn: Turn) -> None:
    """Tell how long it will take, and what may be pressed; nothing yet while the queue has told nothing."""
    node = turn.node
    assert isinstance(node, Queue)
    offered = tuple(option.prompt for option in node.offered(turn.state.values) if option.prompt)
    told = node.announce_next if turn.state.values.get("position") == "1" else node.announce
    prompts = (*filter(turn.can_say, told), *offered) if "position" in turn.state.values else ()
    if not prompts:
        begin_music(turn)
        return
    turn.change(announced=True, timer=0)
    turn.say(prompts)


def _say_then(turn: Turn, prompts: tuple[str, ...]) -> None:
    turn.music(False)
    turn.change(stage=Stage.SPEAKING)
    turn.say(prompts)
    if not turn.state.playback:
        heard_out(turn)


def _call(turn: Turn, node: CallOperation, sealed: bytes) -> None:
    number = turn.numbered()
    fields = {name: value for name, text in node.fields.items() if (value := turn.filled(text))}
    turn.change(stage=Stage.CALLING, step=number)
    turn.note("called", node.operation)
    turn.act(actions.Call(number, node.operation, fields, sealed))
    turn.say(node.prompts)
    turn.wait(node.seconds)


def _queue(turn: Turn, node: Queue) -> None:
    turn.change(stage=Stage.QUEUED)
    place, queue = turn.state.place, turn.filled(node.queue)
    if place is not None and place.queue == queue:
        announce(turn)
        return
    turn.leave_queue()
    turn.change(place=Place(queue=queue, at=turn.here, depth=len(turn.state.frames)), announced=False)
    turn.act(actions.EnterQueue(queue))
    turn.say(node.prompts)
    if not turn.state.playback:
        begin_music(turn)


def _offer_callback(turn: Turn, node: Callback) -> None:
    number, queue = turn.numbered(), turn.filled(node.queue)
    turn.change(stage=Stage.OFFERING, step=number)
    turn.act(actions.OfferCallback(number, queue, turn.filled(node.number), enters=turn.state.place is None))
    turn.wait(_CALLBACK_SECONDS)


def _end(turn: Turn, result: str) -> None:
    if not turn.state.frames:
        turn.leave_queue()
        turn.change(stage=Stage.ENDED)
        turn.note("finished", result)
        turn.act(actions.Finished(result))
        return
    *frames, back = turn.state.frames
    come_back(turn, back, tuple(frames))
    node = turn.node
    assert isinstance(node, GoTo)
    go(turn, node.then[result])


def come_back(turn: Turn, to: Frame, frames: tuple[Frame, ...]) -> None:
    """Be at a node again without entering it."""
    turn.change(flow=to.flow, version=to.version, node=to.node, frames=frames)
