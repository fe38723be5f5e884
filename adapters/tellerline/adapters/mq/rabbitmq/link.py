"""One AMQP connection, with pika's callbacks turned into awaitables: the only module that imports pika."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.exceptions import AMQPError, ChannelClosedByBroker

# pika reports one refused connection six times as an error; ``Session`` reports it once.
logging.getLogger("pika").setLevel(logging.CRITICAL)

Channel = Any
"""pika's channel; pika carries no type marker, so its objects are untyped here and nowhere else."""

Properties = pika.BasicProperties
PERSISTENT = 2
"""AMQP's delivery mode of a message that survives a restart of the broker."""

_SOCKET_TIMEOUT_S = 5.0


__all__ = [
    "PERSISTENT",
    "AMQPError",
    "BrokerRefusedError",
    "BrokerUnavailableError",
    "Channel",
    "Link",
    "Properties",
    "connection_parameters",
    "is_nack",
    "publish_frame",
]


class BrokerUnavailableError(Exception):
    """The broker cannot be reached, went away, or refused what was asked of it."""


class BrokerRefusedError(BrokerUnavailableError):
    """The broker is there and does not do what was asked: a queue with other options, or one in use."""


def is_nack(frame: Any) -> bool:
    """Whether a confirm says that the broker did not take the message."""
    return isinstance(frame.method, pika.spec.Basic.Nack)


def publish_frame(channel_number: int, queue: str) -> bytes:
    """The method frame of a mandatory publish to ``queue`` over the default exchange."""
    method = pika.spec.Basic.Publish(exchange="", routing_key=queue, mandatory=True)
    frame: bytes = pika.frame.Method(channel_number, method).marshal()
    return frame


class _Connection(AsyncioConnection):  # type: ignore[misc]
    def emit(self, frames: bytes) -> None:
        """Write whole frames that were marshalled elsewhere; does nothing once the connection is going."""
        if self.is_open:
            self._output_marshaled_frames((frames,))


def connection_parameters(url: str) -> Any:
    """What an ``amqp://`` URL says, one attempt a connection; raises ``ValueError`` for a URL that is none."""
    if not url.startswith(("amqp://", "amqps://")):
        raise ValueError("the broker's address does not begin with amqp:// or amqps://")
    parameters = pika.URLParameters(url)
    parameters.connection_attempts = 1
    parameters.socket_timeout = parameters.stack_timeout = _SOCKET_TIMEOUT_S
    return parameters


class Link:
    """An open connection. ``on_lost`` runs once, as soon as it is gone for whatever reason but ``close``."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost
        self._connection: Any = None
        self._waiting: set[asyncio.Future[Any]] = set()
        self._closing = False
        self.gone = asyncio.Event()
        self.blocked = False

    @classmethod
    async def open(cls, url: str, on_lost: Callable[[], None]) -> Link:
        """Connect; raises ``BrokerUnavailableError``."""
        link = cls(on_lost)
        parameters = connection_parameters(url)
        opened = link._future()
        link._connection = _Connection(
            parameters,
            on_open_callback=lambda _: link._resolve(opened, None),
            on_open_error_callback=lambda _, error: link._fail_open(opened, error),
            on_close_callback=lambda _, error: link._down(error),
            custom_ioloop=asyncio.get_running_loop(),
        )
        try:
            await link._settled(opened)
        except asyncio.CancelledError:
            await link.close()
            raise
        link._connection.add_on_connection_blocked_callback(lambda *_: link._set_blocked(True))
        link._connection.add_on_connection_unblocked_callback(lambda *_: link._set_blocked(False))
        return link

    async def channel(self) -> Channel:
        """Open a channel. One that the broker closes or whose consumer it cancels takes the connection with it."""
        opened = self._future()
        try:
            self._connection.channel(on_open_callback=lambda channel: self._resolve(opened, channel))
        except AMQPError as error:
            self._resolve(opened, None)
            raise BrokerUnavailableError(str(error)) from error
        channel = await self._settled(opened)
        channel.add_on_close_callback(lambda _, error: self._broken(error))
        channel.add_on_cancel_callback(lambda _: self._broken(BrokerUnavailableError("consumer cancelled")))
        return channel

    def emit(self, frames: bytes) -> None:
        """Write whole frames; does nothing once the connection is going."""
        self._connection.emit(frames)

    async def call(self, method: Callable[..., Any], *args: Any, **options: Any) -> None:
        """Run a synchronous AMQP method of a channel to its end; raises ``BrokerUnavailableError``."""
        finished = self._future()
        try:
            method(*args, callback=lambda _: self._resolve(finished, None), **options)
        except AMQPError as error:
            self._resolve(finished, None)
            raise BrokerUnavailableError(str(error)) from error
        await self._settled(finished)

    async def close(self) -> None:
        """Close and wait for the end, a socket's time-out at most. Idempotent; ``on_lost`` does not run."""
        self._closing = True
        if self.gone.is_set() or self._connection is None:
            return
        if not (self._connection.is_closing or self._connection.is_closed):
            self._connection.close()
        try:
            async with asyncio.timeout(_SOCKET_TIMEOUT_S):
                await self.gone.wait()
        except TimeoutError:
            self._down(BrokerUnavailableError("the broker does not answer to close"))

    def _future(self) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        return future

    def _resolve(self, future: asyncio.Future[Any], value: Any) -> None:
        self._waiting.discard(future)
        if not future.done():
            future.set_result(value)

    async def _settled(self, future: asyncio.Future[Any]) -> Any:
        try:
            return await future
        finally:
            self._waiting.discard(future)

    def _fail_open(self, opened: asyncio.Future[Any], error: object) -> None:
        self.gone.set()
        self._waiting.discard(opened)
        if not opened.done():
            opened.set_exception(BrokerUnavailableError(repr(error)))

    def _set_blocked(self, blocked: bool) -> None:
        self.blocked = blocked

    def _broken(self, error: object) -> None:
        if not self._closing and not self.gone.is_set():
            self._fail_waiting(error)
            if not (self._connection.is_closing or self._connection.is_closed):
                self._connection.close()

    def _down(self, error: object) -> None:
        if self.gone.is_set():
            return
        self.gone.set()
        self._fail_waiting(error)
        if not self._closing:
            self._on_lost()

    def _fail_waiting(self, error: object) -> None:
        kind = BrokerRefusedError if isinstance(error, ChannelClosedByBroker) else BrokerUnavailableError
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_exception(kind(repr(error)))
