"""What a development system needs of keys, and the lines of settings that use them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tellerline.adapters.clock import Clock, Randomness
from tellerline.cli.keys.certificates import Authority, private_pem
from tellerline.cli.keys.folder import AUTHORITY, PRIVATE, PUBLIC, KeyFolder

PROGRAMS = ("ivr", "call-centre", "atm", "online-banking")
ROLES = ("agent", "leader", "supervisor", "manager", "department", "audit", "operator", "clerk")
_SERVERS = frozenset({"call-centre"})
_HSM_BYTES = 32


def identity_of(role: str, name: str) -> str:
    """As the standard access policy knows people (by ``role``) and programs."""
    return f"spiffe://tellerline/{role}/{name}"


def make_all(folder: KeyFolder, *, days: int, hosts: Sequence[str], clock: Clock, randomness: Randomness) -> None:
    """Everything for one gateway and one call centre. Raises ``FileExistsError``, or ``ValueError`` for a host that is
    none, before anything is written.
    """
    authority = Authority.new(clock.now(), days, randomness)
    pairs = {AUTHORITY: authority.pair, "gateway": authority.issue("Tellerline gateway", days=days, hosts=hosts)}
    for program in PROGRAMS:
        served = hosts if program in _SERVERS else ()
        pairs[program] = authority.issue(program, days=days, identity=identity_of("program", program), hosts=served)
    signing = ec.generate_private_key(ec.SECP256R1())
    folder.keep_all(
        [
            *((folder.certificate(name), pair.certificate, PUBLIC) for name, pair in pairs.items()),
            *((folder.key(name), pair.key, PRIVATE) for name, pair in pairs.items()),
            (folder.key("pin"), private_pem(ec.generate_private_key(ec.SECP256R1())), PRIVATE),
            (folder.key("hsm"), randomness.bytes(_HSM_BYTES).hex().encode() + b"\n", PRIVATE),
            (folder.key("token"), private_pem(signing), PRIVATE),
            (folder.path / "token.jwks", _key_set(signing.public_key()), PUBLIC),
        ]
    )


def _key_set(key: ec.EllipticCurvePublicKey) -> bytes:
    """A JWK set (RFC 7517); the key's id is its thumbprint (RFC 7638)."""
    numbers = key.public_numbers()
    point = {"crv": "P-256", "kty": "EC", "x": _base64(numbers.x.to_bytes(32)), "y": _base64(numbers.y.to_bytes(32))}
    thumbprint = hashlib.sha256(json.dumps(point, separators=(",", ":"), sort_keys=True).encode()).digest()
    document = {"keys": [point | {"use": "sig", "alg": "ES256", "kid": _base64(thumbprint)}]}
    return json.dumps(document, indent=2).encode() + b"\n"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def make_client(folder: KeyFolder, role: str, name: str, *, days: int, clock: Clock, randomness: Randomness) -> Path:
    """The certificate of a person, or of a program. Raises ``FileNotFoundError``, ``FileExistsError``."""
    authority = folder.authority(clock, randomness)
    file = name if role == "program" else f"{role}-{name}"
    folder.keep(file, authority.issue(name, days=days, identity=identity_of(role, name)))
    return folder.certificate(file)


def settings_lines(folder: KeyFolder) -> str:
    """For the file of a gateway with its call centre."""
    path = folder.path.resolve()
    return f"""\
identities_required = true

[front.tls]
certificate = "{path}/gateway.pem"
key = "{path}/gateway.key"
client_authority = "{path}/ca.pem"

[pin]
keys = ["{path}/pin.key"]

[call_centre.front]
identities_required = true

[call_centre.front.tls]
certificate = "{path}/call-centre.pem"
key = "{path}/call-centre.key"
client_authority = "{path}/ca.pem"

[call_centre.gateway]
authority = "{path}/ca.pem"
certificate = "{path}/call-centre.pem"
key = "{path}/call-centre.key"
"""


def environment_lines(folder: KeyFolder, certificate: Path) -> str:
    """With which the command line shows a certificate."""
    path = folder.path.resolve()
    shown = certificate.resolve()
    return (
        f"export TELLERLINE_AUTHORITY={path / 'ca.pem'}\n"
        f"export TELLERLINE_CERTIFICATE={shown}\n"
        f"export TELLERLINE_KEY={shown.with_suffix('.key')}"
    )
