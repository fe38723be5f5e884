"""Terminal sessions in Markdown, as data: what is typed after ``$``, and what must be printed.

A fence of language ``console`` holds commands and their output; a line of expected output may hold ``…`` for anything
within a line, and a line that is only ``…`` stands for any number of lines. A fence directly below a
``<!-- save as NAME -->`` comment is a file that later commands use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"(?:<!-- save as (?P<name>[\w.-]+) -->\n)?```(?P<language>\w+)\n(?P<body>.*?)```", re.DOTALL)


@dataclass(slots=True)
class Step:
    """One command with its expected output, in the order of the page."""

    command: str
    expected: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    steps: tuple[Step, ...]
    files: dict[str, str]


def read_page(path: Path) -> Page:
    """Every console step and every file of a page."""
    steps: list[Step] = []
    files: dict[str, str] = {}
    for fence in _FENCE.finditer(path.read_text(encoding="utf-8")):
        if fence["language"] == "console":
            steps.extend(_steps(fence["body"]))
        elif fence["name"]:
            files[fence["name"]] = fence["body"]
    return Page(tuple(steps), files)


def _steps(body: str) -> list[Step]:
    steps: list[Step] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:]))
        elif steps and steps[-1].command.endswith("\\"):
            steps[-1].command = steps[-1].command[:-1] + line.strip()
        elif steps:
            steps[-1].expected.append(line.rstrip())
    return steps


def matches(expected: list[str], printed: str) -> bool:
    """Whether ``printed`` is what the page promises, with its ellipses; the width of gaps does not count."""
    pattern = ""
    for line in map(_narrow, expected):
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += (
                "".join(".*?" if part == "…" else re.escape(part) for part in re.split("(…)", line)) + r"[ \t]*\n"
            )
    lines = "\n".join(map(_narrow, printed.rstrip().splitlines())) + "\n" if printed.strip() else ""
    return re.fullmatch(pattern, lines) is not None


def _narrow(line: str) -> str:
    return re.sub(r"[ \t]+", " ", line.rstrip())
