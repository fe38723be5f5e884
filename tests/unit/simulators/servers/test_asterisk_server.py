"""A private Asterisk: installed once, brought up, killed, brought up again; and its prompts."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.asterisk.installation import PREFIX, install, installed
from tellerline.simulators.servers.asterisk.prompts import prompts
from tellerline.simulators.servers.fixtures import or_skip


@pytest.fixture
def server() -> Iterator[AsteriskServer]:
    with or_skip(), AsteriskServer() as running:
        yield running


def test_it_comes_back_on_the_same_ports(server: AsteriskServer) -> None:
    before, first = server.url, server.pid
    server.kill()
    assert not server.running
    server.start()
    server.start()
    assert server.running
    assert (server.url, server.pid != first) == (before, True)


def test_closing_leaves_nothing(server: AsteriskServer) -> None:
    directory = server.directory
    server.close()
    assert not server.running
    assert not directory.exists()


def test_two_side_by_side(server: AsteriskServer) -> None:
    with AsteriskServer() as other:
        assert server.running
        assert other.running
        assert not {other.ports.http, other.ports.sip} & {server.ports.http, server.ports.sip}


def test_only_its_own_files_hold_passwords_and_only_loopback_is_bound(server: AsteriskServer) -> None:
    written = (server.directory / "etc/http.conf").read_text() + (server.directory / "etc/pjsip.conf").read_text()
    assert "bindaddr = 127.0.0.1" in written
    assert "0.0.0.0" not in written
    assert server.controller_password not in server.log.read_text()


def test_what_is_missing_is_told_with_the_command_that_installs_it(tmp_path: Path) -> None:
    script = "from tellerline.simulators.servers.asterisk.installation import installed; installed()"
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {PREFIX: str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "run: python -m tellerline.simulators.servers.asterisk" in done.stderr


def test_installing_again_changes_nothing() -> None:
    with or_skip():
        before = installed()
    stamp = before.root.stat().st_mtime_ns
    assert install() == before
    assert before.root.stat().st_mtime_ns == stamp


def test_whatever_is_read_out_is_there_in_both_languages_and_made_once() -> None:
    with or_skip():
        folder = prompts()
    for language, words in (("zh", ("ten", "ten-thousand", "minus")), ("en", ("10", "thousand", "minus"))):
        names = [f"digits/{word}" for word in ("0", "9", "star", "pound", *words)]
        for name in (*names, "pause/50", "pause/3200"):
            with wave.open(str(folder / language / f"{name}.wav")) as file:
                assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
                assert file.getnframes() >= 400
    made = (folder / "zh/digits/1.wav").stat().st_mtime_ns
    assert prompts() == folder
    assert (folder / "zh/digits/1.wav").stat().st_mtime_ns == made


def test_a_flows_own_texts_are_spoken() -> None:
    with or_skip():
        folder = prompts({"zh": {"menu/hello-there": "你好"}, "en": {"menu/hello-there": "Hello", "hm": ["hello"]}})
    for place in ("zh/menu/hello-there", "en/menu/hello-there", "en/hm", "zh/digits/ten", "en/digits/1"):
        assert (folder / f"{place}.wav").stat().st_size > 2000
