"""What signing and verifying cost: `python tools/measure_signed_messages.py`.

CPU microseconds a message, the least of several rounds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import process_time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.soap.credentials import MessageSecurity
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.signing import RequestSigner
from tellerline.adapters.soap.verifying import ReplyVerifier

ROUNDS = 15
MESSAGES = 50
_ENTRY = "<entry><on>2026-03-02</on><of>1.00</of></entry>"
_KEYS: dict[str, Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]] = {
    "ECDSA P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA 2048": lambda: rsa.generate_private_key(65537, 2048),
}
_TOKEN = re.compile(rb'"(#?)X-\w+"')
"""The id of the certificate in a message: ours are all different, a host's need not be."""


def main() -> int:
    sys.stdout.write(f"{'':12}{'bytes':>7}{'sign':>8}{'parsed':>8}{'verify':>8}{'parsed':>8}\n")
    for name, make in _KEYS.items():
        security = _security(make())
        for entries in (5, 200):
            plain = _envelope(_ENTRY * entries)
            unusual = _envelope(_ENTRY * entries + "<more/>")
            sign, verify, parsed = _least(security, plain)
            signed_long, _, _ = _least(security, unusual)
            sys.stdout.write(f"{name:12}{len(plain):7}{sign:8.0f}{signed_long:8.0f}{verify:8.0f}{parsed:8.0f}\n")
    return 0


def _least(security: MessageSecurity, envelope: bytes) -> tuple[float, float, float]:
    """Signing, verifying what is spelt as the replies before, and what a parser has to read."""
    rounds = [_round(security, envelope) for _ in range(ROUNDS)]
    signing, usual, unusual = (min(each) / MESSAGES * 1e6 for each in zip(*rounds, strict=True))
    return signing, usual, unusual


def _round(security: MessageSecurity, envelope: bytes) -> tuple[float, float, float]:
    clock = SystemClock()
    signer = RequestSigner(security, clock, SystemRandomness())
    signing, replies = _timed(signer.sign, [envelope] * (MESSAGES + 1))
    first, *usual = [_TOKEN.sub(rb'"\1X"', reply) for reply in replies]
    verifier = ReplyVerifier(security, clock)
    verifier.open(first)
    unusual = [reply.replace(b"</s:Header>", b"</s:Header><!-- -->") for reply in usual]
    return signing, _timed(verifier.open, usual)[0], _timed(ReplyVerifier(security, clock).open, unusual)[0]


def _timed(work: Callable[[bytes], bytes], messages: Iterable[bytes]) -> tuple[float, list[bytes]]:
    begun = process_time()
    done = [work(message) for message in messages]
    return process_time() - begun, done


def _envelope(entries: str) -> bytes:
    paid = f'<Paid xmlns="urn:example-bank:measured:1"><to>李雷</to>{entries}</Paid>'
    return f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body>{paid}</s:Body></s:Envelope>'.encode()


def _security(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> MessageSecurity:
    """Of one who believes himself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "measured.bank.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.not_valid_before(datetime(2000, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
    certificate = dated.serial_number(x509.random_serial_number()).sign(key, hashes.SHA256())
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return MessageSecurity(signing_key=private, signing_certificate=pem, trusted_certificates=pem)


if __name__ == "__main__":
    sys.exit(main())
