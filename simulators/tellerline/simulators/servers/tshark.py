"""An independent reader of captured ISO 8583: Wireshark's, at the command line; Debian's package."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tellerline.simulators.servers import debian
from tellerline.simulators.servers.errors import ServerMissingError

TSHARK = "TELLERLINE_TSHARK"
"""Names another tshark than the one on the path."""

_NAME = "tshark"


def installed() -> Path:
    """The program on a machine that has it; else ``ServerMissingError``."""
    found = shutil.which(os.environ.get(TSHARK) or _NAME)
    if found is None:
        raise ServerMissingError(_NAME, debian.install_command(_NAME))
    return Path(found)


def install() -> Path:
    """The program, brought here if need be. Blocks; raises ``ServerMissingError`` where it cannot be had."""
    try:
        return installed()
    except ServerMissingError:
        debian.install(_NAME, _NAME)
        return installed()
