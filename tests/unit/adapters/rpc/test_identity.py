"""Which of a certificate's names is the caller."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tellerline.adapters.rpc.identity import certificate_identity, identity_pattern, person_of


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


def test_a_common_name_is_no_identity() -> None:
    assert certificate_identity(certificate("counter")) == ""
    assert certificate_identity(certificate("counter", x509.RFC822Name("a@bank"))) == ""


def test_no_certificate_bears_the_name_of_a_front_of_this_process() -> None:
    forged = x509.UniformResourceIdentifier("FRONT:ATM")
    assert certificate_identity(certificate(None, forged, x509.DNSName("atm.bank"))) == ""


def test_a_pattern_tells_whose_identity_it_is() -> None:
    patterns = ("spiffe://bank/program/*", "spiffe://bank/*/{person}")
    assert person_of("spiffe://bank/operator/O9001", patterns) == "O9001"
    assert person_of("spiffe://bank/program/ivr", patterns[:1]) == ""
    assert person_of("spiffe://bank/operator/O9001/more", patterns) == ""
    assert person_of("spiffe://bank.evil/operator/O9001", patterns) == ""
    with pytest.raises(ValueError, match="more than once"):
        identity_pattern("{person}/{person}")


def test_no_name_is_nobody() -> None:
    assert certificate_identity(certificate(None)) == ""
