"""A port that is free now."""

from __future__ import annotations

import socket


def free_port(address: str = "127.0.0.1") -> int:
    """Free at this moment; somebody else may take it before it is used."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port
