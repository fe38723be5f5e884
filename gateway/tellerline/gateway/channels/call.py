"""What a service handler is told about the call it answers, whatever server carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class CallContext:
    """One call.

    ``deadline`` is a reading of the gateway clock's ``monotonic``; the front sets it from the caller's deadline, never
    later than the server's own maximum. ``peer`` is the *authenticated* identity (the client certificate's subject
    alternative name, else its common name), empty without mutual TLS; it never comes from metadata. ``metadata`` holds
    lower-case keys of what the caller sent, untrusted.

    A handler that is cancelled (client gone) may still have work under way at a host: the pipeline shields it.
    """

    deadline: float
    peer: str = ""
    address: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
