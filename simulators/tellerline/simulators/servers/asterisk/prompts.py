"""Prompts to be played: Chinese ones spoken by a machine, English ones of Asterisk's own sounds where it has them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import threading
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
_VOICE = ("norm", "-3", "lowpass", "3400")
"""What is done to a voice, so that a telephone carries it."""
_TONES: Mapping[str, tuple[str, ...]] = {
    "beep.wav": ("synth", "0.4", "sine", "1400", "gain", "-6"),
    **{f"pause/{pause}.wav": ("trim", "0", str(pause / 1000)) for pause in _PAUSES},
}
"""How sounds without words are made."""


def prompts(texts: Texts | None = None, own: Path | None = None) -> Path:
    """A folder of folders of WAV files, one for each language, ``sound:<name>`` being ``<name>.wav`` in it.

    Both folders have digits, the words of numbers, silences and the tone ``beep``; the English one has all of
    Asterisk's own sounds. ``own`` is a folder of the same shape, whose recordings take the place of all others of their
    names. What is spoken is made once for each text and then kept, so a changed text costs only itself. Blocks, the
    first time for some seconds; raises ``ServerMissingError``, ``ServerFailedError``.
    """
    given = texts or {}
    spoken = {language: {**words, **given.get(language, {})} for language, words in _words().items()}
    program = installed()
    recorded = _recorded(own)
    made = hashlib.sha256(repr((_VOICE, _PAUSES, sorted(spoken.items()), recorded)).encode()).hexdigest()[:16]
    folder = prefix() / "prompts" / made
    with _alone(folder.parent):
        if not folder.exists():
            fresh = folder.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            _make(fresh, spoken, program)
            for path, _, _ in recorded:
                assert own is not None
                _link(fresh / path, (own / path).absolute())
            fresh.rename(folder)
    return folder


def _recorded(own: Path | None) -> list[tuple[str, int, int]]:
    """Every recording of the folder by its place, with what tells another one of the same name from it."""
    if own is None:
        return []
    found = [path for language in _VOICES for path in (own / language).rglob("*.wav")]
    return sorted((str(path.relative_to(own)), path.stat().st_size, path.stat().st_mtime_ns) for path in found)


def _words() -> Texts:
    return {"en": {}, **tomllib.loads((files(__package__) / "numerals.toml").read_text("utf-8"))}


def _make(folder: Path, texts: Texts, program: Installation) -> None:
    english = folder / "en"
    shutil.copytree(program.sounds / "en_US_f_Allison", english, copy_function=os.symlink)
    kept = folder.parent / "spoken"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = [
            pool.submit(_prompt, folder / language / f"{name}.wav", text, language, program, kept)
            for language, named in texts.items()
            for name, text in named.items()
        ]
        done += [
            pool.submit(_tone, folder / language / name, program, *effects)
            for language in texts
            for name, effects in _TONES.items()
        ]
        for each in done:
            each.result()


def _prompt(path: Path, text: str | list[str], language: str, program: Installation, kept: Path) -> None:
    if isinstance(text, list):
        _fresh(path)
        sounds = [str(program.sounds / "en_US_f_Allison" / f"{name}.wav") for name in text]
        _run(program, "sox", *sounds, *_FORMAT, str(path))
        return
    name = hashlib.sha256(repr((_VOICE, _VOICES[language], text)).encode()).hexdigest()[:24]
    voice = kept / f"{name}.wav"
    if not voice.exists():
        _speak(voice, text, _VOICES[language], program)
    _link(path, voice)


def _speak(path: Path, text: str, voice: str, program: Installation) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw, fresh = (path.with_name(f"{path.stem}.{threading.get_ident()}.{end}") for end in ("raw.wav", "new.wav"))
    _run(program, "espeak-ng", "-v", voice, "-s", "150", "-w", str(raw), text)
    _run(program, "sox", str(raw), *_FORMAT, str(fresh), *_VOICE)
    raw.unlink()
    fresh.rename(path)


def _tone(path: Path, program: Installation, *effects: str) -> None:
    _fresh(path)
    _run(program, "sox", "-n", *_FORMAT, str(path), *effects)


def _link(path: Path, target: Path) -> None:
    _fresh(path)
    path.symlink_to(target)


def _fresh(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)


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
