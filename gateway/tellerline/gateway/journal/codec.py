"""Commands and outcomes as JSON for the journal, and back, exactly; sensitive fields never get in."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import importlib
import pkgutil
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from tellerline.routing import model
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command
from tellerline.routing.model.outcome import Done, Found, NotSent, Outcome, Rejected, Result, Unknown

_Decoder = Callable[[Any], Any]
_OUTCOMES: dict[str, type[Done] | type[Rejected] | type[Unknown] | type[NotSent]] = {
    "DONE": Done,
    "REJECTED": Rejected,
    "UNKNOWN": Unknown,
    "NOT_SENT": NotSent,
}
_KINDS = {kind: name for name, kind in _OUTCOMES.items()}


class NotInJournalError(ValueError):
    """Stored bytes that this version cannot read: an operation or a result that the model does not know."""


def command_json(command: Command) -> bytes:
    """Canonical: the same command gives the same bytes, in every process. Sensitive fields are left out."""
    kind: Any = type(command)
    fields = {name: getattr(command, name) for name in _stored_fields(kind)}
    return _json({"fields": fields, "operation": command.operation})


def payload_hash(canonical: bytes) -> bytes:
    """SHA-256 of ``command_json``'s bytes: what tells a repeated serial from a serial used for something else."""
    return hashlib.sha256(canonical).digest()


def command_from_json(stored: bytes) -> Command:
    """The command of ``command_json``; sensitive fields come back empty. Raises ``NotInJournalError``."""
    tree = _load(stored)
    kind: Any = commands().get(tree.get("operation", ""))
    if kind is None:
        raise NotInJournalError("unknown operation")
    fields = dict.fromkeys(kind.sensitive, "") | tree["fields"]
    return _decode_with(_dataclass_decoder(kind), fields)  # type: ignore[no-any-return]


def outcome_json(outcome: Outcome) -> bytes:
    return _json(_outcome_tree(outcome))


def _json(tree: dict[str, Any]) -> bytes:
    """In as many bytes as it has: the library's own result holds two pages of memory for as long as it waits."""
    return bytes(memoryview(orjson.dumps(tree, default=_plain)))


def outcome_from_json(stored: bytes) -> Outcome:
    """The outcome of ``outcome_json``. Raises ``NotInJournalError``."""
    return _decode_with(_decode_outcome, _load(stored))  # type: ignore[no-any-return]


def _load(stored: bytes) -> dict[str, Any]:
    try:
        tree = orjson.loads(stored)
    except orjson.JSONDecodeError as error:
        raise NotInJournalError("not JSON") from error
    if not isinstance(tree, dict):
        raise NotInJournalError("not an object")
    return tree


def _decode_with(decoder: _Decoder, tree: Any) -> Any:
    try:
        return decoder(tree)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotInJournalError(f"{type(error).__name__} in stored JSON") from error


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} does not belong into the journal")


def _outcome_tree(outcome: Outcome) -> dict[str, Any]:
    kind: Any = type(outcome)
    tree: dict[str, Any] = {"kind": _KINDS[kind]}
    for name in _names(kind):
        tree[name] = getattr(outcome, name)
    if kind is Done:
        tree["result"] = _result_tree(tree["result"])
    return tree


def _result_tree(result: Result) -> dict[str, Any]:
    kind: Any = type(result)
    tree: dict[str, Any] = {"type": kind.__name__}
    for name in _names(kind):
        tree[name] = getattr(result, name)
    if isinstance(result, Found):
        tree["original"] = _outcome_tree(result.original)
    return tree


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _decode_outcome(tree: Mapping[str, Any]) -> Any:
    fields = {name: value for name, value in tree.items() if name != "kind"}
    kind: Any = _OUTCOMES[tree["kind"]]
    return _dataclass_decoder(kind)(fields)


def _decode_result(tree: Mapping[str, Any]) -> Any:
    fields = {name: value for name, value in tree.items() if name != "type"}
    kind: Any = _results()[tree["type"]]
    return _dataclass_decoder(kind)(fields)


def _as_it_is(value: Any) -> Any:
    return value


_LEAVES: dict[Any, _Decoder] = {
    str: _as_it_is,
    int: _as_it_is,
    bool: _as_it_is,
    bytes: base64.b64decode,
    Result: _decode_result,
}


@cache
def _stored_fields(kind: Any) -> tuple[str, ...]:
    return tuple(sorted(f.name for f in dataclasses.fields(kind) if f.name not in kind.sensitive))


@cache
def _dataclass_decoder(kind: Any) -> _Decoder:
    hints = get_type_hints(kind)
    parts = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(kind)}
    return lambda tree: kind(**{name: parts[name](value) for name, value in tree.items()})


@cache
def _decoder(hint: Any) -> _Decoder:
    if get_origin(hint) in (Union, types.UnionType):
        return _union_decoder(get_args(hint))
    if get_origin(hint) is tuple:
        item = _decoder(get_args(hint)[0])
        return lambda values: tuple(item(value) for value in values)
    if hint in _LEAVES:
        return _LEAVES[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if dataclasses.is_dataclass(hint):
        kind: Any = hint
        return _dataclass_decoder(kind)
    raise TypeError(f"the journal cannot read back a {hint}")


def _union_decoder(options: tuple[Any, ...]) -> _Decoder:
    real = [option for option in options if option is not type(None)]
    if len(real) == 1:
        decode = _decoder(real[0])
        return lambda value: None if value is None else decode(value)
    if set(real) <= set(_OUTCOMES.values()):
        return _decode_outcome
    raise TypeError(f"the journal cannot tell apart {options}")


@cache
def _model_types() -> tuple[type[Any], ...]:
    found: list[type[Any]] = []
    for module_info in pkgutil.iter_modules(model.__path__, model.__name__ + "."):
        module = importlib.import_module(module_info.name)
        found += [
            value for value in vars(module).values() if isinstance(value, type) and dataclasses.is_dataclass(value)
        ]
    return tuple(dict.fromkeys(found))


@cache
def commands() -> dict[str, type[Command]]:
    """Every command of the model by its operation."""
    return {kind.operation: kind for kind in _model_types() if issubclass(kind, Command) and hasattr(kind, "operation")}


@cache
def _results() -> dict[str, type[Result]]:
    return {kind.__name__: kind for kind in _model_types() if issubclass(kind, Result) and kind is not Result}


def code_of(outcome: Outcome) -> Code | None:
    """The canonical code of an outcome that is not ``Done``."""
    return None if isinstance(outcome, Done) else outcome.code
