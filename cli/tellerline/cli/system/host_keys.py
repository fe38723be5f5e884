"""What the settings say of a simulated host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tellerline.simulators.hosting.client_keys import write_client_keys
from tellerline.simulators.hosting.host import SimulatedHost


def host_document(host: SimulatedHost, directory: Path) -> dict[str, Any]:
    """The host's part of the settings. Its client's keys are written into ``directory``."""
    where: dict[str, Any] = {"url": host.url} if host.url else {}
    return where | write_client_keys(host, directory)
