"""What is said about one canonical code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grpc import StatusCode


@dataclass(frozen=True, slots=True)
class ErrorText:
    """``zh`` and ``en`` are whole sentences for a customer, fit to be spoken; they name no host, table or program.

    ``definite``: nothing was done and nothing will be. Not definite: what became of the request is not known, and only
    the same channel serial may be used to ask. ``retryable``: the same wish may succeed later without being changed.
    ``zh_back`` and ``en_back`` say it where the metadata's ``back_at`` tells from when on it may.
    """

    grpc_status: StatusCode
    zh: str
    en: str
    definite: bool = True
    retryable: bool = False
    zh_back: str = ""
    en_back: str = ""

    def said(self, back_at: str, *, english: bool) -> str:
        """The sentence for a customer; ``back_at`` (ISO 8601, wall time) may be empty."""
        if not back_at or not self.en_back:
            return self.en if english else self.zh
        back = datetime.fromisoformat(back_at)
        if english:
            return self.en_back.format(f"{back:%H:%M} on {back.day} {back:%B}")
        return self.zh_back.format(f"{back.month}月{back.day}日{back:%H:%M}")
