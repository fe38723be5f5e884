"""What a host folder claims about itself in ``[quality]``, checked."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tellerline.connectors.discovery import HostFolder
from tellerline.routing import model
from tellerline.routing.model.command import Command, Effect, Reverse

MAX_FILES = 8
MAX_LINES = 400


def complaints(folder: HostFolder) -> list[str]:
    """What is wrong with a folder by the rules that it calls done; empty when all is well.

    ``contract-suite`` is shown by the suite itself, and ``late-replies`` by the suite on a wire that has them.
    """
    return [
        f"{folder.manifest.name}: {rule.name}: {problem}"
        for rule in folder.manifest.quality
        if not rule.exempt
        for problem in _CHECKS.get(rule.name, _nothing)(folder)
    ]


def _nothing(_: HostFolder) -> list[str]:
    return []


def _samples(folder: HostFolder) -> list[str]:
    """Every operation has a request and a reply: ``accounts.GetBalance.reply.*`` or ``get-balance.reply.*``."""
    samples = folder.path / "samples"
    return [
        f"no samples/{operation}.{side}.*"
        for operation in sorted(folder.manifest.operations)
        for side in ("request", "reply")
        if not [*samples.glob(f"{operation}.{side}.*"), *samples.glob(f"{_short(operation)}.{side}.*")]
    ]


def _short(operation: str) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "-", operation.rpartition(".")[2]).lower()


def _readme(folder: HostFolder) -> list[str]:
    readme = folder.path / "README.md"
    return [] if readme.is_file() and readme.read_text(encoding="utf-8").strip() else ["no README.md"]


def _error_codes(folder: HostFolder) -> list[str]:
    present = (folder.path / "errors.toml").is_file() or (folder.path / "errors.py").is_file()
    return [] if present else ["neither errors.toml nor errors.py"]


def _doubt_policy(folder: HostFolder) -> list[str]:
    """What changes something at the host has a policy of its own; a reversal is repeated and needs none."""
    return [
        f"no [doubt.{operation!r}]"
        for operation in sorted(folder.manifest.operations)
        if operation in _changing() and operation not in folder.manifest.doubt
    ]


def _budget(folder: HostFolder) -> list[str]:
    files = [file for file in folder.path.iterdir() if file.is_file()]
    lines = sum(_lines(file) for file in files if file.suffix in (".py", ".toml"))
    problems = [f"{len(files)} files, {MAX_FILES} at most"] if len(files) > MAX_FILES else []
    return problems + ([f"{lines} lines, {MAX_LINES} at most"] if lines > MAX_LINES else [])


def _signed_replies(folder: HostFolder) -> list[str]:
    return [] if folder.manifest.require_signature else ["security.require_signature is not set"]


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


@cache
def _changing() -> frozenset[str]:
    areas = [
        importlib.import_module(f"{model.__name__}.{found.name}") for found in pkgutil.iter_modules(model.__path__)
    ]
    commands = [value for module in areas for value in vars(module).values() if isinstance(value, type)]
    return frozenset(
        command.operation
        for command in commands
        if issubclass(command, Command)
        and command is not Reverse
        and getattr(command, "effect", Effect.ENQUIRY) is not Effect.ENQUIRY
    )


_CHECKS: dict[str, Callable[[HostFolder], list[str]]] = {
    "samples": _samples,
    "readme": _readme,
    "error-codes": _error_codes,
    "doubt-policy": _doubt_policy,
    "budget": _budget,
    "signed-replies": _signed_replies,
}
