"""Flows as they are once read: nodes, what leads from one to the next, and the words of every prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

LANGUAGES = ("zh", "en")
PERIODS = ("day", "night", "holiday")
TIERS = ("unknown", "standard", "group", "vip")
"""``unknown`` is a caller whom the bank does not know."""


class Form(StrEnum):
    """How a value is said, and what must be in it."""

    NUMBER = "number"
    """A whole number."""
    DIGITS = "digits"
    """Figure by figure."""
    ENDING = "ending"
    """The last four of a number, figure by figure: what a masked number is told by."""
    MONEY = "money"
    """``CNY 1234.56``."""
    MINUTES = "minutes"
    """Seconds, told as whole minutes with their word, upwards and never none."""
    DATE = "date"
    """``2026-03-02``, told as month and day."""
    TIME = "time"
    """``2026-03-02T13:05:00+08:00``, told as hour and minute."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a prompt where a value is said."""

    value: str
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """``parts`` of each language: words, and slots between them. ``name`` is unique in a set of flows."""

    name: str
    parts: Mapping[str, tuple[str | Slot, ...]]


@dataclass(frozen=True, slots=True)
class When:
    """For each value named, the words of which it must be one. Without any it always holds."""

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self, values: Mapping[str, str]) -> bool:
        return all(values.get(name, "") in words for name, words in self.words.items())

    def excludes(self, other: When) -> bool:
        """Whether both can never hold at once."""
        shared = self.words.keys() & other.words.keys()
        return any(not set(self.words[name]) & set(other.words[name]) for name in shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """``id`` is its name in the flow."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What happens when the caller presses something wrong, or nothing. Seconds."""

    tries: int
    first: int
    between: int
    wrong: str
    silent: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Node):
    prompts: tuple[str, ...]
    next: str
    barge_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One key of a menu. ``set`` gives values new words when it is pressed."""

    key: str
    prompt: str
    next: str
    when: When
    set: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Node):
    prompts: tuple[str, ...]
    options: tuple[Option, ...]
    patience: Patience
    barge_in: bool

    def offered(self, values: Mapping[str, str]) -> tuple[Option, ...]:
        return tuple(option for option in self.options if option.when.holds(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Node):
    """The first case that holds decides, without a word."""

    cases: tuple[tuple[When, str], ...]
    otherwise: str


class Typed(StrEnum):
    """What a caller types: figures, ended by # or by their number; or an amount of yuan, with * for its point."""

    DIGITS = "digits"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Node):
    """``least`` to ``most`` keys become the value ``into``. If ``strict``, the ``most``th does not end it: # or silence
    does, and of a caller who types more, such as his PIN at once, nothing is kept: that was wrong."""

    prompts: tuple[str, ...]
    into: str
    typed: Typed
    least: int
    most: int
    strict: bool
    next: str
    patience: Patience
    barge_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectSecret(Node):
    """Digits that nobody may see. They go, sealed, into the call at ``next``, and nowhere else.

    The collection begins before the prompts do, so that no digit typed early is heard of.
    """

    prompts: tuple[str, ...]
    length: int
    next: str
    patience: Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOperation(Node):
    """Asks for an operation while ``prompts`` are heard, for ``seconds`` at most: no answer by then is an unknown one.

    ``fields`` may hold ``{name}`` for values. ``refused`` leads on by canonical code, ``otherwise`` with any other.
    """

    operation: str
    fields: Mapping[str, str]
    prompts: tuple[str, ...]
    seconds: int
    done: str
    refused: Mapping[str, str]
    otherwise: str
    unknown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Node):
    """Waits for an agent, with music. ``announce`` is told when the caller's place is first known, then ``every`` so
    many seconds, with the options that hold; ``announce_next`` instead to who comes next. What says a wait of which
    nothing is known is left out. ``released`` follows when the agent lets the caller go, ``closed`` when nobody serves
    the queue."""

    queue: str
    prompts: tuple[str, ...]
    announce: tuple[str, ...]
    announce_next: tuple[str, ...]
    every: int
    options: tuple[Option, ...]
    released: str
    closed: str

    def offered(self, values: Mapping[str, str]) -> tuple[Option, ...]:
        return tuple(option for option in self.options if option.when.holds(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback(Node):
    """Asks for a call back to ``number`` in place of the caller's waiting in ``queue``."""

    queue: str
    number: str
    done: str
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Node):
    """Records after ``prompts`` and a tone until #, hang-up, ``silence`` seconds without a word (0: however many), or
    ``most`` seconds."""

    prompts: tuple[str, ...]
    box: str
    most: int
    silence: int
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Node):
    """``to`` is an outside number, or ``agent`` for the one whom the caller comes from. ``result`` tells him."""

    prompts: tuple[str, ...]
    to: str
    result: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Node):
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo(Node):
    """Another flow. With ``then`` the caller comes back when it ends, to the node that its result names."""

    flow: str
    then: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Node):
    """The flow's end, with a word for whoever began it."""

    result: str


AnyNode: TypeAlias = (
    Play
    | Menu
    | Choose
    | Collect
    | CollectSecret
    | CallOperation
    | Queue
    | Callback
    | Voicemail
    | Transfer
    | HangUp
    | GoTo
    | End
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow at one version. A caller who enters more than ``most_steps`` nodes goes to ``too_long``. ``sensitive``
    values are never written down; those of ``record`` go into the call record."""

    id: str
    version: int
    title: Mapping[str, str]
    start: str
    most_steps: int
    too_long: str
    nodes: Mapping[str, AnyNode]
    prompts: Mapping[str, Prompt]
    sensitive: frozenset[str] = frozenset()
    record: frozenset[str] = frozenset()


def ways(node: AnyNode) -> Iterator[tuple[str, str]]:
    """Where a node leads within its flow: why, and to which node."""
    match node:
        case Play() | Voicemail():
            yield "next", node.next
        case Menu():
            yield from ((option.key, option.next) for option in node.options)
            yield "failed", node.patience.failed
        case Choose():
            yield from ((f"case {number}", target) for number, (_, target) in enumerate(node.cases, 1))
            yield "otherwise", node.otherwise
        case Collect() | CollectSecret():
            yield from (("next", node.next), ("failed", node.patience.failed))
        case CallOperation():
            yield "done", node.done
            yield from node.refused.items()
            yield from (("otherwise", node.otherwise), ("unknown", node.unknown))
        case Queue():
            yield from ((option.key, option.next) for option in node.options)
            yield from (("released", node.released), ("closed", node.closed))
        case Callback():
            yield from (("done", node.done), ("refused", node.refused))
        case Transfer():
            yield "failed", node.failed
        case GoTo():
            yield from node.then.items()
        case HangUp() | End():
            pass


def prompts_of(node: AnyNode) -> Iterator[str]:
    """The prompts that a node may say."""
    match node:
        case Choose() | Callback() | GoTo() | End():
            return
    yield from node.prompts
    if isinstance(node, Queue):
        yield from dict.fromkeys((*node.announce, *node.announce_next))
    if isinstance(node, Menu | Queue):
        yield from (option.prompt for option in node.options if option.prompt)
    if isinstance(node, Menu | Collect | CollectSecret):
        yield from (node.patience.wrong, node.patience.silent)
