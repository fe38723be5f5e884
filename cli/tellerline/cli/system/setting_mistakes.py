"""What is wrong with settings, as one line for each setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from pydantic import ValidationError

from tellerline.cli.exits import Exit
from tellerline.cli.output import Output


class SettingsError(ValueError):
    """Settings that cannot be used; ``mistakes`` by the setting's place."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in mistakes.items()))
        self.mistakes = mistakes


def mistakes_of(error: ValidationError, section: str = "") -> dict[str, str]:
    """Texts by the setting's place. ``section`` is where the settings stand in their file."""
    return {
        ".".join(str(part) for part in ((section, *mistake["loc"]) if section else mistake["loc"]))
        or "settings": mistake["msg"].removeprefix("Value error, ")
        for mistake in error.errors(include_input=False)
    }


def refuse_settings(out: Output, exit_code: Exit, error: ValidationError | SettingsError) -> NoReturn:
    """End the command, naming each setting that cannot be used."""
    mistakes = error.mistakes if isinstance(error, SettingsError) else mistakes_of(error)
    english = f"{len(mistakes)} setting(s) cannot be used."
    out.fail(exit_code, "BAD_CONFIGURATION", english, f"有 {len(mistakes)} 项配置不可用。", **mistakes)
