"""A call's events in sentences: each as it comes, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tellerline.cli.tracing import words
from tellerline.cli.tracing.happened import Happened
from tellerline.cli.tracing.words import Said
from tellerline.routing.calls.decisions import Offer
from tellerline.routing.calls.model import StepKind
from tellerline.routing.calls.why import why_this_agent
from tellerline.routing.calls.words import STEPS

_UNITS = "unit/"
_BY_ROLE = {"CUSTOMER": words.CALLER, "AGENT": words.AGENT, "LEADER": words.LEADER, "OUTSIDE": words.OUTSIDE}


class Teller:
    """Remembers what one call's sentences need of the events before: whose leg it is, where the flow was."""

    def __init__(self) -> None:
        self.legs: dict[str, Said] = {}
        """Whose each leg is."""
        self._node = ""
        self._asked = ""

    def tell(self, event: Happened) -> list[Said]:
        """What people are told of it: nothing, a sentence, or several."""
        self._meet(event)
        if event.kind in words.QUIET:
            return []
        if event.kind == "IvrNodeReached":
            return list(self._steps(event))
        if event.kind in words.SAID_BY:
            name, said = words.SAID_BY[event.kind]
            chosen = said.get(str(event.details.get(name)))
            return [] if chosen is None else [self._said(event, chosen)]
        if event.kind == "QueueStepReached":
            return [_queue_step(event)]
        if event.kind == "PromptsStarted" and not _heard(event):
            return []
        said_always = words.SAID.get(event.kind, (event.kind, event.kind))
        if event.text("returns_to"):
            said_always = _joined(said_always, words.WAITS_FOR_HIM)
        return [self._said(event, said_always)]

    def _meet(self, event: Happened) -> None:
        leg = event.text("leg")
        if event.kind == "CallArrived":
            self.legs[leg] = words.CALLER
        elif event.kind == "LegDialled":
            said = _BY_ROLE.get(event.text("role"), words.OUTSIDE)
            party = event.text("party")
            self.legs[leg] = (said[0].format(party=party), said[1].format(party=party))

    def _steps(self, event: Happened) -> Iterator[Said]:
        """A flow tells of where it is at every key; people want to know where it has come to."""
        if event.text("answered") and self._asked:
            yield self._said(event, words.ANSWERED, asked=self._asked)
            self._asked = ""
        node = event.text("node")
        if node != self._node:
            self._node = node
            yield self._said(event, words.STEP)
        if event.text("asked"):
            self._asked = event.text("asked")
            yield self._said(event, words.ASKS)

    def _said(self, event: Happened, said: Said, **more: str) -> Said:
        english, chinese = (self._filled(event, said, place, more) for place in (0, 1))
        return english, chinese

    def _filled(self, event: Happened, said: Said, place: int, more: dict[str, str]) -> str:
        values = {name: _code(event.text(name), place) for name in event.details}
        values |= {"agent": event.agent, "queue": event.queue, "heard": ", ".join(_heard(event))}
        values["who"] = self.legs.get(event.text("leg"), ("?", "?"))[place]
        values["caller"] = event.text("caller") or words.WITHHELD[place]
        values["result"] = _code(_result(event), place)
        values["expected"] = _wait(event.details.get("expected"), place)
        if event.kind == "ReservationMade":
            values["reason"] = _reason(event, ("en", "zh")[place])
        return said[place].format_map(_Shown(values | more))


class _Shown(dict[str, str]):
    """What another version leaves out, or names otherwise, is shown as missing."""

    def __missing__(self, name: str) -> str:
        return "–"


def _joined(first: Said, second: Said) -> Said:
    return first[0] + second[0], first[1] + second[1]


def _code(text: str, place: int) -> str:
    return words.CODES.get(text, (text, text))[place]


def _heard(event: Happened) -> list[str]:
    """Names of prompts, each once, without those of words around figures."""
    names = (str(name).rpartition("/")[0] for name in event.details.get("prompts") or ())
    return list(dict.fromkeys(name for name in names if name and not f"{name}/".startswith(_UNITS)))


def _wait(seconds: object, place: int) -> str:
    return f"{seconds:.0f} s" if isinstance(seconds, float) else words.UNKNOWN[place]


def _result(event: Happened) -> str:
    outcome = event.details.get("outcome")
    return str(outcome.get("result", "")) if isinstance(outcome, dict) else ""


def _queue_step(event: Happened) -> Said:
    try:
        title = STEPS[StepKind(event.text("kind"))]
        said = tuple(title.in_language(each).format(group=event.text("group")) for each in ("en", "zh"))
    except ValueError:
        said = (event.text("kind"), event.text("kind"))
    told = words.QUEUE_STEP[0].format(step=said[0]), words.QUEUE_STEP[1].format(step=said[1])
    return _joined(told, words.NOBODY) if event.details.get("skipped") else told


def _reason(event: Happened, language: str) -> str:
    """Why this agent: routing's own sentence; the agent alone where routing did not choose him."""
    grounds = event.details.get("grounds")
    if not grounds:
        return event.agent
    at = event.at.timestamp()
    offer = Offer(
        at=at,
        reservation=0,
        call="",
        agent=event.agent,
        queue=event.queue,
        step=int(grounds["step"]),
        entered=at - float(grounds["waited"]),
        credit=float(grounds["credit"]),
        aging=float(grounds["aging"]),
        dedicated=grounds["dedicated"] == "true",
        proficiency=int(grounds["proficiency"]),
        ready_since=datetime.fromisoformat(grounds["ready_since"]).timestamp(),
        arrival=grounds["chosen"] == "agent",
        callback=event.text("kind") == "CALLBACK",
    )
    return why_this_agent(offer, language)
