"""Names of prompts in Asterisk's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tellerline.connectors.asterisk.numerals import chinese_sounds
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason

PAUSES = (3200, 1600, 800, 400, 200, 100, 50)
"""Milliseconds for which there is a sound ``pause/<milliseconds>`` of silence in every language."""

_SOUND = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_KINDS = {
    "sound": _SOUND,
    "digits": re.compile(r"[0-9*#]+"),
    "number": re.compile(r"-?[0-9]{1,16}"),
    "recording": re.compile(r"[A-Za-z0-9._:@+-]+"),
    "silence": re.compile(r"[0-9]{1,5}"),
}


def media(prompts: Sequence[str], language: str) -> list[str]:
    """What Asterisk is to play, one after the other. Raises ``SwitchError`` for a prompt of no known kind."""
    if not prompts or not _SOUND.fullmatch(language):
        raise SwitchError(SwitchReason.REFUSED, "nothing to play")
    return [item for prompt in prompts for item in _items(prompt, language)]


def _items(prompt: str, language: str) -> list[str]:
    kind, _, value = prompt.partition(":")
    if kind not in _KINDS or not _KINDS[kind].fullmatch(value):
        raise SwitchError(SwitchReason.REFUSED, f"no prompt of kind {kind}")
    if kind == "number" and language.startswith("zh"):
        return [f"sound:{name}" for name in chinese_sounds(int(value))]
    if kind == "silence":
        return _pauses(int(value))
    return [prompt]


def _pauses(milliseconds: int) -> list[str]:
    """At least as long, and at most 49 ms longer; some silence in any case."""
    left = max(milliseconds, 1)
    sounds = []
    for pause in PAUSES:
        count = -(-left // pause) if pause == PAUSES[-1] else left // pause
        sounds += [f"sound:pause/{pause}"] * max(count, 0)
        left -= count * pause
    return sounds
