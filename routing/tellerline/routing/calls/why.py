"""Decisions in sentences that a team leader understands, in Chinese and English.

``language`` is a tag such as ``zh-CN`` or ``en``. Sentences are made when somebody asks; recording costs nothing but
the decision itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from tellerline.routing.calls import words
from tellerline.routing.calls.decisions import (
    Accepted,
    CallbackDue,
    CallbackKept,
    Canceled,
    Decision,
    Offer,
    Queued,
    Refused,
    Rescinded,
    StepChanged,
    StepSkipped,
    VoicemailDue,
)
from tellerline.routing.calls.model import CallClass, Queue, RoutingPlan, StepKind, Title
from tellerline.routing.calls.standing import Standing
from tellerline.routing.calls.state import CallState


def why_this_agent(offer: Offer, language: str) -> str:
    """Why the call was offered to this agent and not to another, or to this agent and not another call."""
    kind = (words.CALLBACK if offer.callback else words.CALLER).in_language(language)
    if not offer.arrival:
        score = score_in_words(offer.waited, offer.credit, offer.aging, language)
        return words.BECAME_FREE.in_language(language).format(agent=offer.agent, kind=kind, score=score)
    idle = duration(offer.at - offer.ready_since, language)
    reason = words.DEDICATED if offer.dedicated else words.PROFICIENT if offer.proficiency else words.HELPING
    key = reason.in_language(language).format(proficiency=offer.proficiency, idle=idle)
    return words.WAS_FREE.in_language(language).format(agent=offer.agent, kind=kind, key=key)


def why_still_waiting(standing: Standing, plan: RoutingPlan, language: str) -> str:
    """What keeps the call from being served at the instant of ``standing``."""
    waited = duration(standing.waited, language)
    if standing.state is CallState.RESERVED:
        return words.BEING_OFFERED.in_language(language).format(agent=standing.offered_to, waited=waited)
    if standing.dialled_in is not None:
        return words.PUT_OFF.in_language(language).format(time=duration(standing.dialled_in, language))
    queue = plan.queues[standing.queue]
    step = queue.steps[standing.step]
    parts = [(words.WAITS, {"queue": queue.title.in_language(language), "waited": waited})]
    if standing.staffed:
        parts += [(words.ALL_BUSY, {}), *([(words.BARRED, {})] if standing.barred else [])]
        parts.append((words.AHEAD if standing.ahead else words.FIRST, {}))
    else:
        parts.append((words.NOBODY, {}))
    if standing.next_step_in is not None:
        parts.append((words.STEP_IN, {"time": duration(standing.next_step_in, language)}))
    counts = {"staffed": standing.staffed, "barred": standing.barred, "ahead": standing.ahead}
    values = {"step": step_in_words(step.kind, step.group, plan, language), **counts}
    joint = "" if language.startswith("zh") else " "
    return joint.join(title.in_language(language).format(**values, **more) for title, more in parts)


def tell(decision: Decision, plan: RoutingPlan, language: str) -> str:
    """One sentence for one decision."""
    if isinstance(decision, Offer):
        return why_this_agent(decision, language)
    title, values = _sentence(decision, plan, language)
    return title.in_language(language).format(**values)


def _sentence(decision: Decision, plan: RoutingPlan, language: str) -> tuple[Title, dict[str, str]]:
    title: Title = words.LEFT
    values: dict[str, str] = {}
    match decision:
        case Queued():
            queue = title_of(plan.queues, decision.queue, language)
            call_class = title_of(plan.classes, decision.call_class, language)
            title, values = words.QUEUED, {"queue": queue, "call_class": call_class}
        case Accepted():
            title, values = words.ACCEPTED, {"agent": decision.agent}
        case Refused():
            for_long = duration(decision.excluded_until - decision.at, language)
            title, values = words.REFUSED, {**_who_and_why(decision, language), "for_long": for_long}
        case Rescinded():
            title, values = words.RESCINDED, _who_and_why(decision, language)
        case Canceled():
            title, values = words.CANCELED, {"agent": decision.agent}
        case StepChanged():
            title, values = words.STEP_CHANGED, _step(decision.kind, decision.group, plan, language)
        case StepSkipped():
            title, values = words.STEP_SKIPPED, _step(decision.kind, decision.group, plan, language)
        case CallbackDue():
            title, values = words.STEP_CHANGED, _step(StepKind.CALLBACK, "", plan, language)
        case VoicemailDue():
            title, values = words.STEP_CHANGED, _step(StepKind.VOICEMAIL, "", plan, language)
        case CallbackKept():
            time = duration(decision.not_before - decision.at, language)
            when = words.NOT_BEFORE if decision.not_before > decision.at else words.NOW
            title, values = words.CALLBACK_KEPT, {"in_time": when.in_language(language).format(time=time)}
    return title, values


def _who_and_why(decision: Refused | Rescinded, language: str) -> dict[str, str]:
    return {"agent": decision.agent, "reason": words.REASONS[decision.reason].in_language(language)}


def _step(kind: StepKind, group: str, plan: RoutingPlan, language: str) -> dict[str, str]:
    return {"step": step_in_words(kind, group, plan, language)}


def score_in_words(waited: float, credit: float, aging: float, language: str) -> str:
    """The score with its parts; parts that are 0 are left out."""
    parts = {
        "waited": duration(waited, language),
        "credit": words.CREDIT.in_language(language).format(credit=duration(credit, language)) if credit else "",
        "aging": words.AGING.in_language(language).format(aging=duration(aging, language)) if aging else "",
    }
    title = words.SCORE if credit or aging else words.SCORE_BARE
    return title.in_language(language).format(**parts, score=duration(waited + credit + aging, language))


def step_in_words(kind: StepKind, group: str, plan: RoutingPlan, language: str) -> str:
    title = plan.groups.get(group)
    name = group if title is None else title.in_language(language)
    return words.STEPS[kind].in_language(language).format(group=name)


def title_of(named: Mapping[str, Queue] | Mapping[str, CallClass], name: str, language: str) -> str:
    """What people call the queue or class; its id, where the plan has it no longer."""
    found = named.get(name)
    return name if found is None else found.title.in_language(language)


def duration(seconds: float, language: str) -> str:
    """Whole seconds, in minutes from one minute on and in hours from one hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    units = ("小时", "分", "秒") if language.startswith("zh") else ("h", "min", "s")
    parts = [f"{number} {unit}" for number, unit in zip((hours, minutes, rest), units, strict=True) if number]
    return " ".join(parts) or f"0 {units[2]}"
