"""``tellerline atm`` as people and scripts run it, before an acquirer in this process."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from acquirer_host import AES_MASTER, CARD, PIN, Acquirer

_PROGRAM = Path(sys.executable).parent / "tellerline"
_PATIENCE = 120.0


@dataclass
class Counter:
    """A place to run the command; ``home`` is the machine's own folder."""

    acquirer: Acquirer
    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "machine"

    def command(self, *arguments: str) -> list[str]:
        key = self.folder / "key"
        key.write_text(AES_MASTER.hex())
        place = ["--terminal", "ATM00001", "--address", f"127.0.0.1:{self.acquirer.port}", "--home", str(self.home)]
        return [str(_PROGRAM), "atm", *place, "--key", str(key), *arguments]

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and what was printed."""
        async with self.running(*arguments) as process:
            async with asyncio.timeout(_PATIENCE):
                printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *self.command(*arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"TELLERLINE_LANG": "en", "NO_COLOR": "1", "TELLERLINE_HOME": str(self.folder)},
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest_asyncio.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    acquirer = Acquirer()
    await acquirer.start()
    yield Counter(acquirer, tmp_path)
    await acquirer.stop()


CUSTOMER = (f"insert {CARD}", f"pin {PIN}")


@pytest.mark.parametrize(
    ("fault", "last", "cash"),
    [
        ("power-before-dispense", "REVERSED", 0),
        ("power-after-dispense", "DONE", 500_00),
    ],
)
async def test_a_machine_killed_at_its_dispenser(counter: Counter, fault: str, last: str, cash: int) -> None:
    code, _ = await counter.run(*CUSTOMER, f"fault {fault}", "withdraw 500")
    assert code == -9
    code, printed = await counter.run("--json", "settle", "journal")
    assert code == 0
    assert json.loads(printed)["told"][-1]["said"].split()[4] == last
    assert counter.acquirer.books[CARD] == 10_000_00 - cash


async def test_a_machine_killed_while_it_waits(counter: Counter) -> None:
    """The withdrawal is booked, its answer is on no way: what is repeated after power is a reversal, until answered."""
    counter.acquirer.silent = 2
    async with counter.running(*CUSTOMER, "withdraw 500") as process:
        await _until(lambda: counter.acquirer.types() == ["0200"])
        process.kill()
        await process.wait()
    assert counter.acquirer.books[CARD] == 9_500_00
    async with counter.running("settle", "--reply", "300") as process:
        await _until(lambda: counter.acquirer.types() == ["0200", "0420"])
        process.kill()
        await process.wait()
    code, printed = await counter.run("settle", "journal")
    assert (code, printed.splitlines()[0]) == (0, "nothing is owed")
    assert counter.acquirer.types() == ["0200", "0420", "0421"]
    assert counter.acquirer.books[CARD] == 10_000_00


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not condition():  # noqa: ASYNC110 another process, which cannot set an event
            await asyncio.sleep(0.02)


async def test_a_script_from_a_file_and_its_exit_codes(counter: Counter) -> None:
    script = counter.folder / "session.txt"
    script.write_text("\n".join(["# a visit", *CUSTOMER, "balance", "expect done 00"]))
    code, printed = await counter.run("--script", str(script), "--messages", "--capture", str(counter.folder / "raw"))
    assert code == 0
    assert "  Balance    10,000.00" in printed.splitlines()
    assert "> 0100 2=622999*********0019" in printed
    assert "48=04:*" in printed
    assert (counter.folder / "raw").read_text().count(" bytes\n") == 6
    assert await counter.run("balance") == (1, "STEP_FAILED: step 1, balance: no card is inside\n")
    code, printed = await counter.run("--json", *CUSTOMER, "balance", "expect declined")
    assert (code, json.loads(printed)["error"]["told"][0]["verdict"]) == (1, "done")
    assert (await counter.run("dance"))[0] == 2
    assert (await counter.run("balance", "--charset", "klingon"))[0] == 2
    assert (await counter.run("balance", "--key", str(counter.folder / "none")))[0] == 2


async def test_one_machine_has_one_process(counter: Counter) -> None:
    async with counter.running("echo", "wait 300"):
        await _until(lambda: any(message.get("70") == "301" for message in counter.acquirer.received))
        code, printed = await counter.run("journal")
        assert (code, "another machine runs" in printed) == (5, True)


async def test_a_person_at_the_keypad(counter: Counter) -> None:
    """Keys of a terminal, one visit: card, PIN, 500.00 in cash, the language changed, away. What is pressed while the
    machine works is for nothing: another 500.00 would be paid out."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *counter.command(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TELLERLINE_LANG": "en", "TERM": "xterm", "TELLERLINE_HOME": str(counter.folder)},
    )
    os.close(theirs)
    seen = bytearray()
    asyncio.get_running_loop().add_reader(ours, lambda: seen.extend(_available(ours)))
    try:
        await _typed(ours, seen, "insert your card", f"{CARD}\n")
        await _typed(ours, seen, "enter your PIN", f"{PIN}\n")
        await _typed(ours, seen, "What would you like", "3")
        await _typed(ours, seen, "How much", "3\n33")
        await _typed(ours, seen, "another transaction", "l")
        await _typed(ours, seen, "继续办理", "q")
        async with asyncio.timeout(_PATIENCE):
            assert await process.wait() == 0
    finally:
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)
        if process.returncode is None:
            process.kill()
    assert PIN.encode() not in seen
    assert "******_" in seen.decode("utf-8", "ignore")
    assert counter.acquirer.books[CARD] == 9_500_00


def _available(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


async def _typed(descriptor: int, seen: Sequence[int], sight: str, keys: str) -> None:
    await _until(lambda: sight.encode() in bytes(seen))
    os.write(descriptor, keys.encode())
