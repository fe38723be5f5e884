"""The page of a reconciliation, as a reader finds it: what differs stands out, and a narrow screen shows all of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tellerline.cli.reconcile.page import page
from tellerline.cli.reconcile.report import HostReport

DONE = {"state": "DONE", "amount": "12.00 CNY", "account": "6229*******0050", "accounting_date": "2026-03-02"}


def difference(kind: str, *, reference: str = "R1", **sides: Any) -> dict[str, Any]:
    return {
        "name": "differences/D1",
        "host": "core",
        "accounting_date": {"year": 2026, "month": 3, "day": 2},
        "reference": reference,
        "kind": f"KIND_{kind}",
        "state": "STATE_OPEN",
        "detail": sides,
    }


def shown(*differences: dict[str, Any], chinese: bool = False, lines: int = 1) -> str:
    report = HostReport(host="core", accounting_date="2026-03-02", lines=lines, differences=list(differences))
    return page([report], "2026-03-02", lambda en, zh: zh if chinese else en, "zh-CN" if chinese else "en")


def test_what_differs_stands_out_and_nothing_else() -> None:
    html = shown(difference("AMOUNT", host={**DONE, "amount": "11.99 CNY"}, journal=DONE))
    assert re.findall('<b class="bad">(.*?)</b>', html) == ["11.99 CNY", "12.00 CNY"]
    assert html.count('<span class="fact">') == 8


def test_what_only_one_side_knows_is_no_comparison() -> None:
    html = shown(difference("MISSING_AT_HOST", journal=DONE))
    assert '<b class="bad">' not in html
    assert "<div>–</div>" in html


def test_bars_are_as_long_as_their_share_of_the_longest() -> None:
    html = shown(*(difference("STATE", host=DONE, journal=DONE) for _ in range(4)), difference("DUPLICATE", host=DONE))
    widths = re.findall(r'style="width:([\d.]+)%"></span>(\d+)<', html)
    assert widths == [("0.0", "0"), ("0.0", "0"), ("0.0", "0"), ("100.0", "4"), ("0.0", "0"), ("25.0", "1")]


@pytest.mark.parametrize(("chinese", "head"), [(False, "the host says"), (True, "主机记录")])
def test_every_cell_carries_its_head_for_a_narrow_screen(chinese: bool, head: str) -> None:
    html = shown(difference("AMOUNT", host=DONE, journal=DONE), chinese=chinese)
    assert f'<td data-head="{head}">' in html
    assert html.count("<td") == html.count("<td data-head=") + html.count('<td class="n" data-head=') == 12


def test_what_a_file_says_is_text() -> None:
    html = shown(difference("MISSING_IN_JOURNAL", reference="<b>R</b>", host={**DONE, "account": "<script>"}))
    assert "<script>" not in html
    assert "<b>R" not in html


@pytest.mark.parametrize(("count", "words"), [(0, "No differences"), (1, "1 difference<"), (2, "2 differences<")])
def test_the_verdict_counts(count: int, words: str) -> None:
    html = shown(*(difference("STATE", host=DONE, journal=DONE) for _ in range(count)), lines=1_234_567)
    assert words in html
    assert "1,234,567" in html
