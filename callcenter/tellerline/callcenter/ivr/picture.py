"""Flows to be looked at: as a tree for a terminal, and as a Mermaid flowchart for a page."""

from __future__ import annotations

from collections.abc import Iterator

from tellerline.callcenter.ivr.flow import (
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
    Play,
    Queue,
    Slot,
    Transfer,
    Voicemail,
    prompts_of,
    ways,
)
from tellerline.callcenter.ivr.library import Flows

_KINDS: dict[type[AnyNode], str] = {
    Play: "play",
    Menu: "menu",
    Choose: "choose",
    Collect: "collect",
    CollectSecret: "collect secret",
    CallOperation: "call",
    Queue: "queue",
    Callback: "callback",
    Voicemail: "voicemail",
    Transfer: "transfer",
    HangUp: "hang up",
    GoTo: "flow",
    End: "end",
}


def tree(flow: Flow, flows: Flows, language: str) -> Iterator[str]:
    """Lines: each node once, below the way that first leads to it, with the words that it says. Others point to it."""
    yield f"{flow.id} {flow.version}: {flow.title[language]}"
    yield from _Tree(flow, flows, language).branch(flow.start, "", "")


def mermaid(flow: Flow) -> str:
    """A flowchart of a flow's nodes and ways."""
    numbers = {name: f"n{place}" for place, name in enumerate(flow.nodes)}
    lines = ["flowchart TD", f"  begin(({flow.id})) --> {numbers[flow.start]}"]
    for name, node in flow.nodes.items():
        lines.append(f'  {numbers[name]}["{_summary(node)}"]')
        lines += [f'  {numbers[name]} -->|"{why}"| {numbers[target]}' for why, target in ways(node)]
    return "\n".join(lines)


class _Tree:
    def __init__(self, flow: Flow, flows: Flows, language: str) -> None:
        self._flow = flow
        self._flows = flows
        self._language = language
        self._seen: set[str] = set()

    def branch(self, name: str, why: str, indent: str) -> Iterator[str]:
        node = self._flow.nodes[name]
        way = f"{why} → " if why else ""
        if name in self._seen:
            yield f"{indent}{way}{name} ↑"
            return
        self._seen.add(name)
        yield f"{indent}{way}{_summary(node)}"
        for prompt in dict.fromkeys(prompts_of(node)):
            yield f'{indent}    "{self._words(prompt)}"'
        for key, target in ways(node):
            yield from self.branch(target, key, indent + "  ")

    def _words(self, prompt: str) -> str:
        parts = self._flows.prompt(self._flow.id, prompt).parts[self._language]
        return "".join(f"{{{part.value}}}" if isinstance(part, Slot) else part for part in parts)


def _summary(node: AnyNode) -> str:
    return f"{node.id} [{' '.join(part for part in (_KINDS[type(node)], _about(node)) if part)}]"


def _about(node: AnyNode) -> str:
    match node:
        case CallOperation(operation=about) | GoTo(flow=about) | Queue(queue=about) | Voicemail(box=about):
            return about
        case Collect(into=about) | Transfer(to=about) | End(result=about) | Callback(number=about):
            return about
        case _:
            return ""
