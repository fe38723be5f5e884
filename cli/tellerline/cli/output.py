"""What the command line shows: people get text in their language, programs get one JSON document with ``--json``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
import typer

from tellerline.cli.exits import Exit

if TYPE_CHECKING:
    from rich.console import Console


def language(spoken: str = "") -> str:
    """``zh-CN`` or ``en``: the one that is ``spoken``, else TELLERLINE_LANG, else the locale's, else English."""
    names = ("TELLERLINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = spoken or next((value for name in names if (value := os.environ.get(name))), "")
    return "zh-CN" if chosen.lower().startswith("zh") else "en"


_PICTURE_WIDTH, _PLAIN_WIDTH = 112, 160


def _width(record: bool) -> int | None:
    """A terminal's own width; a fixed one for pictures, and a wide one for files and pipes."""
    if record:
        return _PICTURE_WIDTH
    return None if sys.stdout.isatty() else _PLAIN_WIDTH


_DRAWN_TEXT = re.compile(r'textLength="([\d.]+)"([^>]*>)([^<]+)(?=</text>)')


def _as_wide_as_its_cells(drawn: re.Match[str]) -> str:
    """Rich gives every character the width of one cell; a Chinese one fills two, and would lie upon the next."""
    from rich.cells import cell_len

    text = unescape(drawn[3])
    width = float(drawn[1]) * cell_len(text) / len(text)
    return f'textLength="{width:.1f}"{drawn[2]}{drawn[3]}'


class Output:
    """One command's output.

    With ``json`` set, nothing but ``result`` (and ``fail``) reaches standard output, so that it is one document.
    ``spoken`` is ``zh`` or ``en``, empty for the terminal's own.
    Colour follows NO_COLOR and the terminal; progress appears on a terminal only.
    """

    def __init__(self, *, json: bool = False, record: bool = False, spoken: str = "") -> None:
        self.json = json
        self._record = record
        self._language = language(spoken)

    @cached_property
    def console(self) -> Console:
        """Rich is loaded where something is shown to people: a program never waits for it."""
        from rich.console import Console

        record = self._record
        return Console(highlight=False, soft_wrap=not record, record=record, width=_width(record))

    @cached_property
    def errors(self) -> Console:
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=True)

    def text(self, en: str, zh: str) -> str:
        return zh if self._language == "zh-CN" else en

    def say(self, en: str, zh: str, *, style: str = "") -> None:
        """A line for people, in their language."""
        if not self.json:
            self.console.print(self.text(en, zh), style=style or None, markup=False)

    def heading(self, en: str, zh: str) -> None:
        if not self.json:
            self.console.print()
            self.console.print(self.text(en, zh), style="bold cyan", markup=False)

    def hint(self, command: str, en: str, zh: str) -> None:
        """What the reader may want to run next."""
        if not self.json:
            self.console.print(f"  {self.text('try next', '接下来可试')}: ", style="dim", end="", markup=False)
            self.console.print(command, style="green", end="", markup=False)
            self.console.print(f"   {self.text(en, zh)}", style="dim", markup=False)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
        if self.json:
            return
        from rich.table import Table

        table = Table(
            title=title or None,
            title_justify="left",
            header_style="bold",
            box=None,
            pad_edge=False,
            show_header=any(columns),
        )
        for number, column in enumerate(columns):
            table.add_column(column, overflow="fold", no_wrap=number == 0)
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        self.console.print(table)

    def result(self, document: Mapping[str, Any]) -> None:
        """The command's one JSON document; printed only with ``--json``."""
        if self.json:
            sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")

    def save_picture(self, path: Path, *, title: str) -> None:
        """Write what was shown as an SVG in the reader's own fonts; needs ``record``."""
        from rich._export_format import CONSOLE_SVG_FORMAT

        template = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
        drawn = self.console.export_svg(title=title, code_format=template)
        path.write_text(_DRAWN_TEXT.sub(_as_wide_as_its_cells, drawn), "utf-8")

    def progress_wanted(self) -> bool:
        return not self.json and self.errors.is_terminal

    def fail(self, exit_code: Exit, code: str, en: str, zh: str, **details: Any) -> NoReturn:
        """End the command with a stable code: to standard error for people, as the document for programs."""
        if self.json:
            self.result({"error": {"code": code, "message": self.text(en, zh), **details}})
        else:
            self.errors.print(f"{code}: ", style="bold red", end="", markup=False)
            self.errors.print(self.text(en, zh), markup=False)
            for name, value in details.items():
                self.errors.print(f"  {name}: {value}", style="dim", markup=False)
        raise typer.Exit(exit_code)

    def interrupted(self, **details: Any) -> NoReturn:
        """End the command that Ctrl-C stopped; ``details`` name what may have been sent."""
        self.fail(Exit.INTERRUPTED, "INTERRUPTED", "Interrupted.", "已中断。", **details)
