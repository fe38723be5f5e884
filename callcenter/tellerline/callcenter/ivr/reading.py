"""One flow's file as a flow, with every mistake in it gathered."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping

from tellerline.callcenter.ivr.flow import LANGUAGES, AnyNode, Flow, Form, Prompt, Slot
from tellerline.callcenter.ivr.node_reading import KINDS, Defaults, read_node
from tellerline.routing.calls.reading import Reader

_SLOT = re.compile(r"\{([^{}]*)\}")
_LEAST_STEPS, _STEPS = 10, 100


def parse_flow(text: str, name: str, note: Callable[[str], None]) -> Flow | None:
    """The flow of a file's text; ``note`` takes each mistake, without the file's name. None for what is not TOML."""
    document = _document(text, note)
    if document is None:
        return None
    mistakes: list[str] = []
    reader = Reader(document, "", mistakes)
    flow = _flow(reader, name)
    reader.close()
    for mistake in mistakes:
        note(mistake)
    return flow


def parse_prompts(text: str, name: str, note: Callable[[str], None]) -> Mapping[str, Prompt]:
    """The prompts of a file that holds nothing else, for all flows beside it."""
    document = _document(text, note)
    if document is None:
        return {}
    mistakes: list[str] = []
    reader = Reader(document, "", mistakes)
    prompts = _prompts(reader, name)
    reader.close()
    for mistake in mistakes:
        note(mistake)
    return prompts


def _document(text: str, note: Callable[[str], None]) -> Mapping[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        note(f"not TOML: {mistake}")
        return None


def _flow(reader: Reader, name: str) -> Flow:
    version = reader.whole("version", None, 1)
    title_reader = reader.table("title")
    title = {language: title_reader.text(language) for language in LANGUAGES}
    title_reader.close()
    defaults = Defaults.read(reader)
    nodes: dict[str, AnyNode] = {}
    for node_id, part in reader.named_tables("nodes"):
        kind = part.word("kind", KINDS)
        nodes[node_id] = read_node(kind, node_id, part, defaults)
    if not nodes:
        reader.note("nodes", "needs one at least")
    return Flow(
        id=name,
        version=version,
        title=title,
        start=reader.text("start"),
        most_steps=reader.whole("most_steps", _STEPS, _LEAST_STEPS),
        too_long=reader.text("too_long"),
        nodes=nodes,
        prompts=_prompts(reader, name),
        sensitive=frozenset(reader.words("sensitive")),
        record=frozenset(reader.words("record")),
    )


def _prompts(reader: Reader, name: str) -> dict[str, Prompt]:
    prompts = {}
    for prompt, part in reader.named_tables("prompts"):
        parts = {}
        for language in LANGUAGES:
            if not part.has(language):
                part.note(language, "the prompt has no words in this language")
            else:
                parts[language] = _parts(part, language, part.text(language))
        if len({_values(said) for said in parts.values()}) > 1:
            part.note("", "does not say the same values in every language")
        prompts[prompt] = Prompt(name=f"{name}.{prompt}", parts=parts)
    return prompts


def _parts(reader: Reader, key: str, text: str) -> tuple[str | Slot, ...]:
    parts: list[str | Slot] = []
    for place, piece in enumerate(_SLOT.split(text)):
        if place % 2 == 0:
            if piece.strip():
                parts.append(piece)
            continue
        value, _, form = piece.partition(":")
        if form not in set(Form) or not value.isidentifier():
            reader.note(key, f"{{{piece}}} must be {{value:form}}, with a form of {', '.join(Form)}")
            continue
        parts.append(Slot(value, Form(form)))
    return tuple(parts)


def _values(parts: tuple[str | Slot, ...]) -> frozenset[Slot]:
    return frozenset(part for part in parts if isinstance(part, Slot))
