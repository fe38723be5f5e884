"""What is wrong with a flow although each of its lines can be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from itertools import combinations

from tellerline.callcenter.ivr.flow import (
    LANGUAGES,
    PERIODS,
    TIERS,
    AnyNode,
    Callback,
    CallOperation,
    Choose,
    Collect,
    CollectSecret,
    End,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Option,
    Play,
    Prompt,
    Queue,
    Slot,
    Transfer,
    Voicemail,
    When,
    prompts_of,
    ways,
)
from tellerline.callcenter.ivr.operations import OPERATIONS

FACTS = frozenset(
    {
        "language",
        "tier",
        "period",
        "region",
        "caller",
        "customer",
        "verified",
        "position",
        "ahead",
        "wait",
        "offer",
        "from_agent",
    }
)
"""Values that a call brings along, or that the queue tells."""
_WORDS: Mapping[str, tuple[str, ...]] = {
    "language": LANGUAGES,
    "tier": TIERS,
    "period": PERIODS,
    "offer": ("callback", "voicemail"),
}
_SECRET_NAMES = re.compile(r"pin|secret|passw", re.IGNORECASE)
_FIELD = re.compile(r"\{(\w+)\}")
Note = Callable[[str], None]


def check_flow(flow: Flow, shared: Mapping[str, Prompt], values: Set[str], note: Note) -> None:
    """Everything that can be told of one flow. ``values`` are all that some flow of the set gives a word to."""
    for node in flow.nodes.values():
        at = f"nodes.{node.id}"
        for prompt in prompts_of(node):
            if prompt not in flow.prompts and prompt not in shared:
                note(f"{at}: there is no prompt {prompt!r}")
        _check_values(node, at, values, note)
        _check_kind(node, at, note)
    _check_slots(flow, values, note)
    _check_ways(flow, note)
    _check_secrets(flow, note)
    for key, names in (("sensitive", flow.sensitive), ("record", flow.record)):
        for name in sorted(names - values):
            note(f"{key}: nobody gives {name!r} a value")
    for name in sorted(flow.sensitive & flow.record):
        note(f"record: {name!r} is sensitive")
    said = {prompt for node in flow.nodes.values() for prompt in prompts_of(node)}
    for prompt in flow.prompts.keys() - said:
        note(f"prompts.{prompt}: nobody says it")


def values_set_by(node: AnyNode) -> Iterator[str]:
    """Values that a node may give a word to."""
    match node:
        case Collect():
            yield node.into
        case CallOperation() if node.operation in OPERATIONS:
            operation = OPERATIONS[node.operation]
            yield from (*operation.results, *operation.figures)
        case Menu() | Queue():
            yield from (name for option in node.options for name in option.set)


def _check_kind(node: AnyNode, at: str, note: Note) -> None:
    match node:
        case Menu() | Queue():
            _check_options(node.options, at, note)
        case Choose():
            for number, (when, _) in enumerate(node.cases, 1):
                _check_when(when, f"{at}.cases[{number}].when", note)
        case CallOperation():
            _check_call(node, at, note)
        case Collect() if _SECRET_NAMES.search(node.into):
            note(f"{at}.into: {node.into!r} sounds secret; secret digits are collected by a collect_secret node")


def _check_options(options: tuple[Option, ...], at: str, note: Note) -> None:
    for option in options:
        _check_when(option.when, f"{at}.options[{options.index(option) + 1}].when", note)
        for name, word in option.set.items():
            if name in _WORDS and word not in _WORDS[name]:
                note(f"{at}.options: set.{name}: {word!r} is none of {', '.join(_WORDS[name])}")
    twice = {one.key for one, other in combinations(options, 2) if one.key == other.key and not _apart(one, other)}
    for key in sorted(twice):
        note(f"{at}.options: key {key} is there twice, for the same callers")


def _apart(one: Option, other: Option) -> bool:
    return one.when.excludes(other.when)


def _check_when(when: When, at: str, note: Note) -> None:
    for name, words in when.words.items():
        for word in words:
            if name in _WORDS and word not in _WORDS[name]:
                note(f"{at}.{name}: {word!r} is none of {', '.join(_WORDS[name])}")


def _check_call(node: CallOperation, at: str, note: Note) -> None:
    operation = OPERATIONS.get(node.operation)
    if operation is None:
        note(f"{at}.operation: {node.operation!r} is none of {', '.join(OPERATIONS)}")
        return
    for missing in set(operation.fields) - node.fields.keys():
        note(f"{at}.fields: {missing} is missing")
    for strange in node.fields.keys() - {*operation.fields, *operation.optional}:
        note(f"{at}.fields: {node.operation} has no field {strange}")
    if node.unknown in {node.done, node.otherwise, *node.refused.values()}:
        note(f"{at}.unknown: must not be told as done or refused; lead it to a node of its own")


def _check_values(node: AnyNode, at: str, values: Set[str], note: Note) -> None:
    used: list[tuple[str, str]] = []
    match node:
        case CallOperation():
            used = [(f"fields.{key}", name) for key, text in node.fields.items() for name in _FIELD.findall(text)]
        case Callback():
            used = [(key, name) for key in ("number", "queue") for name in _FIELD.findall(getattr(node, key))]
        case Choose():
            used = [("cases", name) for when, _ in node.cases for name in when.words]
        case Menu() | Queue():
            used = [("options", name) for option in node.options for name in option.when.words]
        case Voicemail():
            used = [("box", name) for name in _FIELD.findall(node.box)]
        case Transfer():
            used = [("to", name) for name in _FIELD.findall(node.to)]
    if isinstance(node, Queue):
        used += [("queue", name) for name in _FIELD.findall(node.queue)]
    for key, name in used:
        if name not in values:
            note(f"{at}.{key}: nobody gives {name!r} a value")


def _check_slots(flow: Flow, values: Set[str], note: Note) -> None:
    for name, prompt in flow.prompts.items():
        slots = {part.value for parts in prompt.parts.values() for part in parts if isinstance(part, Slot)}
        for slot in sorted(slots - values):
            note(f"prompts.{name}: nobody gives {slot!r} a value")


def _check_ways(flow: Flow, note: Note) -> None:
    nodes = flow.nodes
    for key, target in (("start", flow.start), ("too_long", flow.too_long)):
        if target not in nodes:
            note(f"{key}: there is no node {target!r}")
    for node in nodes.values():
        for key, target in ways(node):
            if target not in nodes:
                note(f"nodes.{node.id}.{key}: there is no node {target!r}")
    reached = _closure({flow.start, flow.too_long}, lambda name: {target for _, target in ways(nodes[name])}, nodes)
    for name in nodes.keys() - reached:
        note(f"nodes.{name}: cannot be reached")
    ends = {name for name, node in nodes.items() if _ends(node)}
    before: dict[str, set[str]] = {name: set() for name in nodes}
    for node in nodes.values():
        for _, target in ways(node):
            before.get(target, set()).add(node.id)
    for name in (nodes.keys() & reached) - _closure(ends, lambda name: before[name], nodes):
        note(f"nodes.{name}: no way out: it leads to no end")
    _check_silent_rounds(flow, note)


def _ends(node: AnyNode) -> bool:
    return isinstance(node, HangUp | End | Transfer | Queue) or (isinstance(node, GoTo) and not node.then)


def _closure(begin: set[str], following: Callable[[str], set[str]], known: Mapping[str, object]) -> set[str]:
    found: set[str] = set()
    waiting = [name for name in begin if name in known]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [target for target in following(name) if target in known]
    return found


def _check_silent_rounds(flow: Flow, note: Note) -> None:
    def silently(name: str) -> set[str]:
        node = flow.nodes[name]
        return {target for _, target in ways(node)} if isinstance(node, Choose) else set()

    for name, node in flow.nodes.items():
        if isinstance(node, Choose) and name in _closure(silently(name), silently, flow.nodes):
            note(f"nodes.{name}: goes round and round without waiting for anybody")


def _check_secrets(flow: Flow, note: Note) -> None:
    def takes_secret(name: str) -> bool:
        node = flow.nodes.get(name)
        operation = OPERATIONS.get(node.operation) if isinstance(node, CallOperation) else None
        return operation is not None and operation.secret

    for node in flow.nodes.values():
        if isinstance(node, CollectSecret) and not takes_secret(node.next):
            note(f"nodes.{node.id}.next: sealed digits go into a call that takes them, and nowhere else")
        for key, target in ways(node):
            if takes_secret(target) and not (isinstance(node, CollectSecret) and key == "next"):
                note(f"nodes.{node.id}.{key}: {target!r} takes secret digits, so only a collect_secret leads to it")
            if isinstance(node, Play) and isinstance(flow.nodes.get(target), CollectSecret):
                note(
                    f"nodes.{node.id}.{key}: digits typed while it plays would be seen; "
                    f"let {target!r} say these prompts itself"
                )


def check_set(flows: Mapping[str, Flow], note_in: Callable[[str], Note]) -> None:
    """What flows promise each other: that they exist, and where a caller goes when one of them ends."""
    results = {
        name: Counter(node.result for node in flow.nodes.values() if isinstance(node, End))
        for name, flow in flows.items()
    }
    for flow in flows.values():
        note = note_in(flow.id)
        for node in flow.nodes.values():
            if not isinstance(node, GoTo):
                continue
            if node.flow not in flows:
                note(f"nodes.{node.id}.flow: there is no flow {node.flow!r}")
                continue
            if not node.then:
                continue
            for result in results[node.flow].keys() - node.then.keys():
                note(f"nodes.{node.id}.then: {node.flow!r} may end with {result!r}, which leads nowhere")
            for result in node.then.keys() - results[node.flow].keys():
                note(f"nodes.{node.id}.then: {node.flow!r} never ends with {result!r}")
