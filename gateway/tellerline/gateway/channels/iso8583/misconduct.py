"""What misconduct costs: time, and only of whoever misbehaves."""

from __future__ import annotations

from typing import Final

from tellerline.gateway.channels.iso8583.settings import AtmSettings

_MOST_DOUBLINGS: Final = 6
_TO_BE_HELD: Final = frozenset(
    {"bad_length", "half_frame", "not_a_message", "not_a_request", "too_many_refusals", "bad_pin_blocks"}
)


class Misconduct:
    """One connection's record of it."""

    __slots__ = ("_settings", "_strikes")

    def __init__(self, settings: AtmSettings) -> None:
        self._settings = settings
        self._strikes = 0

    def refused(self) -> bool:
        """Note a refused frame. Whether it was one too many."""
        self._strikes += 1
        return self._strikes >= self._settings.strikes

    def forgive(self) -> None:
        """A frame was in order: what came before it counts no more."""
        self._strikes = 0

    def pause(self) -> float:
        """For how many seconds the next frame is not read: twice as long with each refusal in a row."""
        if not self._strikes:
            return 0.0
        doublings: int = min(self._strikes - 1, _MOST_DOUBLINGS)
        return self._settings.refusal_pause * 2.0**doublings

    def held(self, why: str) -> float:
        """For how many seconds a connection that ended so is kept, unread, before its peer may know and come again."""
        return self._settings.cut_off_pause if why in _TO_BE_HELD else 0.0
