"""Which file is taken for which day of which host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellerline.cli.reconcile.comparing import Comparison
from tellerline.cli.reconcile.day_file import COLUMNS, DayFileError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "core.csv"
    path.write_text(f"#day,core,2026-03-02,2026-03-02T23:31:00+08:00\n{','.join(COLUMNS)}\n#end,0\n", "utf-8")
    return path


@pytest.mark.parametrize(("host", "day"), [("", ""), ("core", "2026-03-02")])
def test_the_file_says_what_it_is(file: Path, host: str, day: str) -> None:
    Comparison(file, host, day)


@pytest.mark.parametrize(
    ("host", "day", "words"),
    [("securities", "", "of the host core, not securities"), ("core", "2026-03-03", "the day 2026-03-02")],
)
def test_another_hosts_file_or_another_days_is_refused(file: Path, host: str, day: str, words: str) -> None:
    with pytest.raises(DayFileError, match=words):
        Comparison(file, host, day)
