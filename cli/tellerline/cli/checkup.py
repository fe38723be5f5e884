"""What ``tellerline doctor`` looks at."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.metadata import version
from importlib.util import find_spec
from typing import Literal

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.store.versions import SQLITE_VERSION

_SQLITE = (3, 37, 0)
_LXML = (6, 1)
_ROOM = 200 * 1024 * 1024
_REACH = timedelta(days=14)
"""How far ahead the clocks of tickets are due, and a little more."""
_FORESIGHT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Finding:
    """``missing`` stops the embedded system; ``note`` does not. ``remedy`` is a command, where there is one."""

    name: str
    verdict: Literal["ok", "note", "missing"]
    text: str
    remedy: str = ""

    def document(self) -> dict[str, str]:
        return asdict(self)


def check_up(years: Sequence[int] = ()) -> list[Finding]:
    """Every check, in the order in which one would look. None of them changes anything.

    The working days of ``years`` must be known; without any, those of today and of what clocks reach soon.
    """
    checks: tuple[Callable[[], Finding], ...] = (
        _python,
        _sqlite,
        _lxml,
        _state_directory,
        _clock,
        _postgresql,
        _rabbitmq,
        _asterisk,
        _telephones,
        _call_centre,
        _running,
    )
    return [*(check() for check in checks), *_working_days(years)]


def _python() -> Finding:
    text = f"{platform.python_version()} on {os.cpu_count()} CPUs"
    return Finding("Python", "ok" if sys.version_info >= (3, 11) else "missing", text)


def _sqlite() -> Finding:
    return Finding("SQLite", "ok" if SQLITE_VERSION >= _SQLITE else "missing", ".".join(map(str, SQLITE_VERSION)))


def _lxml() -> Finding:
    found = version("lxml")
    recent = tuple(int(part) for part in found.split(".")[:2]) >= _LXML
    return Finding("lxml", "ok" if recent else "missing", found, "" if recent else "pip install 'lxml>=6.1'")


def _state_directory() -> Finding:
    from tellerline.cli.system.running import state_directory

    try:
        directory = state_directory()
        probe = directory / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding("state directory", "missing", str(error), "export TELLERLINE_HOME=DIRECTORY")
    free = shutil.disk_usage(directory).free
    return Finding("state directory", "ok" if free > _ROOM else "missing", f"{directory}, {free >> 20} MiB free")


def _clock() -> Finding:
    now = SystemClock().now()
    return Finding("clock", "ok" if now.year >= 2024 else "missing", now.isoformat(timespec="seconds"))


def _postgresql() -> Finding:
    from tellerline.simulators.servers import ServerMissingError
    from tellerline.simulators.servers.postgresql import binaries

    try:
        return Finding("PostgreSQL", "ok", str(binaries()))
    except ServerMissingError as error:
        return Finding("PostgreSQL", "note", "not installed; needed by --store postgresql only", error.command)


def _rabbitmq() -> Finding:
    from tellerline.simulators.servers import ServerMissingError
    from tellerline.simulators.servers.rabbitmq import binaries

    try:
        return Finding("RabbitMQ", "ok", str(binaries()))
    except ServerMissingError as error:
        return Finding("RabbitMQ", "note", "not installed; needed by --mq rabbitmq only", error.command)


def _asterisk() -> Finding:
    from tellerline.simulators.servers import ServerMissingError
    from tellerline.simulators.servers.asterisk.installation import installed

    try:
        return Finding("Asterisk", "ok", str(installed().root))
    except ServerMissingError as error:
        text = "not installed; --switch asterisk does it by itself"
        return Finding("Asterisk", "note", text, error.command)


def _telephones() -> Finding:
    if find_spec("baresip") and find_spec("numpy"):
        return Finding("SIP telephones", "ok", version("baresip-python"))
    text = "not installed; needed by demo --switch asterisk only"
    return Finding("SIP telephones", "note", text, "pip install 'tellerline[telephones]'")


def _call_centre() -> Finding:
    """By the settings in the environment alone; ``tellerline config check`` looks at a file."""
    from tellerline.cli.system.centre_files import read_centre_files
    from tellerline.cli.system.command_settings import Wishes, call_centre_wished
    from tellerline.cli.system.setting_mistakes import SettingsError
    from tellerline.gateway.settings import GatewaySettings

    try:
        settings = call_centre_wished(Wishes(), GatewaySettings.model_construct())
        if settings is None:
            return Finding("call centre", "ok", "none")
        files = read_centre_files(settings, SystemClock())
    except SettingsError as error:
        return Finding("call centre", "missing", str(error))
    counts = (
        f"{len(files.people.roster)} at telephones, {len(files.plan.queues)} queues, {len(files.flows.flows)} flows"
    )
    return Finding("call centre", "ok", f"{settings.switch.kind}; {counts}")


def _running() -> Finding:
    from tellerline.cli.system.running import running_systems

    running = [system.gateway for system in running_systems()]
    return Finding("running systems", "ok", ", ".join(running) or "none")


def _working_days(years: Sequence[int]) -> list[Finding]:
    """A year that is not known stops the clocks of tickets when they reach it: before that it is only reported."""
    now = SystemClock().now()
    needed = frozenset(years or {now.year, (now + _REACH).year})
    foreseen = frozenset() if years else {(now + _FORESIGHT).year} - needed
    return [_working_days_of(year, needed=year in needed) for year in sorted(needed | foreseen)]


def _working_days_of(year: int, *, needed: bool) -> Finding:
    from tellerline.adapters.working_days import UnknownYearError, arrangement

    name = f"working days of {year}"
    try:
        days = arrangement(year)
    except UnknownYearError as error:
        return Finding(name, "missing" if needed else "note", error.text, "pip install -U chinesecalendar holidays")
    return Finding(name, "ok", f"{len(days.off)} weekdays off, {len(days.made_up)} made up on weekends")
