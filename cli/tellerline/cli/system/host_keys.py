"""Development keys of simulated hosts whose messages are signed, as the files that settings name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tellerline.simulators.hosting.host import SigningHost, SimulatedHost


def host_document(host: SimulatedHost, directory: Path) -> dict[str, Any]:
    """The host's part of the settings. Keys are written into ``directory``, readable by their owner only."""
    document: dict[str, Any] = {"url": host.url} if host.url else {}
    if not isinstance(host, SigningHost):
        return document
    keys = host.client_keys
    for part, pem in (
        ("signing_key", keys.signing_key),
        ("signing_certificate", keys.signing_certificate),
        ("trusted_certificate", keys.trusted_certificate),
    ):
        file = directory / f"{host.name}-{part}.pem"
        file.touch(mode=0o600)
        file.write_bytes(pem)
        document[part] = str(file)
    return document
