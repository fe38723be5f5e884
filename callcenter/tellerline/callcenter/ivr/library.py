"""Sets of flows: a folder of files, checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from tellerline.callcenter.ivr.checks import FACTS, check_flow, check_set, values_set_by
from tellerline.callcenter.ivr.flow import Flow, Prompt
from tellerline.callcenter.ivr.reading import parse_flow, parse_prompts

PROMPTS = "prompts"
"""The name of the file whose prompts all flows beside it may say."""


class FlowError(ValueError):
    """Flows that must not be used; ``mistakes`` names each with its file and key."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class FlowNotFoundError(LookupError):
    """No such flow, or not at the version asked for; the text says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Flows that may lead to each other, with the prompts that they share."""

    flows: Mapping[str, Flow]
    shared: Mapping[str, Prompt]

    def flow(self, name: str, version: int = 0) -> Flow:
        """Raises ``FlowNotFoundError``. A caller on the way keeps his version; without one any will do."""
        flow = self.flows.get(name)
        if flow is None:
            raise FlowNotFoundError(f"no flow {name!r}; there are: {', '.join(sorted(self.flows))}")
        if version not in {0, flow.version}:
            raise FlowNotFoundError(f"flow {name!r} is here at version {flow.version}, not {version}")
        return flow

    def prompt(self, flow: str, name: str) -> Prompt:
        """A flow's own prompt, or else one that all share."""
        return self.flows[flow].prompts.get(name) or self.shared[name]

    @property
    def sensitive(self) -> frozenset[str]:
        """The values that some flow never has written down."""
        return frozenset().union(*(flow.sensitive for flow in self.flows.values()))

    @property
    def prompts(self) -> Mapping[str, Prompt]:
        """All there are, by their full names."""
        every = [*self.shared.values()]
        for flow in self.flows.values():
            every += flow.prompts.values()
        return {prompt.name: prompt for prompt in every}


def load_flows(folder: Path | None = None) -> Flows:
    """All flows of a folder; without one those shipped. Raises ``FlowError`` with all mistakes, and ``OSError``."""
    if folder is None:
        return read_flows({Path(file.name): file.read_text(encoding="utf-8") for file in _shipped()})
    return read_flows({path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))})


def read_flows(texts: Mapping[Path, str], concerning: Iterable[Path] | None = None) -> Flows:
    """Flows of files' texts. Raises ``FlowError`` with the mistakes of the files ``concerning``, or else of all."""
    mistakes: dict[str, list[str]] = {str(path): [] for path in texts}
    paths = {path.stem: path for path in texts}
    shared: Mapping[str, Prompt] = {}
    flows: dict[str, Flow] = {}
    for path, text in texts.items():
        note = mistakes[str(path)].append
        if path.stem == PROMPTS:
            shared = parse_prompts(text, path.stem, note)
        elif (flow := parse_flow(text, path.stem, note)) is not None:
            flows[flow.id] = flow
    values = FACTS | {value for flow in flows.values() for node in flow.nodes.values() for value in values_set_by(node)}
    for flow in flows.values():
        check_flow(flow, shared, values, mistakes[str(paths[flow.id])].append)
    check_set(flows, lambda name: mistakes[str(paths[name])].append)
    _raise_for(mistakes, concerning)
    return Flows(flows=flows, shared=shared)


def check_files(given: Iterable[Path]) -> Flows:
    """Flows of these files, checked beside whatever else stands in their folders. Raises as ``read_flows`` does."""
    concerning = list(given)
    beside = {path for each in concerning for path in each.parent.glob("*.toml")} | set(concerning)
    return read_flows({path: path.read_text(encoding="utf-8") for path in sorted(beside)}, concerning)


def _raise_for(mistakes: Mapping[str, list[str]], concerning: Iterable[Path] | None) -> None:
    wanted = mistakes if concerning is None else {str(path) for path in concerning}
    found = [f"{path}: {mistake}" for path, each in mistakes.items() if path in wanted for mistake in sorted(set(each))]
    if found:
        raise FlowError(found)


def _shipped() -> list[Path]:
    folder = Path(str(files("tellerline.callcenter.ivr") / "data"))
    return sorted(folder.glob("*.toml"))
