"""``tellerline reconcile`` beside a running system: an honest day, a day with every kind of difference, the cases."""

from __future__ import annotations

import csv
import io
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from command_line import CommandLine

from tellerline.simulators.population.numbers import card_number
from tests.docs.terminal import system_up, terminal_environment

_KINDS = {"MISSING_AT_HOST", "MISSING_IN_JOURNAL", "AMOUNT", "STATE", "ACCOUNTING_DATE", "DUPLICATE"}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CommandLine, str]]:
    environment = terminal_environment(tmp_path_factory.mktemp("home"))
    with system_up(environment, "--customers", "20") as addresses:
        yield CommandLine(environment), addresses["admin"]


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        body: bytes = response.read()
        return body


def falsified(file: bytes) -> str:
    """One difference of each kind, on the first six lines."""
    rows = list(csv.reader(io.StringIO(file.decode())))
    head, columns, lines = rows[0], rows[1], [dict(zip(rows[1], row, strict=True)) for row in rows[2:-1]]
    del lines[0]
    lines[0]["amount"] = "77.77"
    lines[1]["state"] = "REVERSED"
    lines[2]["accounting_date"] = "2020-01-01"
    lines.append(lines[3])
    lines.append(lines[4] | {"reference": "UNHEARD-OF"})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([head, columns, *([line[name] for name in columns] for line in lines), ["#end", len(lines)]])
    return text.getvalue()


async def test_a_day_from_its_transfers_to_its_cases(system: tuple[CommandLine, str], tmp_path: Path) -> None:
    shell, admin = system
    for number in range(8):
        customer = f"80000000{number + 2:02}"
        await shell.json("transfer", customer, card_number(number + 3), f"{number + 1}.50CNY")
    bank = "customers/8000000011/accounts/1"
    lost = "customers/8000000012/accounts/1"
    await shell.json("call", "securities.v1.SecuritiesService/TransferToSecurities", f"parent={bank}", "amount=5.00CNY")
    await shell.json("call", "accounts.v1.AccountService/ReportLoss", f"account={lost}", "kind=ACCOUNT_KIND_CARD")
    day = orjson.loads(get(f"{admin}/status"))["accounting_date"]

    honest = await shell.json("reconcile")
    figures = {host["host"]: (host["lines"], host["matched"], host["differences"]) for host in honest["hosts"]}
    assert figures["core"] == (10, 10, [])
    assert figures["securities"] == (1, 1, [])

    file, table, page = tmp_path / "day.csv", tmp_path / "differences.csv", tmp_path / "report.html"
    file.write_text(falsified(get(f"{admin}/hosts/core/days/{day}")), "utf-8")
    words = ("reconcile", day, "--file", str(file), "--csv", str(table), "--html", str(page))
    found = (await shell.json(*words, code=1))["hosts"][0]
    assert Counter(found["kinds"]) == Counter(dict.fromkeys(_KINDS, 1))
    assert {difference["kind"] for difference in found["differences"]} == _KINDS
    assert found["matched"] == 5
    assert (await shell.json(*words, code=1))["hosts"][0]["differences"] == found["differences"]
    _check_exports(table, page)
    await _close_one(shell, found["differences"][0]["case"])

    await shell.json("reconcile", day)
    assert (await shell.json("differences", "list"))["differences"] == []


def _check_exports(table: Path, page: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert {row["kind"] for row in rows} == _KINDS
    amount = next(row for row in rows if row["kind"] == "AMOUNT")
    assert amount["host_amount"] == "77.77 CNY"
    assert "*" in amount["host_account"]
    html = page.read_text("utf-8")
    assert html.count('class="bar" style="width:100.0%"') == 6
    assert '<b class="bad">77.77 CNY</b>' in html
    assert "http" not in html.replace("<!doctype html>", ""), "the page needs nothing but itself"


async def _close_one(shell: CommandLine, case: str) -> None:
    closed: dict[str, Any] = await shell.json("differences", "close", case, "--reason", "booked by hand")
    assert closed["state"] == "CLOSED"
    assert len((await shell.json("differences", "list"))["differences"]) == 5
    assert len((await shell.json("differences", "list", "--all"))["differences"]) == 6
    await shell.json("differences", "close", case, "--reason", "again", code=1)


async def test_a_file_that_is_not_whole_is_refused(system: tuple[CommandLine, str], tmp_path: Path) -> None:
    shell, admin = system
    day = orjson.loads(get(f"{admin}/status"))["accounting_date"]
    whole = get(f"{admin}/hosts/core/days/{day}").decode()
    file = tmp_path / "day.csv"
    file.write_text(whole.rpartition("#end")[0], "utf-8")
    refused = await shell.json("reconcile", day, "--file", str(file), code=2)
    assert refused["error"]["code"] == "BAD_DAY_FILE"
    file.write_text(whole, "utf-8")
    assert (await shell.json("reconcile", "2020-01-01", "--file", str(file), code=2))["error"]["code"] == "BAD_DAY_FILE"


@pytest.mark.parametrize("day", ["2026-13-45", "20261122", "yesterday"])
async def test_what_is_no_date_is_refused(system: tuple[CommandLine, str], day: str) -> None:
    shell, _ = system
    assert (await shell.json("reconcile", day, code=2))["error"]["code"] == "BAD_ARGUMENT"
    assert (await shell.json("differences", "list", "--day", day, code=2))["error"]["code"] == "BAD_ARGUMENT"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--host", "nowhere"), "BAD_DAY_FILE: no host nowhere; there are: billing, core, "),
        (("--file", "{folder}/none.csv"), "BAD_DAY_FILE: {folder}/none.csv: No such file or directory"),
        (("--file", "{folder}/noise.csv"), "BAD_DAY_FILE: line 1: not CSV in UTF-8"),
        (
            ("--host", "core", "--html", "{folder}/none/page.html"),
            "CANNOT_WRITE: {folder}/none/page.html: No such file",
        ),
    ],
)
async def test_what_is_wrong_is_said_in_a_line(
    system: tuple[CommandLine, str], tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    shell, _ = system
    (tmp_path / "noise.csv").write_bytes(bytes(range(255, 127, -1)))
    ended = await shell.run("reconcile", *(word.format(folder=tmp_path) for word in words))
    assert ended.code == 2
    assert ended.err.startswith(says.format(folder=tmp_path))
    assert len(ended.err.splitlines()) == 1
