"""Prompts to be played: Chinese ones spoken by a machine, English ones of Asterisk's own sounds where it has them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from tellerline.simulators.servers.asterisk.installation import Installation, installed, prefix
from tellerline.simulators.servers.errors import ServerFailedError

Texts: TypeAlias = Mapping[str, Mapping[str, str | list[str]]]
"""By language and name: a text to be spoken, or names of Asterisk's own English sounds, to be joined."""

_VOICES = {"zh": "cmn", "en": "en-us"}
_PAUSES = (3200, 1600, 800, 400, 200, 100, 50)
"""Milliseconds of the silences ``pause/<milliseconds>``."""
_FORMAT = ("-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer")


def prompts(texts: Texts | None = None) -> Path:
    """A folder of folders of WAV files, one for each language, ``sound:<name>`` being ``<name>.wav`` in it.

    Both folders have digits, the words of numbers, and silences; the English one has all of Asterisk's own sounds. The
    same texts are made once and then kept. Blocks for some seconds the first time; raises ``ServerMissingError``,
    ``ServerFailedError``.
    """
    given = texts or {}
    spoken = {language: {**words, **given.get(language, {})} for language, words in _words().items()}
    program = installed()
    made = hashlib.sha256(repr((_PAUSES, sorted(spoken.items()))).encode()).hexdigest()[:16]
    folder = prefix() / "prompts" / made
    with _alone(folder.parent):
        if not folder.exists():
            fresh = folder.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            _make(fresh, spoken, program)
            fresh.rename(folder)
    return folder


def _words() -> Texts:
    return {"en": {}, **tomllib.loads((files(__package__) / "numerals.toml").read_text("utf-8"))}


def _make(folder: Path, texts: Texts, program: Installation) -> None:
    english = folder / "en"
    shutil.copytree(program.sounds / "en_US_f_Allison", english, copy_function=os.symlink)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = [
            pool.submit(_prompt, folder / language / f"{name}.wav", text, language, program)
            for language, named in texts.items()
            for name, text in named.items()
        ]
        done += [
            pool.submit(_pause, folder / language / f"pause/{pause}.wav", pause, program)
            for language in texts
            for pause in _PAUSES
        ]
        for each in done:
            each.result()


def _prompt(path: Path, text: str | list[str], language: str, program: Installation) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if isinstance(text, list):
        sounds = [str(program.sounds / "en_US_f_Allison" / f"{name}.wav") for name in text]
        _run(program, "sox", *sounds, *_FORMAT, str(path))
        return
    spoken = path.with_suffix(".spoken.wav")
    _run(program, "espeak-ng", "-v", _VOICES[language], "-s", "150", "-w", str(spoken), text)
    _run(program, "sox", str(spoken), *_FORMAT, str(path), "norm", "-3", "lowpass", "3400")
    spoken.unlink()


def _pause(path: Path, milliseconds: int, program: Installation) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _run(program, "sox", "-n", *_FORMAT, str(path), "trim", "0", str(milliseconds / 1000))


def _run(program: Installation, name: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 programs of the installation, arguments of this module
        program.command(name, *arguments),
        env=dict(program.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerFailedError(f"{name} ended with {done.returncode}\n{done.stdout}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
