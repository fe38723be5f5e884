"""What a SOAP host is asked and what it answers, free of any wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tellerline.simulators.hosting.codes import OK
from tellerline.simulators.ledger import Entry

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapRequest:
    """``fields`` holds what stands beside the header; a part of a composite has the key ``composite/part``.

    ``rows`` holds the composites again by name, each with its parts: one that repeats is there as often as it came.
    """

    operation: str
    reference: str
    fields: Mapping[str, str]
    rows: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Generic[R]):
    """``result`` is there exactly when ``host_code`` is 0000."""

    reference: str
    host_code: str = OK
    accounting_date: str
    host_serial: str = ""
    result: R | None = None

    @property
    def done(self) -> bool:
        return self.host_code == OK


@dataclass(frozen=True, slots=True)
class EchoResult:
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalResult:
    """Answer to an inquiry; ``original`` is None when the host has never seen the reference."""

    operation: str = ""
    original: Reply[Any] | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class ReversalResult:
    effective: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementResult:
    """Amounts in minor units."""

    account: str
    currency: str
    opening: int
    closing: int
    entries: list[Entry]
    more: bool
