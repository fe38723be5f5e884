"""Kinds of transport by the word a manifest uses for them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from tellerline.adapters.clock import Clock, SystemRandomness
from tellerline.adapters.exchange import Transport, UnsolicitedHandler
from tellerline.adapters.mq.memory import MemoryBroker, MemoryTransport
from tellerline.adapters.mq.rabbitmq import RabbitTransport
from tellerline.adapters.soap.credentials import CredentialsError, MessageSecurity
from tellerline.adapters.soap.secured import SecuredTransport
from tellerline.adapters.soap.signing import RequestSigner
from tellerline.adapters.soap.transport import SoapEndpoint, SoapTransport
from tellerline.adapters.soap.verifying import ReplyVerifier
from tellerline.connectors.manifest import HostManifest, ManifestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a host is, from the settings of one installation.

    ``security`` is needed by a host whose messages are signed, and not looked at for any other. ``broker`` is the
    in-process broker of an embedded installation; an MQ host without one is reached at ``url``.
    """

    url: str = ""
    tls: ssl.SSLContext | None = None
    security: MessageSecurity | None = None
    broker: MemoryBroker | None = None


TransportBuilder = Callable[[HostManifest, Endpoint, Clock, UnsolicitedHandler], Transport]


def build_soap(
    manifest: HostManifest, endpoint: Endpoint, clock: Clock, on_unsolicited: UnsolicitedHandler
) -> Transport:
    """HTTP correlates by connection, so there is never an unsolicited reply. Options: the ``[soap]`` table.

    Raises ``ManifestError`` for a host whose messages are to be signed with keys that are missing or cannot be used.
    """
    options = manifest.options
    settings = SoapEndpoint(
        url=endpoint.url,
        connections=manifest.concurrent,
        idle_seconds=options.number("idle_seconds", 15.0),
        max_reply_bytes=options.whole("max_reply_bytes", 1 << 20),
        tls=endpoint.tls,
    )
    options.done()
    transport = SoapTransport(settings, clock)
    return _secured(transport, manifest, endpoint, clock) if manifest.require_signature else transport


def _secured(transport: Transport, manifest: HostManifest, endpoint: Endpoint, clock: Clock) -> Transport:
    try:
        if endpoint.security is None:
            raise CredentialsError("needs a signing key, its certificate and the host's trusted certificate")
        signer = RequestSigner(endpoint.security, clock, SystemRandomness())
        return SecuredTransport(transport, signer, ReplyVerifier(endpoint.security, clock))
    except CredentialsError as error:
        raise ManifestError(f"hosts.{manifest.name}", "security", str(error)) from None


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
