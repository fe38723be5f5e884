"""Whole numbers as they are read aloud in Chinese, in names of sounds; Asterisk itself reads them as in English."""

from __future__ import annotations

_UNITS = ("digits/thousand", "digits/hundred", "digits/ten", "")
_GROUPS = ("", "digits/ten-thousand", "digits/hundred-million", "digits/trillion")
_LARGEST = 10 ** (4 * len(_GROUPS)) - 1


def chinese_sounds(number: int) -> list[str]:
    """一万零三百 for 10300. Raises ``ValueError`` beyond 16 digits."""
    if abs(number) > _LARGEST:
        raise ValueError(f"a number of more than {4 * len(_GROUPS)} digits")
    if number < 0:
        return ["digits/minus", *chinese_sounds(-number)]
    if number == 0:
        return ["digits/0"]
    sounds: list[str] = []
    groups = _groups(number)
    gap = False
    for place, group in groups:
        if group == 0:
            gap = bool(sounds)
            continue
        if sounds and (gap or group < 1000):
            sounds.append("digits/0")
        sounds += _read_group(group)
        sounds += [_GROUPS[place]] if place else []
        gap = False
    return sounds[1:] if 10 <= groups[0][1] < 20 else sounds


def _groups(number: int) -> list[tuple[int, int]]:
    """Of four digits each, the highest first, with their places."""
    text = str(number)
    count = -(-len(text) // 4)
    text = text.zfill(4 * count)
    return [(count - 1 - at, int(text[4 * at : 4 * at + 4])) for at in range(count)]


def _read_group(group: int) -> list[str]:
    sounds: list[str] = []
    gap = False
    for digit, unit in zip(f"{group:04}", _UNITS, strict=True):
        if digit == "0":
            gap = bool(sounds)
            continue
        sounds += ["digits/0"] if gap else []
        sounds += [f"digits/{digit}", unit] if unit else [f"digits/{digit}"]
        gap = False
    return sounds
