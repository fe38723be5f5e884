"""A call in an IVR flow: entered, led by what the flow wants, left."""

from __future__ import annotations

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import legs, queueing, talk
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.turn import Turn, refuse
from tellerline.callcenter.site.words import CallEnd, Ear, GrantEnd, LegState, Place, Role

_SOUND = "sound:"


def begin(turn: Turn, call: Call, flow: str, node: str = "", *, returns_to: str = "") -> None:
    """The customer hears the flow from now on; ``returns_to`` waits with music."""
    leave(turn, call)
    legs.place(turn, call, call.customer, Ear.SILENCE)
    if not returns_to:
        legs.stop_recording(turn, call, call.customer)
    turn.emit(f.IvrEntered(at=turn.at, call=call.id, flow=flow, node=node, returns_to=returns_to))
    tell(turn, call)


def tell(turn: Turn, call: Call) -> None:
    """Tell the interpreter where the call is, once the customer can hear it."""
    leg = call.legs.get(call.customer)
    if call.flow and leg is not None and leg.state is LegState.CONNECTED:
        entered(turn, call)


def entered(turn: Turn, call: Call) -> None:
    turn.order(
        o.TellIvr(
            call=call.id,
            flow=call.flow,
            news=o.IvrNews.ENTERED,
            node=call.node,
            data=dict(call.data),
            known=dict(call.known),
            queue=call.waiting.request.queue if call.waiting else "",
            outside=bool(call.outside),
        )
    )


def leave(turn: Turn, call: Call) -> None:
    """Nothing more is played to the customer, and the interpreter forgets the call."""
    legs.stop_prompts(turn, call)
    leg = call.legs.get(call.customer)
    if leg is not None and leg.message:
        legs.stop_recording(turn, call, leg.id)
    if call.outside:
        number, leg_id = call.legs[call.outside].party, call.outside
        turn.emit(f.OutsideEnded(at=turn.at, call=call.id, leg=leg_id, number=number, answered=False))
        legs.give_up(turn, call, leg_id)
    if call.flow:
        turn.order(o.TellIvr(call=call.id, flow=call.flow, news=o.IvrNews.LEFT))


def wants(turn: Turn, wanted: c.IvrWants) -> None:
    call = turn.state.calls.get(wanted.call)
    if call is None:
        refuse(Why.NO_SUCH_CALL)
    if not wanted.flow or call.flow != wanted.flow:
        refuse(Why.IVR_MOVED_ON)
    customer = call.legs.get(call.customer)
    if customer is None or customer.state is not LegState.CONNECTED:
        refuse(Why.WRONG_CALL_STATE)
    for want in wanted.wants:
        _check(turn, call, want)
    flow = wanted.flow
    for want in wanted.wants:
        if not call.flow or call.flow != flow or call.end is not None:
            return
        _carry_out(turn, call, want)
        if call.place is Place.QUEUE:
            flow = call.flow


_IN_FLOW = (c.EnterQueue, c.BackToAgent, c.AskSecret)
"""Only for a caller who neither waits nor is being handed over."""


def _check(turn: Turn, call: Call, want: c.Want) -> None:
    in_flow = call.place is Place.IVR
    if isinstance(want, c.EnterQueue):
        queueing.check(turn, want)
    if isinstance(want, _IN_FLOW) and (not in_flow or call.outside):
        refuse(Why.WRONG_CALL_STATE)
    if isinstance(want, c.RecordMessage) and call.returns_to:
        refuse(Why.WRONG_CALL_STATE)
    if isinstance(want, c.LeaveQueue) and call.place is not Place.QUEUE:
        refuse(Why.WRONG_CALL_STATE)
    if isinstance(want, c.KeepCallback):
        if want.enters is not None:
            queueing.check(turn, want.enters)
        if (call.place is not Place.QUEUE) if want.enters is None else not in_flow:
            refuse(Why.WRONG_CALL_STATE)


def _carry_out(turn: Turn, call: Call, want: c.Want) -> None:
    match want:
        case c.GoTo(node=node, data=data):
            turn.emit(f.IvrNodeReached(at=turn.at, call=call.id, flow=call.flow, node=node, data=dict(data)))
        case c.PlayPrompts():
            _play(turn, call, want)
        case c.StopPrompts():
            legs.stop_prompts(turn, call)
        case c.AskSecret():
            _ask(turn, call, want)
        case c.EnterQueue():
            _give_back(turn, call)
            queueing.enter(turn, call, want)
        case c.KeepCallback():
            _give_back(turn, call)
            queueing.ask_callback(turn, call, want)
        case c.LeaveQueue():
            queueing.leave_by_choice(turn, call)
        case c.BackToAgent(outcome=outcome):
            _back(turn, call, outcome=dict(outcome))
        case c.HangUp():
            _hang_up(turn, call)
        case c.Rescue():
            _rescue(turn, call, want)
        case _:
            _note(turn, call, want)


def _note(turn: Turn, call: Call, want: c.Want) -> None:
    """What leaves the call where it is."""
    match want:
        case c.Know(known=known):
            turn.emit(f.CallerKnown(at=turn.at, call=call.id, known=dict(known)))
        case c.NoteEntries(entries=entries):
            turn.emit(f.RecordNoted(at=turn.at, call=call.id, flow=call.flow, entries=dict(entries)))
        case c.AlertOperator():
            turn.emit(
                f.OperatorAlerted(
                    at=turn.at,
                    call=call.id,
                    flow=call.flow,
                    operation=want.operation,
                    code=want.code,
                    reference=want.reference,
                )
            )
        case c.RecordMessage(box=box, silence=silence):
            legs.record_message(turn, call, call.customer, box, silence)
        case c.EndMessage():
            legs.stop_recording(turn, call, call.customer)
        case c.TransferOut(number=number):
            _hand_over(turn, call, number)


def _play(turn: Turn, call: Call, want: c.PlayPrompts) -> None:
    legs.stop_prompts(turn, call)
    leg = call.legs.get(call.customer)
    if leg is None or leg.state is not LegState.CONNECTED:
        return
    playback = f"{leg.id}.p{leg.marks + 1}"
    named = tuple(prompt.removeprefix(_SOUND) for prompt in want.prompts if prompt.startswith(_SOUND))
    turn.emit(f.PromptsStarted(at=turn.at, call=call.id, leg=leg.id, playback=playback, prompts=named, mark=want.mark))
    turn.order(o.Play(leg=leg.id, playback=playback, prompts=want.prompts, language=want.language))


def _ask(turn: Turn, call: Call, want: c.AskSecret) -> None:
    leg = call.legs.get(call.customer)
    if leg is None or leg.state is not LegState.CONNECTED or leg.collection:
        return
    collection = f"{leg.id}.s{leg.marks + 1}"
    turn.emit(f.SecretAsked(at=turn.at, call=call.id, leg=leg.id, collection=collection))
    turn.order(o.CollectSecret(leg=leg.id, collection=collection, plan=want.plan))


def _hand_over(turn: Turn, call: Call, number: str) -> None:
    if call.place is not Place.IVR or call.outside:
        turn.order(o.TellIvr(call=call.id, flow=call.flow, news=o.IvrNews.NO_ANSWER))
        return
    legs.stop_prompts(turn, call)
    legs.place(turn, call, call.customer, Ear.MUSIC)
    leg = legs.dial(turn, call, Role.OUTSIDE, number, number, ring=turn.settings.ring)
    turn.emit(f.OutsideAsked(at=turn.at, call=call.id, leg=leg))


def outside_answered(turn: Turn, call: Call) -> None:
    """The caller is left with the telephone outside; whatever his PIN has earned is over."""
    leg = call.outside
    _give_back(turn, call)
    number = call.legs[leg].party
    legs.stop_prompts(turn, call)
    turn.order(o.TellIvr(call=call.id, flow=call.flow, news=o.IvrNews.LEFT))
    turn.emit(f.OutsideEnded(at=turn.at, call=call.id, leg=leg, number=number, answered=True))
    turn.emit(f.GrantEnds(at=turn.at, call=call.id, agent="", why=GrantEnd.TRANSFERRED))
    for each in (call.customer, leg):
        legs.place(turn, call, each, Ear.CONVERSATION)


def outside_gone(turn: Turn, call: Call, leg: str, number: str) -> None:
    """Nobody answered there: the flow goes on."""
    turn.emit(f.OutsideEnded(at=turn.at, call=call.id, leg=leg, number=number, answered=False))
    legs.place(turn, call, call.customer, Ear.SILENCE)
    turn.order(o.TellIvr(call=call.id, flow=call.flow, news=o.IvrNews.NO_ANSWER))


def _rescue(turn: Turn, call: Call, want: c.Rescue) -> None:
    turn.emit(f.FlowFailed(at=turn.at, call=call.id, flow=call.flow))
    queue = c.EnterQueue(queue=turn.settings.rescue_queue, call_class=want.call_class, language=want.language)
    if call.place is not Place.IVR or call.outside:
        return
    if call.returns_to:
        _back(turn, call, outcome={"result": "failed"})
    elif call.request is not None:
        queueing.enter_again(turn, call)
    elif queueing.known(turn, queue):
        queueing.enter(turn, call, queue)
    else:
        talk.end(turn, call, CallEnd.NORMAL)


def _hang_up(turn: Turn, call: Call) -> None:
    if call.waiting is not None and call.waiting.asked is not None:
        queueing.keep_callback(turn, call)
    else:
        talk.end(turn, call, CallEnd.NORMAL)


def _give_back(turn: Turn, call: Call) -> None:
    """An agent who waits for the caller to come back waits no longer."""
    if call.returns_to:
        talk.grant_ends(turn, call, GrantEnd.TRANSFERRED)
        talk.agent_leaves(turn, call, call.returns_to, "TRANSFERRED")


def _back(turn: Turn, call: Call, outcome: dict[str, str]) -> None:
    agent = call.returns_to
    if agent:
        leave(turn, call)
        turn.emit(f.IvrReturned(at=turn.at, call=call.id, agent=agent, outcome=outcome))
        for leg in (call.customer, call.agents[agent]):
            legs.place(turn, call, leg, Ear.CONVERSATION)
    elif call.request is not None:
        queueing.enter_again(turn, call)
    else:
        talk.end(turn, call, CallEnd.NORMAL)
