"""Between the machine that plays flows and the site: what a flow asks for as wants, the site's news as inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.library import PROMPTS, Flows
from tellerline.callcenter.ivr.state import State
from tellerline.callcenter.ivr.wording import sounds
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.orders import IvrNews, TellIvr
from tellerline.connectors.telephony.events import Ended, SecretEnd
from tellerline.connectors.telephony.switch import SecretPlan

ASKED, ANSWERED = "asked", "answered"
"""The names under which is kept with the call what was asked of the bank, and how that ended."""
KNOWN = ("language", "tier", "period", "region")
"""Values that stay with the call from one flow to the next."""
BEEP = "sound:beep"
_APOLOGY = f"{PROMPTS}.apology"
_AGENT = "agent"
_CLASSES = {"vip": "vip", "group": "priority"}
_STANDARD = "standard"


def call_class(values: Mapping[str, str]) -> str:
    """The routing plan's word for the caller's tier."""
    return _CLASSES.get(values.get("tier", ""), _STANDARD)


def apology(flows: Flows, language: str) -> tuple[str, ...]:
    """What a caller hears whose flow has failed; nothing where no such prompt is."""
    prompt = flows.prompts.get(_APOLOGY)
    return () if prompt is None else sounds(prompt, {}, language)


def wants_of(flows: Flows, state: State, acts: Sequence[actions.Action]) -> Iterator[c.Want]:
    """What the site is to do, in order; timers, music and notes are not its business."""
    for act in acts:
        match act:
            case actions.Play():
                yield _play(flows, act)
            case actions.EnterQueue(queue=queue):
                yield _enter(state, queue)
            case actions.OfferCallback(queue=queue, number=number, enters=enters):
                yield c.KeepCallback(number=number, enters=_enter(state, queue) if enters else None)
            case actions.Record(box=box, silence=silence):
                yield c.RecordMessage(box=box, silence=timedelta(seconds=silence))
                yield c.PlayPrompts(prompts=(BEEP,), language=state.language)
            case actions.TransferTo(to=to) if to != _AGENT:
                yield c.TransferOut(number=to)
            case _:
                want = _want_of(act)
                if want is not None:
                    yield want


def inputs_of(state: State, news: TellIvr) -> Sequence[inputs.Input]:
    """The site's word in the machine's."""
    heard: inputs.Input | None = None
    match news.news:
        case IvrNews.DIGIT:
            heard = inputs.Digit(news.digit)
        case IvrNews.PLAYED if news.played is not Ended.STOPPED:
            heard = inputs.PlaybackEnded(news.mark)
        case IvrNews.SECRET:
            heard = inputs.SecretCollected(state.step, news.sealed, news.secret is SecretEnd.TIMED_OUT)
        case IvrNews.WAITS:
            heard = inputs.QueueUpdate(position=news.position, wait=news.wait, offer=news.offer)
        case IvrNews.RECORDED:
            heard = inputs.Recorded(state.step)
        case IvrNews.NO_ANSWER:
            heard = inputs.TransferFailed()
        case _:
            pass
    return () if heard is None else (heard,)


def of_the_bank(acts: Sequence[actions.Action], heard: inputs.Input | None) -> Mapping[str, str]:
    """For the call's trace: which operation is asked for now, and how the one before it ended (a code)."""
    said = {}
    for act in acts:
        if isinstance(act, actions.Call):
            said[ASKED] = act.operation
    if isinstance(heard, inputs.Answered):
        outcome = heard.outcome
        said[ANSWERED] = outcome.code if isinstance(outcome, inputs.Refused) else type(outcome).__name__.upper()
    return said


def answers_to_refusal(acts: Sequence[actions.Action]) -> Sequence[inputs.Input]:
    """What the flow hears when the site did not do what it asked for, where a flow has a way for that."""
    heard: list[inputs.Input] = []
    for act in acts:
        match act:
            case actions.EnterQueue():
                heard.append(inputs.QueueClosed())
            case actions.OfferCallback(step=step):
                heard.append(inputs.Answered(step, inputs.Refused("NOT_NOW")))
            case actions.TransferTo(to=to) if to != _AGENT:
                heard.append(inputs.TransferFailed())
            case _:
                pass
    return heard


def _play(flows: Flows, act: actions.Play) -> c.Want:
    prompts = flows.prompts
    heard = [sound for said in act.says for sound in sounds(prompts[said.prompt], said.values, act.language)]
    return c.PlayPrompts(prompts=tuple(heard), language=act.language, mark=act.playback)


def _enter(state: State, queue: str) -> c.EnterQueue:
    return c.EnterQueue(queue=queue, call_class=call_class(state.values), language=state.language)


def _want_of(act: actions.Action) -> c.Want | None:
    want: c.Want | None = None
    match act:
        case actions.StopPlaying():
            want = c.StopPrompts()
        case actions.CollectSecret(length=length, first=first, between=between):
            plan = SecretPlan(length=length, first=timedelta(seconds=first), between=timedelta(seconds=between))
            want = c.AskSecret(plan=plan)
        case actions.LeaveQueue():
            want = c.LeaveQueue()
        case actions.StopRecording():
            want = c.EndMessage()
        case actions.Keep(entries=entries):
            want = c.NoteEntries(entries=entries)
        case actions.Alert(operation=operation, code=code, reference=reference):
            want = c.AlertOperator(operation=operation, code=code, reference=reference)
        case actions.TransferTo(result=result) | actions.Finished(result=result):
            want = c.BackToAgent(outcome={"result": result})
        case actions.HangUp():
            want = c.HangUp()
        case _:
            pass
    return want
