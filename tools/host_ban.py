"""Find places of one machine or one network in what is committed: `python tools/host_ban.py [FILE ...]`.

Package registries are configured where Tellerline is built, not in Tellerline: behind a bank's wall they are others.
The same holds for absolute paths of a developer's machine. Without files: everything that git tracks.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Written so that this file does not contain what it looks for.
_REGISTRIES = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("registry.npmjs", "org"),
    ("registry.yarnpkg", "com"),
    ("deb.debian", "org"),
    ("proxy.golang", "org"),
    ("static.crates", "io"),
]
_HOSTS = "|".join(rf"{re.escape(name)}\.{end}" for name, end in _REGISTRIES)
_HOMES = "|".join(("wor" + "k", "home/" + r"\w+", "roo" + "t"))
BANNED = re.compile(rf"(?P<host>\b(?:{_HOSTS})\b)|(?P<path>(?<![\w.}}/*-])/(?:{_HOMES})/[\w.])")


def findings(text: str) -> list[tuple[int, str]]:
    """Line (from 1) and what stands there, for every banned host and path in ``text``."""
    lines = enumerate(text.splitlines(), 1)
    return [(number, match.group()) for number, line in lines for match in BANNED.finditer(line)]


def tracked_files() -> list[Path]:
    """What git tracks and is there, from the repository's root."""
    git = ["git", "ls-files", "-z"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def main(arguments: list[str]) -> int:
    given = [Path(argument).resolve().relative_to(ROOT) for argument in arguments]
    count = 0
    for path in given or tracked_files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for line, found in findings(text):
            sys.stdout.write(f"{path}:{line}: {found}: belongs to one machine or network, not to Tellerline\n")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
