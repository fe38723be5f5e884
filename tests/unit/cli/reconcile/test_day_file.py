"""Day files: read whole or refused with the line, sorted whatever their size, cut without a gap, shown without harm."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tellerline.cli.reconcile import day_file
from tellerline.cli.reconcile.day_file import COLUMNS, DayFile, DayFileError, Line
from tellerline.cli.reconcile.page import page
from tellerline.cli.reconcile.report import HostReport
from tellerline.cli.reconcile.stretches import request_of, stretches

HEAD = "#day,core,2026-03-02,2026-03-02T23:31:00+08:00"
COLUMN_LINE = ",".join(COLUMNS)


def text_of(reference: str, amount: str = "10.00", currency: str = "CNY", state: str = "DONE") -> str:
    return f"{reference},Transfer,622,{amount},{currency},{state},2026-03-02,C1"


def serial(number: int) -> str:
    return f"01K{number:023}"


def written(folder: Path, *lines: str, head: str = HEAD, columns: str = COLUMN_LINE, foot: str = "") -> DayFile:
    path = folder / "day.csv"
    path.write_text("\n".join([head, columns, *lines, foot or f"#end,{len(lines)}"]) + "\n", "utf-8")
    return DayFile(path)


def test_lines_come_sorted_and_the_head_as_it_is(tmp_path: Path) -> None:
    file = written(tmp_path, text_of("B"), text_of("A"), text_of("B", amount="", currency=""))
    head = file.head()
    assert (head.host, head.accounting_date, head.written_at.isoformat()) == (
        "core",
        "2026-03-02",
        "2026-03-02T23:31:00+08:00",
    )
    assert [line.reference for line in file.sorted_lines()] == ["A", "B", "B"]


def test_a_file_of_several_runs_is_merged(tmp_path: Path) -> None:
    count = day_file._RUN + 10
    file = written(tmp_path, *(text_of(serial(count - number)) for number in range(count)))
    found = [line.reference for line in file.sorted_lines()]
    assert found == sorted(found)
    assert len(found) == count


@pytest.mark.parametrize(
    ("lines", "changes", "words"),
    [
        ([], {"foot": "x"}, "line 3: 1 fields"),
        ([text_of("A")], {"foot": "#end,2"}, "its foot says"),
        ([text_of("A")], {"columns": "reference"}, "line 2: must be"),
        ([text_of("A", state="OPEN")], {}, "line 3: state 'OPEN'"),
        ([text_of("A", amount="ten")], {}, "line 3: accounting date or amount"),
        ([text_of("A", amount="NaN")], {}, "line 3: accounting date or amount"),
        ([text_of("A", currency="")], {}, "belong together"),
        ([text_of("A B")], {}, "line 3: reference"),
        ([text_of("")], {}, "line 3: reference"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(
    tmp_path: Path, lines: list[str], changes: dict[str, str], words: str
) -> None:
    with pytest.raises(DayFileError, match=words):
        list(written(tmp_path, *lines, **changes).sorted_lines())


@pytest.mark.parametrize(
    "head", ["", "#day,core,2026-03-02", "#day,core,2026-02-30,x", "#day,core,2026-03-02,2026-03-02"]
)
def test_a_head_that_says_too_little_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(DayFileError, match="line 1"):
        written(tmp_path, head=head).head()


def test_half_a_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("\n".join([HEAD, COLUMN_LINE, text_of("A")]) + "\n", "utf-8")
    with pytest.raises(DayFileError, match="not whole"):
        list(DayFile(path).sorted_lines())


def a_line(reference: str) -> Line:
    return Line(*text_of(reference).split(","))


def test_stretches_follow_each_other_without_a_gap_and_end_with_a_serial() -> None:
    lines = [a_line(serial(number // 2)) for number in range(10)]
    lines += [a_line(f"stranger-{number}") for number in range(5)]
    found = list(stretches(lines, most=3))
    assert [each.after for each in found] == ["", *(each.until for each in found[:-1])]
    assert found[-1].until == ""
    assert [line for each in found for line in each.lines] == lines
    for each in found[:-1]:
        assert each.lines[-1].reference == each.until
        assert len(each.until) == 26


def test_an_empty_day_is_one_stretch(tmp_path: Path) -> None:
    (only,) = stretches(())
    request = request_of(only, written(tmp_path).head(), "core")
    assert (request["after_reference"], request["until_reference"], request["entries"]) == ("", "", [])


def test_amounts_are_exact() -> None:
    (only,) = stretches([Line("A", "T", "1", "1234.05", "CNY", "REVERSED", "2026-03-02", "C1")])
    head = day_file.Head("core", "2026-03-02", datetime.fromisoformat("2026-03-02T23:31:00+08:00"))
    (entry,) = request_of(only, head, "core")["entries"]
    assert entry["amount"] == {"currency_code": "CNY", "units": "1234", "nanos": 50_000_000}
    assert entry["reversed"] is True


@pytest.mark.parametrize("chinese", [False, True])
def test_the_page_is_of_one_piece_and_trusts_no_reference(chinese: bool) -> None:
    report = HostReport("core", "2026-03-02", lines=2, matched=1)
    report.differences.append(
        {
            "name": "differences/d1",
            "host": "core",
            "accounting_date": {"year": 2026, "month": 3, "day": 2},
            "reference": "<script>alert(1)</script>",
            "kind": "KIND_DUPLICATE",
            "state": "STATE_OPEN",
        }
    )
    html = page([report], "2026-03-02", lambda en, zh: zh if chinese else en, "zh-CN" if chinese else "en")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert ("重复" in html) is chinese
    assert html.count('class="bar"') == 6
