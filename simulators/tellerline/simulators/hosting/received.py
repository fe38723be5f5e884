"""The requests a host has received: for tests to look at, with nothing in them that must not be seen."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

KEPT = 1_000
_UNSEEN = "pin"
"""How the names of fields end that hold a secret, in small letters."""
_NUMBER = re.compile(r"(?<!\d)(\d{6})\d+([\dXx]{4})(?![\dXx])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request as it arrived. ``fields`` are masked: numbers of eleven digits and more show 6 + 4, a PIN nothing."""

    host: str
    received_at: str
    operation: str
    reference: str
    fields: Mapping[str, str]


class ReceivedLog:
    """The newest ``KEPT`` requests and a count of all; secrets are dropped on entry, numbers masked on the way out."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._newest: deque[tuple[str, str, str, Mapping[str, object]]] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()

    def add(self, received_at: str, operation: str, reference: str, fields: Mapping[str, object]) -> None:
        self.counts[operation] += 1
        if any(name.lower().endswith(_UNSEEN) for name in fields):
            fields = {name: value for name, value in fields.items() if not name.lower().endswith(_UNSEEN)}
        self._newest.append((received_at, operation, reference, fields))

    def newest(self, limit: int = KEPT) -> list[ReceivedRequest]:
        """The newest requests, oldest first."""
        return [
            ReceivedRequest(
                host=self._host,
                received_at=received_at,
                operation=operation,
                reference=reference,
                fields={name: mask(str(value)) for name, value in fields.items()},
            )
            for received_at, operation, reference, fields in list(self._newest)[-limit:]
        ]

    def clear(self) -> None:
        self._newest.clear()
        self.counts.clear()


def mask(text: str) -> str:
    """The text with account, card and identity numbers cut down to their first six and last four characters."""
    return _NUMBER.sub(r"\1******\2", text)
