"""What happened at a machine, for people line by line and for programs as one document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tellerline.cli.output import Output
from tellerline.simulators.atm.receipts import Receipt, lines


class Telling:
    """``told`` collects what ``--json`` prints."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self.told: list[dict[str, Any]] = []

    def receipt(self, receipt: Receipt) -> None:
        self.told.append(asdict(receipt))
        for english, chinese in zip(lines(receipt, "en"), lines(receipt, "zh"), strict=True):
            self._out.say(english, chinese)

    def said(self, english: str, chinese: str) -> None:
        self.told.append({"said": english})
        self._out.say(english, chinese)

    def message(self, line: str) -> None:
        """A message that passed, secrets left out."""
        self.told.append({"message": line})
        self._out.say(line, line, style="dim")
