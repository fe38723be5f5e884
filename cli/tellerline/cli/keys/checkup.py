"""What ``tellerline doctor`` says of certificates and keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.settings import CentreSettings
from tellerline.cli.checkup import Finding
from tellerline.cli.keys.looking import Looked, look_at_folder, look_at_settings
from tellerline.gateway.settings import GatewaySettings


def check_keys(config: Path | None, folder: Path | None) -> list[Finding]:
    """Of the settings in the file and the environment, and of a folder; nothing where there are none."""
    now = SystemClock().now()
    try:
        found = list(look_at_settings(GatewaySettings.load(config), now))
        found += look_at_settings(CentreSettings.load(config), now)
        found += look_at_folder(folder, now) if folder else ()
    except (OSError, ValueError, ValidationError) as error:
        return [Finding("certificates and keys", "missing", str(error))]
    return [*_told(dict.fromkeys(found))]


def _told(found: Iterable[Looked]) -> Iterator[Finding]:
    """Each that needs somebody, and how many do not."""
    sound = 0
    for each in found:
        if each.verdict == "ok":
            sound += 1
        else:
            name = f"key of {each.file.name}" if each.file.suffix == ".key" else f"certificate {each.file.name}"
            yield Finding(name, "missing" if each.verdict == "bad" else "note", f"{each.file} {each.text}")
    if sound:
        yield Finding("certificates and keys", "ok", f"{sound} in order")
