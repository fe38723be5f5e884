"""Where a running system can be found: one small file per system in the state directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import psutil


def state_directory() -> Path:
    """TELLERLINE_HOME, else the user's state directory (XDG); made when missing, readable by its owner only."""
    home = os.environ.get("TELLERLINE_HOME")
    base = (
        Path(home)
        if home
        else Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "tellerline"
    )
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    return base


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSystem:
    """How to reach a system on this machine. ``started`` is ISO 8601; ``admin`` is empty without simulators,
    ``call_centre`` without a call centre, whose ``switch`` it is on, ``leader`` the first who
    leads there, and ``telephones`` where those of a simulated switch are driven. ``atm`` is where cash machines
    connect, empty where none do, and ``atm_keys`` the folder with their development keys. ``online_banking`` is the
    page for customers, empty where there is none, and ``issuer`` where they log in."""

    name: str
    pid: int
    gateway: str
    admin: str
    metrics: str
    front: str
    store: str
    mq: str
    started: str
    call_centre: str = ""
    switch: str = ""
    leader: str = ""
    telephones: str = ""
    atm: str = ""
    atm_keys: str = ""
    online_banking: str = ""
    issuer: str = ""

    @property
    def alive(self) -> bool:
        return psutil.pid_exists(self.pid)


def _directory() -> Path:
    directory = state_directory() / "running"
    directory.mkdir(exist_ok=True)
    return directory


def announce(system: RunningSystem) -> Path:
    """Write the system's file, whole or not at all; the caller removes it at its end with ``withdraw``."""
    target = _directory() / f"{system.name}.json"
    draft = target.with_suffix(f".{system.pid}.tmp")
    draft.write_bytes(orjson.dumps(asdict(system)))
    draft.replace(target)
    return target


def withdraw(system: RunningSystem) -> None:
    """Remove the system's file if it is still this process's own."""
    target = _directory() / f"{system.name}.json"
    found = _read(target)
    if found is not None and found.pid == system.pid:
        target.unlink(missing_ok=True)


def running_systems() -> Iterator[RunningSystem]:
    """Systems whose process lives, newest first; files of dead ones are skipped, not removed."""
    files = sorted(_directory().glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        system = _read(path)
        if system is not None and system.alive:
            yield system


def _read(path: Path) -> RunningSystem | None:
    try:
        return RunningSystem(**orjson.loads(path.read_bytes()))
    except (OSError, orjson.JSONDecodeError, TypeError):
        return None
