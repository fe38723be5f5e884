"""Ports on loopback for servers that come back on the same port after a crash."""

from __future__ import annotations

import socket
from contextlib import suppress

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


def hold_port(address: str, port: int = 0, randomness: Randomness | None = None) -> socket.socket:
    """A socket that is bound to ``port`` (0: to one that nobody has), never listens, and is the caller's to close.

    Until then the port is nobody else's: only who sets ``SO_REUSEPORT`` can listen there, and nobody who asks here gets
    it. Raises ``OSError``: somebody listens there.
    """
    if port:
        with suppress(OSError):
            return _held(address, port, again=False)
        return _held(address, port, again=True)
    chance = randomness or SystemRandomness()
    for _ in range(_ATTEMPTS):
        with suppress(OSError):
            return _held(address, _LOWEST + chance.below(_COUNT), again=False)
    raise OSError(f"no free port on {address}")


def _held(address: str, port: int, *, again: bool) -> socket.socket:
    """``again``: also where connections of before are not over. Whether others may share the port is asked of both
    when they bind: this one would not share with its holder, and lets the listeners do so after it."""
    family, kind, _, _, place = socket.getaddrinfo(
        address or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    holder = socket.socket(family, kind)
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, again)
        holder.bind(place)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except BaseException:
        holder.close()
        raise
    return holder
