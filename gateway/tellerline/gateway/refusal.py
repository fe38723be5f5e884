"""The one exception by which the gateway refuses: a canonical code with its evidence, never free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.routing.model.codes import Code


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field of a request, by its proto path (``transfer.amount``), and a stable word for what is wrong."""

    field: str
    why: str


class RefusalError(Exception):
    """Ends a call with a canonical error.

    ``metadata`` goes to the client as ``google.rpc.ErrorInfo.metadata``: names and values must be safe to show
    (masked numbers, serials, limits). Fronts turn it into a status; nothing else of an exception ever leaves.
    """

    def __init__(
        self, code: Code, *, metadata: Mapping[str, str] | None = None, violations: tuple[FieldViolation, ...] = ()
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.metadata: Mapping[str, str] = metadata or {}
        self.violations = violations
