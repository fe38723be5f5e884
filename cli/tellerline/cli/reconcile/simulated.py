"""Day files of the running system's simulated hosts, fetched from their admin API."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import orjson

from tellerline.cli.reconcile.day_file import DayFileError

_PATIENCE = 60


def fetch_day_files(admin: str, day: str, host: str, directory: Path) -> list[tuple[str, Path]]:
    """Each host's name with its file in ``directory``; of ``host`` alone if one is named.

    Raises ``OSError``, and ``DayFileError`` for a host that is not there. Without ``day`` it is the
    accounting date that runs.
    """
    status = orjson.loads(_get(f"{admin}/status"))
    day = day or status["accounting_date"]
    if host and host not in status["hosts"]:
        raise DayFileError(f"no host {host}; there are: {', '.join(sorted(status['hosts']))}")
    names = [host] if host else sorted(status["hosts"])
    return [(name, _fetch(f"{admin}/hosts/{name}/days/{day}", directory / f"{name}-{day}.csv")) for name in names]


def _fetch(url: str, path: Path) -> Path:
    path.write_bytes(_get(url))
    return path


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as response:  # noqa: S310  the URL is our own announcement's
        body: bytes = response.read()
        return body
