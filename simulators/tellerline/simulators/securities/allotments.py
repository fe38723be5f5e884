"""New-share allotment numbers 新股配号: what subscriptions to new shares got for the draw."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.ledger import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """``count`` numbers in a row from ``first_number`` (twelve digits); ``won`` of them are drawn on ``drawn_on``."""

    code: str
    name: str
    first_number: str
    count: int
    subscribed_on: str
    drawn_on: str
    won: int

    def won_by(self, today: str) -> int:
        return self.won if self.drawn_on <= today else 0

    def status(self, today: str) -> str:
        """The copybook's letter on the date ``today``."""
        if self.drawn_on > today:
            return "A"
        return "W" if self.won else "N"


class AllotmentFile:
    """Allotments by securities account, in order of their first numbers."""

    def __init__(self) -> None:
        self._of_account: Table[str, tuple[Allotment, ...]] = Table()

    def add(self, account: str, allotment: Allotment) -> None:
        known = self._of_account.get(account) or ()
        self._of_account.put(account, tuple(sorted((*known, allotment), key=lambda each: each.first_number)))

    def of(self, account: str) -> tuple[Allotment, ...]:
        return self._of_account.get(account) or ()

    def snapshot(self) -> None:
        self._of_account.snapshot()

    def reset(self) -> None:
        self._of_account.reset()
