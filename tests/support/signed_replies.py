"""Replies signed as a host with WS-Security signs them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.security import WSSE, WSU


class HostSigner:
    """One host's key. ``certificate`` (PEM) is what its peers pin."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "core.bank.example")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, envelope: bytes, at: datetime) -> bytes:
        """The envelope with a Security header over its body and a timestamp of ``at``."""
        root = etree.fromstring(envelope)
        body = root.find(f"{{{SOAP_ENVELOPE}}}Body")
        assert body is not None
        body.set(f"{{{WSU}}}Id", "the-body")
        header = etree.Element(f"{{{SOAP_ENVELOPE}}}Header")
        root.insert(0, header)
        security = etree.SubElement(header, f"{{{WSSE}}}Security")
        timestamp = etree.SubElement(security, f"{{{WSU}}}Timestamp")
        timestamp.set(f"{{{WSU}}}Id", "the-timestamp")
        etree.SubElement(timestamp, f"{{{WSU}}}Created").text = at.isoformat()
        etree.SubElement(timestamp, f"{{{WSU}}}Expires").text = (at + timedelta(minutes=1)).isoformat()
        signer = XMLSigner(
            method=SignatureConstructionMethod.detached,
            signature_algorithm="ecdsa-sha256",
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        security.append(
            signer.sign(
                root, key=self._key, cert=self.certificate.decode(), reference_uri=["the-body", "the-timestamp"]
            )
        )
        return etree.tostring(root)
