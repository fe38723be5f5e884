"""``tellerline atm`` as scripts and mistaken people meet it: what it says, and how it ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from acquirer_host import AES_MASTER, CARD, PAYEE, PIN, Acquirer
from atm_bench import a_place
from typer.testing import CliRunner

from tellerline.cli.atm import running
from tellerline.cli.atm.keypad import Keys
from tellerline.cli.exits import Exit
from tellerline.cli.main import build_app
from tellerline.simulators.atm.machine import CashMachine

_APP = build_app()
NOWHERE = "127.0.0.1:9"
CUSTOMER = (f"insert {CARD}", f"pin {PIN}")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "key").write_text(AES_MASTER.hex())
    return tmp_path


def atm(home: Path, *words: str, address: str = NOWHERE, language: str = "en", typed: bytes = b"") -> tuple[int, str]:
    place = ("--address", address, "--key", str(home / "key"), "--home", str(home / "machine"))
    environment = {"TELLERLINE_LANG": language, "NO_COLOR": "1"}
    ran = CliRunner().invoke(_APP, ["atm", *place, *words], input=typed, env=environment)
    assert isinstance(ran.exception, SystemExit | None), ran.exception
    return ran.exit_code, ran.output


def error(said: str) -> Any:
    return orjson.loads(said)["error"]["code"]


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "127.0.0.1:²", "127.0.0.1", ":1"])
def test_addresses_that_are_none(home: Path, address: str) -> None:
    code, said = atm(home, "echo", "--json", address=address)
    assert (code, error(said)) == (Exit.USAGE, "BAD_ARGUMENT")


@pytest.mark.parametrize("file", ["cassettes", "journal"])
@pytest.mark.parametrize("content", ["{\n", "[]\n", '{"stage": "GONE"}\n'])
def test_damaged_files_are_named(home: Path, file: str, content: str) -> None:
    (home / "machine").mkdir()
    (home / "machine" / file).write_text(content)
    code, said = atm(home, "journal", "--json")
    assert (code, error(said)) == (Exit.SETUP, "MACHINE_FAILED")
    assert f"{file} is damaged" in said


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((f"transfer 6 to {PAYEE}",), Exit.UNKNOWN),
        ((f"transfer 6 to {PAYEE}", "expect unknown"), Exit.OK),
        ((f"transfer 6 to {PAYEE}", "expect unknown", "expect unknown", f"transfer 7 to {PAYEE}"), Exit.UNKNOWN),
        ((f"transfer 6 to {PAYEE}", "expect done"), Exit.REFUSED),
    ],
)
def test_an_outcome_that_nobody_knows(
    home: Path, monkeypatch: pytest.MonkeyPatch, steps: tuple[str, ...], code: int
) -> None:
    @asynccontextmanager
    async def before_a_silent_acquirer(*_: object) -> AsyncIterator[CashMachine]:
        acquirer = Acquirer(silent=99)
        await acquirer.start()
        machine = CashMachine(a_place(acquirer), home / "machine")
        await machine.start()
        try:
            yield machine
        finally:
            await machine.stop()
            await acquirer.stop()

    monkeypatch.setattr(running, "machine_on", before_a_silent_acquirer)
    ended, said = atm(home, *CUSTOMER, *steps, "--json")
    assert ended == code
    if code != Exit.REFUSED:
        assert orjson.loads(said)["known"] == (code == Exit.OK)


@pytest.mark.parametrize(
    ("step", "english", "chinese"),
    [
        ("withdraw five", "write withdraw AMOUNT", "第 1 步无法识别：withdraw"),
        ("insrt 6229990000000000019", "write insert CARD", "写法为 insert CARD"),
        ("juggle", "insert CARD, ", "第 1 步无法识别：juggle"),
        ("fault earthquake", "is none of lose-reply", "只能是 lose-reply"),
        ("balance", "no card is inside", "机内无卡"),
    ],
)
def test_step_errors_in_both_languages(home: Path, step: str, english: str, chinese: str) -> None:
    assert english in atm(home, step)[1]
    said = atm(home, step, language="zh-CN")[1]
    assert chinese in said
    assert "step 1" not in said


def test_a_script_with_a_byte_order_mark(home: Path) -> None:
    (home / "steps").write_text("\ufeffjournal\n", "utf-8")
    assert atm(home, "--script", str(home / "steps"))[0] == Exit.OK
    assert atm(home, "--script", "-", typed="\ufeffjournal\n".encode())[0] == Exit.OK


def test_a_mistyped_pin_is_not_told(home: Path) -> None:
    assert "135790" not in atm(home, "pin135790")[1]


@pytest.mark.parametrize("opened", [os.pipe, os.openpty])
async def test_a_keypad_that_is_gone_walks_away_once(opened: Callable[[], tuple[int, int]]) -> None:
    reading, writing = opened()
    with Keys(reading) as keys:
        os.close(writing)
        assert await keys.next() == "q"
        another = asyncio.create_task(keys.next())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not another.done()
        another.cancel()
    os.close(reading)
