"""Publisher confirms of one channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tellerline.adapters.mq.rabbitmq.link import is_nack


class Confirms:
    """Numbers what is published and tells which of it the broker refused."""

    def __init__(self, on_nack: Callable[[str], None]) -> None:
        self._on_nack = on_nack
        self._published = 0
        self._open: dict[int, str] = {}

    def published(self, correlation: str) -> None:
        """Note the next message of the channel; call it for every publish, in order."""
        self._published += 1
        self._open[self._published] = correlation

    def on_confirm(self, frame: Any) -> None:
        """Take an acknowledgement, negative or not, of one message or of all up to it."""
        tag = frame.method.delivery_tag
        refused = is_nack(frame)
        if not frame.method.multiple:
            self._settle(tag, refused)
            return
        for earlier in [number for number in self._open if number <= tag]:
            self._settle(earlier, refused)

    def _settle(self, tag: int, refused: bool) -> None:
        correlation = self._open.pop(tag, None)
        if refused and correlation is not None:
            self._on_nack(correlation)
