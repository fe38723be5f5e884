"""What ``tellerline doctor`` says of certificates and keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.settings import SECTION, CentreSettings
from tellerline.cli.checkup import Finding
from tellerline.cli.keys.looking import Looked, look_at_folder, look_at_settings
from tellerline.cli.system.named_files import check_tls
from tellerline.cli.system.setting_mistakes import SettingsError, mistakes_of
from tellerline.gateway.settings import GatewaySettings


def check_keys(config: Path | None, folder: Path | None) -> list[Finding]:
    """Of the settings in the file and the environment, and of a folder; nothing where there are none."""
    now = SystemClock().now()
    try:
        gateway, centre = GatewaySettings.load(config), CentreSettings.load(config)
        found = [*look_at_settings(gateway, now), *look_at_settings(centre, now)]
        found += look_at_folder(folder, now) if folder else ()
    except ValidationError as error:
        return [*_mistaken(mistakes_of(error))]
    except (OSError, ValueError) as error:
        return [Finding("certificates and keys", "missing", str(error))]
    told = [*_told(dict.fromkeys(found))]
    return told if any(each.verdict == "missing" for each in told) else [*told, *_unusable(gateway, centre)]


def _unusable(gateway: GatewaySettings, centre: CentreSettings) -> Iterator[Finding]:
    """What nothing in the files themselves tells."""
    for settings, section in ((gateway, ""), (centre, SECTION)):
        try:
            check_tls(settings, section)
        except SettingsError as error:
            yield from _mistaken(error.mistakes)


def _mistaken(mistakes: Mapping[str, str]) -> Iterator[Finding]:
    return (Finding(place, "missing", text) for place, text in mistakes.items())


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
