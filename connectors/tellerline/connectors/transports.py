"""Kinds of transport by the word a manifest uses for them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from tellerline.adapters.clock import Clock, SystemRandomness
from tellerline.adapters.exchange import Transport, UnsolicitedHandler
from tellerline.adapters.mq.memory import MemoryBroker, MemoryTransport
from tellerline.adapters.mq.rabbitmq import RabbitTransport
from tellerline.adapters.soap.transport import SoapEndpoint, SoapTransport
from tellerline.connectors.manifest import HostManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a host is, from the settings of one installation.

    ``broker`` is the in-process broker of an embedded installation; an MQ host without one is reached at ``url``.
    """

    url: str = ""
    tls: ssl.SSLContext | None = None
    broker: MemoryBroker | None = None


TransportBuilder = Callable[[HostManifest, Endpoint, Clock, UnsolicitedHandler], Transport]


def build_soap(
    manifest: HostManifest, endpoint: Endpoint, clock: Clock, on_unsolicited: UnsolicitedHandler
) -> Transport:
    """HTTP correlates by connection, so there is never an unsolicited reply. Options: the ``[soap]`` table."""
    options = manifest.options
    settings = SoapEndpoint(
        url=endpoint.url,
        connections=manifest.concurrent,
        idle_seconds=options.number("idle_seconds", 15.0),
        max_reply_bytes=options.whole("max_reply_bytes", 1 << 20),
        tls=endpoint.tls,
    )
    options.done()
    return SoapTransport(settings, clock)


def build_mq(manifest: HostManifest, endpoint: Endpoint, clock: Clock, on_unsolicited: UnsolicitedHandler) -> Transport:
    """On the endpoint's in-process broker if it has one, else on RabbitMQ. Options: the ``[mq]`` table."""
    options = manifest.options
    queue = options.text("queue")
    max_reply_bytes = options.whole("max_reply_bytes", 1 << 20)
    options.done()
    limits = {"max_outstanding": manifest.concurrent + manifest.queued, "max_reply_bytes": max_reply_bytes}
    if endpoint.broker is not None:
        return MemoryTransport(endpoint.broker, queue, clock, on_unsolicited, **limits)
    return RabbitTransport(endpoint.url, queue, clock, SystemRandomness(), on_unsolicited, **limits)


BUILDERS: dict[str, TransportBuilder] = {"soap": build_soap, "mq": build_mq}
