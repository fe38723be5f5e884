"""Terminal sessions in Markdown, as data: what is typed after ``$``, and what must be printed.

A fence of language ``console`` holds commands and their output; a line of expected output may hold ``…`` for anything
within a line, and a line that is only ``…`` stands for any number of lines. A fence directly below a
``<!-- save as PATH -->`` comment is a file that later commands use; one below ``<!-- from PATH -->`` quotes a file of
the repository. A fence of language ``diff`` changes files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(
    r"(?:<!-- (?P<role>save as|from) (?P<name>[\w./-]+) -->\n)?```(?P<language>\w+)\n(?P<body>.*?)```", re.DOTALL
)


@dataclass(slots=True)
class Step:
    """One command with its expected output, in the order of the page."""

    command: str
    expected: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that the reader writes; a ``quote`` stands in the repository already, word by word."""

    name: str
    text: str
    quote: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A patch of files that the reader has."""

    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """``parts`` in the order of the page."""

    parts: tuple[Step | SavedFile | Change, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(part for part in self.parts if isinstance(part, Step))

    @property
    def files(self) -> dict[str, str]:
        return {part.name: part.text for part in self.parts if isinstance(part, SavedFile) and not part.quote}


def read_page(path: Path) -> Page:
    """Every console step, file and change of a page."""
    parts: list[Step | SavedFile | Change] = []
    for fence in _FENCE.finditer(path.read_text(encoding="utf-8")):
        if fence["language"] == "console":
            parts.extend(_steps(fence["body"]))
        elif fence["language"] == "diff":
            parts.append(Change(fence["body"]))
        elif fence["name"]:
            parts.append(SavedFile(fence["name"], fence["body"], quote=fence["role"] == "from"))
    return Page(tuple(parts))


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
