"""Replies signed as a host with WS-Security signs them, by another library than ours."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

from tellerline.adapters.soap.credentials import MessageSecurity
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.wss import WSSE, WSU

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def elliptic_key() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def self_signed(key: PrivateKey, begins: int = 2020, ends: int = 2099) -> bytes:
    """A certificate (PEM) of this key alone, good from the one year to the other."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "host.bank.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(begins, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(ends, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def private_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@dataclass(kw_only=True)
class HostSigner:
    """One host's key. ``certificate`` (PEM) is what its peers pin; ``security`` is a gateway's that does."""

    key: PrivateKey = field(default_factory=elliptic_key)
    certificate: bytes = b""

    def __post_init__(self) -> None:
        self.certificate = self.certificate or self_signed(self.key)

    @property
    def security(self) -> MessageSecurity:
        ours = elliptic_key()
        return MessageSecurity(
            signing_key=private_pem(ours),
            signing_certificate=self_signed(ours),
            trusted_certificates=self.certificate,
        )

    def sign(
        self,
        envelope: bytes,
        at: datetime,
        *,
        nonce: bytes = b"",
        references: tuple[str, ...] = (),
        inclusive: tuple[str, ...] = (),
    ) -> bytes:
        """The envelope with a Security header over its body and a timestamp of ``at``, or over other ids.

        ``inclusive`` are prefixes whose bindings are signed wherever they stand.
        """
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
        if nonce:
            etree.SubElement(timestamp, f"{{{WSSE}}}Nonce").text = b64encode(nonce).decode()
        signer = XMLSigner(
            method=SignatureConstructionMethod.detached,
            signature_algorithm="rsa-sha256" if isinstance(self.key, rsa.RSAPrivateKey) else "ecdsa-sha256",
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        named = list(references or ("the-body", "the-timestamp"))
        signed = signer.sign(
            root,
            key=self.key,
            cert=self.certificate.decode(),
            reference_uri=named,
            inclusive_ns_prefixes=list(inclusive) or None,
        )
        security.append(signed)
        return etree.tostring(root)
