"""One log line, two figures and a span for each request, whatever became of it."""

from __future__ import annotations

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics, Trace, Tracing, mask_number
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.services.ports import Request

_UNKNOWN_CHANNEL = "unknown"


class Reporter:
    """Sees each request at its beginning and at its end."""

    def __init__(self, *, clock: Clock, metrics: Metrics, log: Log, tracing: Tracing, channels: frozenset[str]) -> None:
        self._clock = clock
        self._metrics = metrics
        self._log = log
        self._tracing = tracing
        self._channels = channels

    def begin(self, request: Request, call: CallContext) -> Trace:
        return self._tracing.begin(request.command.operation, call.metadata.get("traceparent", ""))

    def end(
        self, request: Request, trace: Trace, began: float, result: str, *, serial: str = "", failed: bool = False
    ) -> None:
        """``result`` is ``DONE``, ``IN_DOUBT`` or a canonical code."""
        operation = request.command.operation
        seconds = self._clock.monotonic() - began
        channel = request.channel if request.channel in self._channels else _UNKNOWN_CHANNEL
        self._metrics.requests(channel, operation, result).inc()
        self._metrics.request_seconds(operation).observe(seconds)
        if trace.span is not None:
            self._tracing.end(trace, failed=failed, channel=channel, result=result, serial=serial)
        self._log.info(
            "transaction",
            serial=serial,
            channel=channel,
            channel_serial=request.channel_serial,
            operation=operation,
            customer=request.customer,
            account=mask_number(request.command.account_number),
            call=request.call,
            agent=request.agent,
            result=result,
            ms=round(seconds * 100_000) / 100,
            trace=trace.trace_id,
        )
