"""Structured log lines: one JSON object each, masked, stamped by the injected clock, written in batches."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import orjson
import structlog
from structlog.typing import Processor

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry.masking import mask_event

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_HOLD_SECONDS = 0.1
_CHUNK = 64 * 1024
_MOST = 8 * 1024 * 1024


class Log(Protocol):
    """What the parts of the system log through. ``event`` is a stable word; values are masked on their way out."""

    def debug(self, event: str, **values: Any) -> Any: ...

    def info(self, event: str, **values: Any) -> Any: ...

    def warning(self, event: str, **values: Any) -> Any: ...

    def error(self, event: str, **values: Any) -> Any: ...


class LogWriter:
    """Lines to a file descriptor, in order, off the loop's back.

    Lines are held for a tenth of a second at most and written by a helper thread; ``close`` writes what is left before
    it returns, so a clean stop loses nothing. Where lines come faster than the descriptor takes them, the writer blocks
    rather than drop one. To be used from one thread.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held = bytearray()  # copied together at once: each line as orjson gives it keeps pages of memory
        self._chunks: deque[bytearray] = deque()
        self._writing = threading.Lock()
        self._flushing: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def write(self, line: bytes) -> None:
        """Take one whole line. Returns at once, except when 8 MiB wait already."""
        self._held += line
        held = len(self._held)
        if held > _MOST:
            self._finish()
        elif self._timer is None and self._flushing is None:
            self._schedule()
        elif held > _CHUNK and self._flushing is None:
            self._flush()

    def close(self) -> None:
        """Write everything that is held. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._finish()

    def _schedule(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._finish()
            return
        self._timer = loop.call_later(_HOLD_SECONDS, self._flush)

    def _take(self) -> None:
        self._chunks.append(self._held)
        self._held = bytearray()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held and self._flushing is None:
            self._take()
            self._flushing = asyncio.get_running_loop().run_in_executor(None, self._drain)
            self._flushing.add_done_callback(self._flushed)

    def _flushed(self, _done: asyncio.Future[None]) -> None:
        self._flushing = None
        if self._held and self._timer is None:
            self._schedule()

    def _finish(self) -> None:
        self._take()
        self._drain()

    def _drain(self) -> None:
        with self._writing:
            while self._chunks:
                view = memoryview(self._chunks.popleft())
                while view:
                    view = view[os.write(self._descriptor, view) :]


class _Sink(NamedTuple):
    """Where lines get their instant from and go to."""

    now: Callable[[], datetime]
    write: Callable[[bytes], None]


class _LineLogger(structlog.BoundLoggerBase):
    """A logger of structlog's that goes from values to the line in one step: one is written for each transaction.

    It wraps a ``_Sink``. What is bound is masked once, when it is bound.
    """

    def __init__(self, logger: _Sink, processors: Iterable[Processor], context: dict[str, Any]) -> None:
        super().__init__(logger, processors, mask_event(context))


def _telling(level: str) -> Callable[..., None]:
    def tell(self: _LineLogger, event: str, **values: Any) -> None:
        raised = _raised(values) if "exc_info" in values else None
        line = self._context | mask_event(values)
        sink = self._logger
        line["event"] = event
        line["at"] = sink.now()
        line["level"] = level
        if raised:
            line |= mask_event(raised)
        sink.write(orjson.dumps(line, str, orjson.OPT_APPEND_NEWLINE))

    return tell


def _say_nothing(_self: _LineLogger, event: str, **values: Any) -> None:
    """What a level below the log's own does."""


def _raised(values: dict[str, Any]) -> dict[str, Any]:
    """Take ``exc_info`` out of ``values``; its exception in words, if there is one."""
    told = structlog.processors.format_exc_info(None, "", {"exc_info": values.pop("exc_info")})
    return dict(told)


def _logger_from(level: str) -> type[_LineLogger]:
    least = _LEVELS[level]
    methods = {name: _telling(name) if rank >= least else _say_nothing for name, rank in _LEVELS.items()}
    return type("_LineLogger", (_LineLogger,), methods)


def make_log(clock: Clock, writer: LogWriter, *, level: str = "info", **fields: str) -> Log:
    """A log of its own, independent of structlog's global state. ``fields`` stand on every line."""
    log: Log = structlog.wrap_logger(
        _Sink(clock.now, writer.write),
        processors=[],
        wrapper_class=_logger_from(level),
        context_class=dict,
        cache_logger_on_first_use=True,
    ).bind(**fields)
    return log
