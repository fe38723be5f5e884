"""Files that are generated from others: written, or compared with what is committed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path


def run(description: str | None, files: Mapping[Path, str], owned: Path) -> int:
    """Write ``files`` (or with ``--check`` on the command line only compare); returns the exit code.

    ``owned`` is the folder or file that holds nothing else: what lies there and is not generated any more is stale too.
    """
    parser = ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 on a difference")
    check = parser.parse_args().check
    present = set(owned.rglob("*.md")) if owned.is_dir() else set()
    stale = sorted(path for path in {*files, *present} if _read(path) != files.get(path))
    if check:
        sys.stderr.writelines(f"{path} is not what its sources give; run {Path(sys.argv[0]).name}\n" for path in stale)
        return 1 if stale else 0
    for path in stale:
        _replace(path, files.get(path))
    sys.stdout.write(f"{len(files)} files, {len(stale)} written\n")
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _replace(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
