"""The demo as its viewers see it: told to a program, and told to people in Chinese with a picture of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine

from tests.docs.terminal import terminal_environment

_DONE, _IN_DOUBT = "TRANSACTION_STATE_DONE", "TRANSACTION_STATE_IN_DOUBT"


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    return CommandLine(terminal_environment(tmp_path))


async def test_the_demo_tells_its_story_and_ends(shell: CommandLine, tmp_path: Path) -> None:
    picture = tmp_path / "demo.svg"
    told, shown = await asyncio.gather(
        shell.run("demo", "--exit", "--json"),
        shell.run("demo", "--exit", "--picture", str(picture), TELLERLINE_LANG="zh-CN"),
    )
    assert (told.code, shown.code) == (0, 0), told.err + shown.err
    scenes = told.document["scenes"]
    assert scenes["over_limit"]["code"] == "LIMIT_SINGLE_EXCEEDED"
    assert scenes["lost_card"]["code"] == "ACCOUNT_REPORTED_LOST"
    assert (scenes["lost_reply"]["at_first"], scenes["lost_reply"]["in_the_end"]) == (_IN_DOUBT, _DONE)
    check_two_hosts(scenes["securities_transfer"])
    check_day(scenes["day"])
    check_call(scenes["call"])
    check_complaint(scenes["complaint"])
    check_cash_machine(scenes["cash_machine"])
    check_channels(scenes["three_channels"])
    assert told.document["online_banking"].endswith("/online-banking/")
    assert [
        number
        for number in (*"一二三四五六七八九十", "十一", "十二", "十三", "十四")
        if f"\n{number}、" not in shown.out
    ] == []
    assert "246810" not in shown.out
    assert "在途" in picture.read_text("utf-8")


def check_two_hosts(scene: dict[str, Any]) -> None:
    """The second leg was in doubt, then done; the money was on its way, then there, and none was made or lost."""
    assert (scene["at_first"], scene["in_the_end"]) == (_IN_DOUBT, _DONE)
    assert states(scene["legs_at_first"]) == {"debit": _DONE, "deposit": _IN_DOUBT}
    assert states(scene["legs"]) == {"debit": _DONE, "deposit": _DONE}
    before, between, after = (scene["balances"][moment] for moment in ("before", "in_doubt", "after"))
    assert [moment["on_the_way"] for moment in (before, between, after)] == ["0.00", "5,000.00", "0.00"]
    assert fen(before["core"]["card"]) - fen(after["core"]["card"]) == 5_000_00
    assert fen(after["securities"]["funds"]) - fen(before["securities"]["funds"]) == 5_000_00


def check_call(scene: dict[str, Any]) -> None:
    """The agent reported the loss under the customer's grant, which went with the call."""
    assert scene["loss_report"]["state"] == "STATE_IN_FORCE"
    assert scene["after"] == "GRANT_EXPIRED"
    assert scene["figures"]["calls"] == 1
    [reported] = [moment for moment in scene["trace"]["moments"] if "ReportLoss" in moment["en"]]
    assert [place["second"] > 0 for place in reported["recordings"]] == [True, True]
    assert {transaction["trace"] for transaction in scene["trace"]["transactions"]} == {scene["trace"]["trace"]}
    assert "grant" not in scene


def check_complaint(scene: dict[str, Any]) -> None:
    """Three working days from Friday, 13 February at 15:00: the Saturday after it was worked, nine days were not."""
    assert scene["ending"] == "satisfied"
    assert scene["called"] == ["leader", "supervisor"]
    assert scene["clocks"]["investigation"]["due"] == "2026-02-25T15:00:00+08:00"
    assert {clock["outcome"] for clock in scene["clocks"].values()} == {"met"}


def check_cash_machine(scene: dict[str, Any]) -> None:
    """What came out is gone from the account; what did not was asked for, lost, and taken back."""
    assert scene["dispensed"] == [500_00, 0]
    assert scene["verdicts"] == ["done", "reversed"]
    assert scene["before"] - scene["after"] == 500_00
    assert scene["lost_reply"][:3] == ["0200", "0210", "0420"]
    assert scene["lost_reply"][-1] == "0430"


def check_channels(scene: dict[str, Any]) -> None:
    assert scene["arrived"] == 300_00
    assert set(scene["serials"]) == {"gRPC", "HTTP, JSON", "ISO 8583"}
    assert len(set(scene["serials"].values())) == 3


def check_day(scene: dict[str, Any]) -> None:
    """Everything that was done is in a file, every file agrees, and only what was falsified differed."""
    lines = {host["host"]: (host["lines"], host["matched"]) for host in scene["hosts"]}
    assert {"core", "credit", "securities", "fx", "corporate", "billing"} <= lines.keys()
    assert (lines["core"], lines["securities"]) == ((4, 4), (1, 1))
    assert all(not host["differences"] and not host["unsettled"] for host in scene["hosts"])
    assert [difference["kind"] for difference in scene["falsified"]["differences"]] == ["AMOUNT"]
    assert scene["falsified"]["matched"] == 3
    assert scene["open_cases"] == []


def states(legs: list[dict[str, Any]]) -> dict[str, str]:
    return {leg["step"]: leg["transaction"]["info"]["state"] for leg in legs}


def fen(amount: str) -> int:
    return int(amount.replace(",", "").replace(".", ""))
