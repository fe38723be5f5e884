"""Ports on loopback for servers that come back on the same port after a crash."""

from __future__ import annotations

import socket

from tellerline.adapters.clock import Randomness, SystemRandomness

# Below the kernel's ephemeral range: while a server is down, no outgoing connection can be given its port (a client
# that keeps trying could otherwise connect to itself and keep the server from coming back).
_LOWEST, _COUNT = 20_000, 12_000
_ATTEMPTS = 200


def free_port(randomness: Randomness | None = None) -> int:
    """A port of 127.0.0.1 that nobody listens on now. It is not reserved: use it at once."""
    chance = randomness or SystemRandomness()
    for _ in range(_ATTEMPTS):
        port = _LOWEST + chance.below(_COUNT)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port on 127.0.0.1")
