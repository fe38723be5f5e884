"""Connections to a gateway."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio

_OPTIONS = (("grpc.max_receive_message_length", 16 * 1024 * 1024),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTls:
    """PEM files: whom to trust, and with mutual TLS who we are (both or neither)."""

    authority: Path
    certificate: Path | None = None
    key: Path | None = None


def open_channel(target: str, tls: ClientTls | None = None) -> grpc.aio.Channel:
    """A channel to ``host:port``, plain without ``tls``. Connects on first use; the caller closes it."""
    if tls is None:
        return grpc.aio.insecure_channel(target, options=_OPTIONS)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=tls.authority.read_bytes(),
        private_key=tls.key.read_bytes() if tls.key else None,
        certificate_chain=tls.certificate.read_bytes() if tls.certificate else None,
    )
    return grpc.aio.secure_channel(target, credentials, options=_OPTIONS)
