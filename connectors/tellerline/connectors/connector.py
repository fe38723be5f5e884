"""What a host folder's ``connector.py`` provides: pure translation, no input or output."""

from __future__ import annotations

from typing import Protocol

from tellerline.adapters.exchange import WireRequest
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.outcome import Done, Rejected, Unknown


class CannotBuildError(Exception):
    """The command does not fit the host's format (a name too long for its field, a character it lacks).

    Raised before anything is sent; ``field`` names the command's field. The gateway answers ``INVALID_REQUEST``.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class Connector(Protocol):
    """Translates between the model and one host's bytes.

    ``build`` raises ``CannotBuildError`` and nothing else; it puts ``call.reference`` into the message, so that the
    host can be asked about it later. ``parse`` never raises: what it cannot read for certain is ``Unknown``.
    """

    def build(self, command: Command, call: HostCall) -> WireRequest: ...

    def parse(self, command: Command, call: HostCall, body: bytes) -> Done | Rejected | Unknown: ...
