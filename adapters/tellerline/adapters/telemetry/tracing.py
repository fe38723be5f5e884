"""Traces from channel to host: decided here, so that what is not sampled costs next to nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tellerline.adapters.clock import Randomness, SeededRandomness
from tellerline.adapters.telemetry.masking import mask_text

if TYPE_CHECKING:  # the SDK is worth its start-up time only where spans are exported
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

    from tellerline.adapters.telemetry.spans import Spans

TRACEPARENT: ContextVar[str] = ContextVar("traceparent", default="")
"""The W3C ``traceparent`` of the work under way, for transports that can carry one; empty when it is not sampled."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NOBODY = ("0" * 32, "0" * 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracingRules:
    """``ratio`` of requests without a sampled parent are traced; ``endpoint`` is an OTLP/HTTP collector's, or empty."""

    ratio: float = 0.01
    endpoint: str = ""
    service: str = "tellerline"


@dataclass(slots=True)
class Trace:
    """One request's trace: its id is known even when nothing is recorded."""

    trace_id: str
    span: Span | None = None

    @property
    def traceparent(self) -> str:
        """To be sent on; empty when the request is not sampled."""
        if self.span is None:
            return ""
        context = self.span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSpan:
    """Something that is over. Whoever tells of it chooses the identifiers, so that telling it again makes no second
    one: trace 32, span and parent 16 hexadecimal digits; no parent for the root of its trace."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    began: datetime
    ended: datetime
    failed: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


class Tracing:
    """Begins and ends requests' spans. A caller's own decision (its ``traceparent``) goes before the ratio."""

    def __init__(self, rules: TracingRules, randomness: Randomness, exporter: SpanExporter | None = None) -> None:
        self._ratio = rules.ratio
        self._randomness = SeededRandomness(randomness.bytes(32).hex())  # ids are no secrets, and one call per request
        self._spans: Spans | None = None
        if exporter is not None or rules.endpoint:
            from tellerline.adapters.telemetry.spans import Spans

            self._spans = Spans(rules.service, rules.endpoint, exporter)

    def begin(self, name: str, traceparent: str) -> Trace:
        """Follow the caller's trace or start one; malformed parents count as none."""
        parent = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
        if parent is not None and (parent[1] == _NOBODY[0] or parent[2] == _NOBODY[1]):
            parent = None
        if self._spans is None or not self._sampled(parent):
            return Trace(parent[1] if parent else self._randomness.bytes(16).hex())
        span = self._spans.serve(name, parent.groups() if parent else None)
        return Trace(f"{span.get_span_context().trace_id:032x}", span)

    def _sampled(self, parent: re.Match[str] | None) -> bool:
        return bool(int(parent[3], 16) & 1) if parent else self._randomness.fraction() < self._ratio

    def exchange(self, name: str) -> Trace | None:
        """A client span under the work under way (``TRACEPARENT``); None when that is not sampled."""
        return self.ask(name, TRACEPARENT.get())

    def ask(self, name: str, traceparent: str) -> Trace | None:
        """A client span under ``traceparent``; None when that is not sampled."""
        parent = _TRACEPARENT.fullmatch(traceparent)
        if parent is None or self._spans is None or not self._sampled(parent):
            return None
        return Trace(parent[1], self._spans.ask(name, parent.groups()))

    def record(self, past: PastSpan) -> None:
        """Export a span of something that is over, whose trace its caller has decided to sample."""
        if self._spans is not None:
            attributes = {f"tellerline.{key}": mask_text(value) for key, value in past.attributes.items()}
            self._spans.record(replace(past, attributes=attributes))

    def end(self, trace: Trace, *, failed: bool, **attributes: str) -> None:
        """End the request's span; attribute values are masked."""
        if trace.span is not None and self._spans is not None:
            masked = {f"tellerline.{key}": mask_text(value) for key, value in attributes.items()}
            self._spans.end(trace.span, masked, failed=failed)

    def close(self) -> None:
        """Export what is left; may block for a few seconds when the collector does not answer."""
        if self._spans is not None:
            self._spans.close()
