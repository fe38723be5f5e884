"""What is wrong with settings, as one line for each setting."""

from __future__ import annotations

from typing import NoReturn

from pydantic import ValidationError

from tellerline.cli.exits import Exit
from tellerline.cli.output import Output


def refuse_settings(out: Output, exit_code: Exit, error: ValidationError) -> NoReturn:
    """End the command, naming each setting that cannot be used."""
    mistakes = {
        ".".join(str(part) for part in mistake["loc"]) or "settings": mistake["msg"].removeprefix("Value error, ")
        for mistake in error.errors()
    }
    english = f"{len(mistakes)} setting(s) cannot be used."
    out.fail(exit_code, "BAD_CONFIGURATION", english, f"有 {len(mistakes)} 项配置不可用。", **mistakes)
