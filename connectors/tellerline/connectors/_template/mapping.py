"""The model's commands and results in the words of this host's contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tellerline.routing.model.command import Echo
from tellerline.routing.model.outcome import HostState, Result

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One operation: its name on the wire, its request's fields beside the header, the result in its reply."""

    wire: str
    request: Callable[[Any], dict[str, Any]]
    result: Callable[[Values], Result]


def _host_state(reply: Values) -> HostState:
    return HostState(accounting_date=reply["header"]["accountingDate"], version=reply["version"] or "")


OPERATIONS: dict[str, Mapped] = {Echo.operation: Mapped("Echo", lambda _: {}, _host_state)}
