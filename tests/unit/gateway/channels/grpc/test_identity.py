"""Which of a certificate's names is the caller."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tellerline.gateway.channels.grpc.identity import certificate_identity


def certificate(common: str | None, *alternatives: x509.GeneralName) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=subject, public_key=key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_an_alternative_name_goes_before_the_common_name() -> None:
    assert certificate_identity(certificate("old", x509.DNSName("atm.channels.bank"))) == "atm.channels.bank"


def test_a_uri_goes_before_a_dns_name() -> None:
    uri = x509.UniformResourceIdentifier("spiffe://bank/channel/atm")
    assert certificate_identity(certificate(None, x509.DNSName("host7"), uri)) == "spiffe://bank/channel/atm"


def test_the_common_name_stands_in() -> None:
    assert certificate_identity(certificate("counter")) == "counter"
    assert certificate_identity(certificate("counter", x509.RFC822Name("a@bank"))) == "counter"


def test_no_name_is_nobody() -> None:
    assert certificate_identity(certificate(None)) == ""
