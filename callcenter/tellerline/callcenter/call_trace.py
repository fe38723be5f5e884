"""One trace for each telephone call, known from the call's id alone: whoever takes a call over goes on with it."""

from __future__ import annotations

import hashlib

from tellerline.adapters.telemetry import PastSpan, Trace, Tracing

_WHOLE = 1 << 64


def trace_of(call: str) -> str:
    """The call's W3C trace id, 32 hexadecimal digits, never the same for two calls."""
    return hashlib.sha256(f"call {call}".encode()).hexdigest()[:32]


def span_of(call: str, part: str = "") -> str:
    """The id of the span of one part of the call, 16 hexadecimal digits; without a part of the whole call."""
    return hashlib.sha256(f"call {call} part {part}".encode()).hexdigest()[:16]


class CallTracing:
    """``ratio`` of all calls are sampled, each in whole: all controllers of a site decide alike. ``tracing``, if there
    is one, exports."""

    def __init__(self, tracing: Tracing | None = None, *, ratio: float = 0.01) -> None:
        self.tracing = tracing
        self._most = int(ratio * _WHOLE)

    def sampled(self, call: str) -> bool:
        return int(trace_of(call)[16:], 16) < self._most

    def traceparent(self, call: str) -> str:
        """To be sent with whatever is asked of others in this call (W3C)."""
        return f"00-{trace_of(call)}-{span_of(call)}-{int(self.sampled(call)):02x}"

    def ask(self, name: str, call: str) -> Trace | None:
        """A span of what others are asked in this call; None if nobody exports it, or for no call."""
        return None if self.tracing is None or not call else self.tracing.ask(name, self.traceparent(call))

    def end(self, trace: Trace | None, *, failed: bool, **attributes: str) -> None:
        if trace is not None and self.tracing is not None:
            self.tracing.end(trace, failed=failed, **attributes)

    def tell(self, past: PastSpan) -> None:
        """Export something that is over, of a sampled call."""
        if self.tracing is not None:
            self.tracing.record(past)

    def close(self) -> None:
        """Export what is left; may block for a few seconds."""
        if self.tracing is not None:
            self.tracing.close()
