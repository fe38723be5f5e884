"""Certificates for development: an authority, servers, and clients whose alternative name says who they are."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tellerline.adapters.clock import Randomness

_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*")
_LONGEST_NAME = 253
_EARLIER = timedelta(minutes=5)
"""Clocks of other machines may be a little behind."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Issues certificates that begin at ``now``. Its own key is as precious as all that it signs."""

    pair: Pair
    now: datetime
    randomness: Randomness

    @classmethod
    def new(cls, now: datetime, days: int, randomness: Randomness) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Tellerline development authority")
        public = key.public_key()
        builder = _begun(name, name, public, now, now + timedelta(days=days), randomness)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(authority=True), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        signed = builder.sign(key, SHA256())
        return cls(pair=Pair(signed.public_bytes(Encoding.PEM), private_pem(key)), now=now, randomness=randomness)

    def issue(self, common: str, *, days: int, identity: str = "", hosts: Sequence[str] = ()) -> Pair:
        """For a client when there is an ``identity`` (a URI), for a server when there are ``hosts`` (names or
        addresses), or for both. Never valid longer than the authority itself; ``ValueError`` for one that is over."""
        ours = x509.load_pem_x509_certificate(self.pair.certificate)
        signing = load_pem_private_key(self.pair.key, None)
        if not isinstance(signing, ec.EllipticCurvePrivateKey):
            raise ValueError("the authority's key is no key on an elliptic curve")
        key = ec.generate_private_key(ec.SECP256R1())
        if ours.not_valid_after_utc <= self.now:
            raise ValueError("the authority's certificate has expired")
        until = min(self.now + timedelta(days=days), ours.not_valid_after_utc)
        builder = _begun(_name(common), ours.subject, key.public_key(), self.now, until, self.randomness)
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(identity)] if identity else []
        names += [_host(host) for host in hosts]
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH] if identity else []
        uses += [ExtendedKeyUsageOID.SERVER_AUTH] if hosts else []
        issuer = ours.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        for extension, critical in (
            (x509.SubjectAlternativeName(names), False),
            (x509.ExtendedKeyUsage(uses), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(authority=False), True),
            (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), False),
        ):
            builder = builder.add_extension(extension, critical=critical)
        signed = builder.sign(signing, SHA256())
        return Pair(signed.public_bytes(Encoding.PEM), private_pem(key))


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
    randomness: Randomness,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key)
    builder = builder.serial_number(int.from_bytes(randomness.bytes(19)) | 1)
    return builder.not_valid_before(now - _EARLIER).not_valid_after(until)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(host: str) -> x509.GeneralName:
    """Raises ``ValueError`` for what is no address and no name; names in other scripts are written as DNS has them."""
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        name = host.encode("idna").decode()
    except UnicodeError:
        name = ""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise ValueError(f"{host!r} is no address and no name of a server")
    return x509.DNSName(name)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
