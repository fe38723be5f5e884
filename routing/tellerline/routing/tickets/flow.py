"""The way of a ticket as data: steps, who may do what at each, and the clocks that run meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from tellerline.routing.tickets.details import INSTANTS, NAMES
from tellerline.routing.tickets.kinds import Ending, Kind, Party, Role, Standing


class FlowError(ValueError):
    """A flow that cannot be followed; the text names the place and the mistake."""


@dataclass(frozen=True, slots=True)
class Title:
    """What people read."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What one of ``by`` may do at a step: the ticket goes ``to`` another step, or ends with ``ending``.

    ``needs`` names the details that must be filled in; ``other_than`` earlier actions whose doer may not do this one.
    ``definite``: not while the outcome of the ticket's transaction is unknown. ``opens`` names a new ticket's flow.
    """

    name: str
    title: Title
    by: frozenset[Role]
    to: str = ""
    ending: Ending | None = None
    needs: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()
    definite: bool = False
    opens: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A place in a flow. It is left only when every one of ``tells`` has been told."""

    name: str
    title: Title
    standing: Standing
    actions: tuple[Action, ...]
    tells: frozenset[Party] = frozenset()

    def action(self, name: str) -> Action | None:
        return next((action for action in self.actions if action.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """``to`` is called when so much is left: working ``days``, or ``span`` before an agreed instant."""

    to: Role
    days: Decimal = Decimal()
    span: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """Runs while the ticket is at one of ``steps``: for working ``days``, or ``until`` an instant among the details."""

    name: str
    title: Title
    steps: frozenset[str]
    days: Decimal = Decimal()
    until: str = ""
    alarms: tuple[AlarmRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One version of a flow; a ticket begins at the first step. Raises ``FlowError`` for what cannot be followed.

    ``at_once`` are called when a major event 重大事件 is opened.
    """

    name: str
    kind: Kind
    version: int
    title: Title
    steps: tuple[Step, ...]
    clocks: tuple[ClockRule, ...] = ()
    opened_by: frozenset[Role]
    withdrawn_by: frozenset[Role] = frozenset()
    paused_by: frozenset[Role] = frozenset()
    needs: tuple[str, ...] = ()
    at_once: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        for mistake in _mistakes(self):
            raise FlowError(f"{self.name}: {mistake}")

    def step(self, name: str) -> Step:
        """Raises ``KeyError`` for a name that is none of its steps."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)


def _mistakes(flow: Flow) -> Iterator[str]:
    names = [step.name for step in flow.steps]
    if not names:
        yield "steps: there is none"
        return
    yield from (f"steps: {name!r} stands twice" for name in _twice(names))
    yield from (f"clocks: {name!r} stands twice" for name in _twice([clock.name for clock in flow.clocks]))
    if flow.version < 1:
        yield "version: must be 1 or more"
    if not flow.opened_by:
        yield "opened_by: nobody could open one"
    yield from _unknown_details(flow.needs, "needs")
    everywhere = [action.name for step in flow.steps for action in step.actions]
    for step in flow.steps:
        yield from _mistakes_of_step(step, frozenset(names), frozenset(everywhere))
    for clock in flow.clocks:
        yield from _mistakes_of_clock(clock, frozenset(names))
    lost = sorted(set(names) - _reached(flow))
    if lost:
        yield f"steps: {lost[0]!r} is never reached"
    stuck = sorted(name for name in names if not _ends(flow, name))
    if stuck:
        yield f"steps: from {stuck[0]!r} nothing leads to an end"


def _mistakes_of_step(step: Step, names: frozenset[str], everywhere: frozenset[str]) -> Iterator[str]:
    place = f"steps {step.name!r}"
    if step.standing is Standing.PROCESSED:
        yield f"{place}: standing: only an ended ticket is processed"
    yield from (f"{place}: actions: {name!r} stands twice" for name in _twice([act.name for act in step.actions]))
    for action in step.actions:
        here = f"{place}: actions {action.name!r}"
        if bool(action.to) == (action.ending is not None):
            yield f"{here}: needs either to or ending"
        if action.to and action.to not in names:
            yield f"{here}: to: {action.to!r} is no step"
        if not action.by:
            yield f"{here}: by: nobody could do it"
        if action.opens and action.ending is None:
            yield f"{here}: opens: only what ends a ticket opens another"
        yield from _unknown_details(action.needs, f"{here}: needs")
        for name in action.other_than:
            if name not in everywhere:
                yield f"{here}: other_than: {name!r} is no action"


def _mistakes_of_clock(clock: ClockRule, names: frozenset[str]) -> Iterator[str]:
    place = f"clocks {clock.name!r}"
    if bool(clock.until) == bool(clock.days) or clock.days < 0:
        yield f"{place}: needs either days above 0 or until"
    if clock.until and clock.until not in INSTANTS:
        yield f"{place}: until: {clock.until!r} is no detail that is an instant"
    if not clock.steps or not clock.steps <= names:
        yield f"{place}: steps: must be steps of the flow"
    left = [(alarm.days, alarm.span) for alarm in clock.alarms]
    if left != sorted(left, reverse=True) or len(set(left)) != len(left):
        yield f"{place}: alarms: each must come later than the one before it"
    yield from (f"{place}: alarms: {role!r} is called twice" for role in _twice([alarm.to for alarm in clock.alarms]))
    for alarm in clock.alarms:
        if bool(alarm.days) == bool(alarm.span) or bool(alarm.span) != bool(clock.until):
            yield f"{place}: alarms: {alarm.to}: needs days_left, or minutes_left where the clock runs until an instant"
        elif alarm.days < 0 or alarm.span < timedelta() or (clock.days and alarm.days >= clock.days):
            yield f"{place}: alarms: {alarm.to}: must come between the start of the clock and its end"


def _unknown_details(names: tuple[str, ...], place: str) -> Iterator[str]:
    yield from (f"{place}: {name!r} is no detail of a ticket" for name in names if name not in NAMES)


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _reached(flow: Flow) -> set[str]:
    found: set[str] = set()
    ahead = [flow.steps[0].name]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += [action.to for action in flow.step(name).actions if action.to]
    return found


def _ends(flow: Flow, start: str) -> bool:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        for action in flow.step(name).actions:
            if action.ending is not None:
                return True
            ahead.append(action.to)
    return False
