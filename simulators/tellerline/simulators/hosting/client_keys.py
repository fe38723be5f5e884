"""Development keys of hosts whose messages are signed, as files that a gateway's settings can name."""

from __future__ import annotations

from pathlib import Path

from tellerline.simulators.hosting.host import SigningHost, SimulatedHost


def write_client_keys(host: SimulatedHost, directory: Path) -> dict[str, str]:
    """The files by the names that a gateway's ``hosts.<name>`` has for them; empty for a host that does not sign.

    They are readable by their owner only, and hold whatever they held before no more. Raises ``OSError``.
    """
    if not isinstance(host, SigningHost):
        return {}
    keys = host.client_keys
    parts = {
        "signing_key": keys.signing_key,
        "signing_certificate": keys.signing_certificate,
        "trusted_certificate": keys.trusted_certificate,
    }
    files = {part: directory / f"{host.name}-{part}.pem" for part in parts}
    for part, pem in parts.items():
        files[part].touch(mode=0o600)
        files[part].write_bytes(pem)
    return {part: str(file) for part, file in files.items()}
