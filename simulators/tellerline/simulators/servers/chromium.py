"""A real browser for tests of pages, and the fonts without which Chinese text is a row of boxes; both are Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tellerline.simulators.servers import debian
from tellerline.simulators.servers.errors import ServerMissingError

BROWSER = "TELLERLINE_CHROMIUM"
"""Names another Chromium (or Chrome) than the one on the path."""

_NAME = "Chromium"
_PACKAGES = ("chromium", "fonts-noto-cjk", "fontconfig")
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def installed() -> Path:
    """The browser's program, on a machine that has it and can show Chinese; else ``ServerMissingError``."""
    found = _found()
    if found is None or not _shows_chinese():
        raise ServerMissingError(_NAME, debian.install_command(*_PACKAGES))
    return found


def install() -> Path:
    """The browser's program, brought here if need be. Blocks; raises ``ServerMissingError`` where it cannot be had."""
    try:
        return installed()
    except ServerMissingError:
        debian.install(_NAME, *_PACKAGES)
        return installed()


def _found() -> Path | None:
    named = os.environ.get(BROWSER)
    candidates = (shutil.which(name) for name in ([named] if named else _PROGRAMS))
    return next((Path(path) for path in candidates if path), None)


def _shows_chinese() -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    fonts = subprocess.run([program, ":lang=zh-cn"], capture_output=True, check=False).stdout  # noqa: S603
    return bool(fonts.strip())
