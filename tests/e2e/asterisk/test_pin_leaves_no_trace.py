"""A hundred PINs typed on Asterisk leave no trace, neither in what is written nor in what is heard.

Half of the lines send their keys as tones in band, some of them beside the events (RFC 4733) that the others send
alone: such tones would stand in every recording and reach every ear if the caller was heard while he types.
"""

from __future__ import annotations

import base64
import filecmp
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from dtmf_ear import keys_as_sound, keys_in
from pin_evidence import (
    AGENT_LINES,
    BOTH_CALLERS,
    BY_AGENT_CALLERS,
    STAFF,
    Evidence,
    gather_evidence,
    recordings,
    write_wav,
)
from pin_lines import How
from pin_search import KEY_BY_KEY
from telephones import RATE, wav_samples

from tellerline.simulators.servers.fixtures import or_skip

pytestmark = pytest.mark.asyncio(loop_scope="module")
_ENDS = {
    How.RIGHT: "COMPLETE",
    How.WRONG: "COMPLETE",
    How.AHEAD: "COMPLETE",
    How.SLOW: "TIMED_OUT",
    How.CUT_OFF: "STOPPED",
}
"""Of most: a key that came twice, or not at all, ends some otherwise."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def evidence(tone_prompts: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evidence]:
    with or_skip():
        yield await gather_evidence(
            tone_prompts, tmp_path_factory.mktemp("centre"), tmp_path_factory.mktemp("evidence")
        )


async def test_a_hundred_pins_were_typed(evidence: Evidence) -> None:
    """In every way; and there is something of each kind to be searched."""
    pins = {entry.pin for entry in evidence.entries}
    assert len(pins) == len(evidence.entries) == 100
    assert set(evidence.ends) == pins
    as_meant = Counter(entry.how for entry in evidence.entries if evidence.ends[entry.pin] == _ENDS[entry.how])
    assert set(as_meant) == set(How)
    assert sum(as_meant.values()) > 60
    assert "verified" in evidence.results
    folder = evidence.folder
    assert len(evidence.recordings) >= 2 * AGENT_LINES
    assert len(list((folder / "heard").iterdir())) == len(STAFF.telephones)
    assert (folder / "feed.jsonl").read_text().count('"SecretAsked"') >= 100
    assert b"VerifyPin" in (folder / "spans.bin").read_bytes()
    assert "VerifyPin" in (folder / "centre/gateway.log").read_text()
    assert {path.name for path in folder.glob("centre/*-wal")} == {"sites.db-wal", "journal.db-wal"}


async def test_no_digits_are_left_anywhere(evidence: Evidence) -> None:
    assert evidence.search.folder(evidence.folder) == []


async def test_neither_agents_nor_leaders_heard_a_key(evidence: Evidence) -> None:
    heard = {path.stem: keys_in(wav_samples(path)) for path in (evidence.folder / "heard").iterdir()}
    assert heard == dict.fromkeys(STAFF.telephones, "")
    assert evidence.keys_told == ""


async def test_recordings_have_the_tones_of_customer_numbers_alone(evidence: Evidence) -> None:
    """They go on while a customer types his number, which shows that tones would be found; and pause for his PIN."""
    events = [json.loads(line) for line in (evidence.folder / "feed.jsonl").read_text().splitlines()]
    callers = {
        event["details"]["leg"]: event["details"]["caller"] for event in events if event["kind"] == "CallArrived"
    }
    tones = {callers.get(path.stem.rpartition(".")[0], ""): keys_in(wav_samples(path)) for path in evidence.recordings}
    assert any(tones[number] for number in BY_AGENT_CALLERS if number in BOTH_CALLERS)
    for number, keys in tones.items():
        typed = {entry.person.customer.number for entry in evidence.scripts.get(number, ())}
        assert set(keys) <= set("#".join(typed) + "#"), (number, keys)


PLANTS: dict[str, Callable[[Path, str], None]] = {
    "a log": lambda folder, pin: _append(folder / "centre/controller.log", f"typed {pin}\n"),
    "a log, in UTF-16": lambda folder, pin: _append(folder / "centre/gateway.log", pin.encode("utf-16")),
    "a log, in hexadecimal": lambda folder, pin: _append(folder / "asterisk/server.log", f'"{pin}"'.encode().hex()),
    "an event, digit by digit": lambda folder, pin: _append(folder / "feed.jsonl", json.dumps({"typed": list(pin)})),
    "a span, in Base64": lambda folder, pin: _append(folder / "spans.bin", base64.b64encode(f"pin={pin}".encode())),
    "the switch's log, key by key": lambda folder, pin: _append(
        folder / "asterisk/server.log", "".join(f"DTMF end '{key}' received on PJSIP/trunk\n" for key in pin)
    ),
    "a store": lambda folder, pin: _store(folder / "afterwards/sites.db", pin),
    "a store, as a number": lambda folder, pin: _store(folder / "afterwards/journal.db", int(pin)),
    "a store's log of changes": lambda folder, pin: _append(folder / "centre/sites.db-wal", b"\x00\x06" + pin.encode()),
    "a recording": lambda folder, pin: _sound(sorted(recordings(folder))[0], pin),
    "an agent's ear": lambda folder, pin: _sound(folder / "heard/A1.wav", pin),
}


def _append(path: Path, text: str | bytes) -> None:
    with path.open("ab") as file:
        file.write(text.encode() if isinstance(text, str) else text)


def _store(path: Path, value: str | int) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE planted (value)")
        connection.execute("INSERT INTO planted VALUES (?)", (value,))


def _sound(path: Path, pin: str) -> None:
    """After what is there, with somebody who talks."""
    keys = keys_as_sound(pin)
    voice = 1000 * np.sin(2 * np.pi * 480 * np.arange(len(keys)) / RATE)
    write_wav(path, np.concatenate([wav_samples(path), np.zeros(RATE // 10), keys + voice]))


@pytest.mark.parametrize("place", list(PLANTS))
async def test_what_is_planted_is_found(evidence: Evidence, tmp_path: Path, place: str) -> None:
    copy = tmp_path / "evidence"
    shutil.copytree(evidence.folder, copy, symlinks=True)
    pin = next(entry.pin for entry in evidence.entries if entry.pin[0] != "0")
    PLANTS[place](copy, pin)
    changed = list(_changed(evidence.folder, copy))
    found = [each for path in changed for each in evidence.search.file(path)]
    assert len(changed) == 1
    assert found
    assert all(each.digits == pin or each.how == KEY_BY_KEY for each in found)


def _changed(before: Path, after: Path) -> Iterator[Path]:
    for path in after.rglob("*"):
        if path.is_file() and not filecmp.cmp(path, before / path.relative_to(after), shallow=False):
            yield path
