"""Keys and certificates of signed messages, as one installation has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tellerline.adapters.soap.wss import ECDSA_SHA256, RSA_SHA256

_LEAST_RSA_BITS = 2048
_ECDSA = ec.ECDSA(hashes.SHA256())


class CredentialsError(ValueError):
    """A key or a certificate that cannot be used; the message never holds any part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSecurity:
    """All PEM. ``signing_key`` (unencrypted) with its ``signing_certificate`` are ours.

    ``trusted_certificates`` are the host's own, pinned: one, or two while the host changes its key. Keys are RSA from
    2048 bits, or on a NIST curve.
    """

    signing_key: bytes = field(repr=False)
    signing_certificate: bytes
    trusted_certificates: bytes


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``algorithm`` is the name that the signature carries; ``sign`` returns what stands in ``SignatureValue``."""

    algorithm: str
    certificate: x509.Certificate
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A host's key, good from ``begins`` to ``ends``; ``holds`` says whether a signature over some bytes is its own."""

    algorithm: str
    begins: datetime
    ends: datetime
    holds: Callable[[bytes, bytes], bool]


def signing_key(security: MessageSecurity) -> SigningKey:
    """Raises ``CredentialsError``, also for a certificate of another key."""
    try:
        key = load_pem_private_key(security.signing_key, password=None)
        certificate = x509.load_pem_x509_certificate(security.signing_certificate)
    except (ValueError, TypeError) as error:
        raise CredentialsError(f"the signing key or its certificate cannot be read: {type(error).__name__}") from None
    if certificate.public_key() != key.public_key():
        raise CredentialsError("the signing certificate is of another key")
    if isinstance(key, rsa.RSAPrivateKey):
        _check_rsa(key.key_size)
        return SigningKey(RSA_SHA256, certificate, _rsa_signer(key))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return SigningKey(ECDSA_SHA256, certificate, _ecdsa_signer(key))
    raise CredentialsError("the signing key is neither RSA nor ECDSA")


def trusted_keys(security: MessageSecurity) -> tuple[TrustedKey, ...]:
    """Raises ``CredentialsError``; there is at least one."""
    try:
        certificates = x509.load_pem_x509_certificates(security.trusted_certificates)
    except ValueError:
        raise CredentialsError("the trusted certificate cannot be read") from None
    return tuple(_trusted(certificate) for certificate in certificates)


def _trusted(certificate: x509.Certificate) -> TrustedKey:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        _check_rsa(key.key_size)
        return TrustedKey(RSA_SHA256, begins, ends, _rsa_verifier(key))
    if isinstance(key, ec.EllipticCurvePublicKey):
        return TrustedKey(ECDSA_SHA256, begins, ends, _ecdsa_verifier(key))
    raise CredentialsError("the trusted key is neither RSA nor ECDSA")


def _check_rsa(bits: int) -> None:
    if bits < _LEAST_RSA_BITS:
        raise CredentialsError(f"an RSA key of {bits} bits is too short")


def _rsa_signer(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def _rsa_verifier(key: rsa.RSAPublicKey) -> Callable[[bytes, bytes], bool]:
    def holds(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    return holds


def _ecdsa_signer(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """XML Signature wants the two numbers side by side, not in DER."""
    size = (key.curve.key_size + 7) // 8

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, _ECDSA))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def _ecdsa_verifier(key: ec.EllipticCurvePublicKey) -> Callable[[bytes, bytes], bool]:
    size = (key.curve.key_size + 7) // 8

    def holds(signature: bytes, message: bytes) -> bool:
        if len(signature) != 2 * size:
            return False
        numbers = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        try:
            key.verify(encode_dss_signature(*numbers), message, _ECDSA)
        except InvalidSignature:
            return False
        return True

    return holds
