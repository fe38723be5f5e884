"""The search that says that PINs left no trace: of a time's digits it makes no PIN, of any others it does."""

from __future__ import annotations

import pytest
from pin_search import PinSearch

BEGUN = 1_795_446_500
PIN = "885990"
SEARCH = PinSearch([PIN], range(BEGUN, BEGUN + 86_400))


@pytest.mark.parametrize(
    "time", [f"{BEGUN + 60}{PIN}", f"{BEGUN + 660}.{PIN}", f"{BEGUN + 60}{PIN}123", f'"at":{BEGUN + 86_399}{PIN},']
)
def test_a_time_of_the_run_is_no_pin(time: str) -> None:
    assert SEARCH.data(time.encode(), "a log") == []


@pytest.mark.parametrize(
    "text",
    [
        PIN,
        f"pin={PIN}",
        f"{BEGUN - 1}{PIN}",
        f"{BEGUN + 86_400}{PIN}",
        f"{BEGUN}{PIN}1",
        f"{BEGUN} {PIN}",
        f"{PIN}{BEGUN}",
    ],
)
def test_whatever_else_has_the_digits_is_told(text: str) -> None:
    assert [found.digits for found in SEARCH.data(text.encode(), "a log")] == [PIN]
