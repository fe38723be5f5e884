"""A terminal in which a page of documentation is typed from top to bottom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

from tests.docs.sessions import Change, Page, SavedFile, Step, matches

ROOT = Path(__file__).parents[2]
_PATIENCE = 180


def terminal_environment(home: Path, **more: str) -> dict[str, str]:
    """A terminal of its own, in which ``tellerline``, ``python`` and ``pytest`` are this installation's."""
    programs = Path(sys.executable).parent
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TELLERLINE_", "PYTEST_", "LC_")) and name != "COLUMNS"
    } | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TELLERLINE_HOME": str(home),
        "TELLERLINE_LANG": "en",
        "NO_COLOR": "1",
        **more,
    }


@contextmanager
def system_up(environment: Mapping[str, str], *options: str) -> Iterator[dict[str, str]]:
    """A system of ``tellerline up`` with its addresses, for as long as the block."""
    with subprocess.Popen(
        ["tellerline", "up", "--json", *options], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as system:
        assert system.stdout is not None
        try:
            document = b""
            while not document.endswith(b"}\n"):
                line = system.stdout.readline()
                assert line, "the system ended before it was ready"
                document += line
            yield orjson.loads(document)
        finally:
            system.terminate()


class Terminal:
    """``spoken`` maps what the page prints to what is true here, such as a port to a free one.

    A command that ends with ``&`` goes on until the terminal is closed; its expected output is what it first says.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str], spoken: Mapping[str, str]) -> None:
        self._directory = directory
        self._environment = environment
        self._spoken = spoken
        self._running: list[subprocess.Popen[str]] = []

    def type(self, page: Page) -> None:
        """Do everything that the page says, and compare what is printed."""
        for part in page.parts:
            match part:
                case Step():
                    self._run(part)
                case SavedFile():
                    self._file(part)
                case Change():
                    self._patch(part)

    def close(self) -> None:
        """End what still runs, newest first."""
        for process in reversed(self._running):
            os.killpg(process.pid, signal.SIGTERM)
            with process:
                pass

    def _run(self, step: Step) -> None:
        command = self._true(step.command)
        if command.endswith("&"):
            self._start(step, command.removesuffix("&"))
            return
        ran = subprocess.run(
            command,
            shell=True,
            env=self._environment,
            cwd=self._directory,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
        printed = self._as_printed(ran.stdout + ran.stderr)
        assert matches(step.expected, printed), f"$ {step.command}\n{printed}"

    def _start(self, step: Step, command: str) -> None:
        process = subprocess.Popen(
            f"exec {command}",
            shell=True,
            env=self._environment,
            cwd=self._directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        assert process.stdout is not None
        said = ""
        while not (said and matches(step.expected, said)):
            line = process.stdout.readline()
            assert line, f"$ {step.command}\n{said}"
            said += self._as_printed(line)

    def _file(self, file: SavedFile) -> None:
        if file.quote:
            assert file.text in (ROOT / file.name).read_text(encoding="utf-8"), file.name
            return
        path = self._directory / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._true(file.text), encoding="utf-8")

    def _patch(self, change: Change) -> None:
        patched = subprocess.run(
            ["git", "apply", "--recount", "-"], input=change.text, text=True, cwd=self._directory, capture_output=True
        )
        assert patched.returncode == 0, f"{patched.stderr}\n{change.text}"

    def _true(self, text: str) -> str:
        for printed, true in self._spoken.items():
            text = text.replace(printed, true)
        return text

    def _as_printed(self, text: str) -> str:
        for printed, true in self._spoken.items():
            text = text.replace(true, printed)
        return text
