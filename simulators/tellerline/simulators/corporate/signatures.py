"""WS-Security as the front-end does it: every reply signed with its key, every request checked against the client's."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import NameOID
from lxml import etree

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.soap.contract import SOAP

_BASE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
_WSSE, _WSU = f"{_BASE}secext-1.0.xsd", f"{_BASE}utility-1.0.xsd"
_DSIG, _C14N = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/10/xml-exc-c14n#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_NAMES = {"s": SOAP, "o": _WSSE, "u": _WSU, "d": _DSIG}
_SIZE = 32
_ALGORITHM = ec.ECDSA(hashes.SHA256())
_WINDOW = timedelta(minutes=5)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


class SignatureError(Exception):
    """A request that the client did not sign as it should; the message is for the developer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentKeys:
    """A key pair each for host and client, made anew for every simulator: good for nothing else. PEM."""

    host_key: ec.EllipticCurvePrivateKey = field(repr=False)
    host_certificate: bytes
    client_key: bytes = field(repr=False)
    client_certificate: bytes

    @classmethod
    def make(cls) -> DevelopmentKeys:
        host, client = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        return cls(
            host_key=host,
            host_certificate=_certificate(host, "corporate.bank.example"),
            client_key=client.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            client_certificate=_certificate(client, "gateway.bank.example"),
        )


def _certificate(key: ec.EllipticCurvePrivateKey, name: str) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    dated = builder.not_valid_before(datetime(2000, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
    signed = dated.serial_number(x509.random_serial_number()).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


class HostSignatures:
    """Signs and checks with ECDSA over SHA-256. A request's nonce may come once while its timestamp could pass."""

    def __init__(self, keys: DevelopmentKeys, clock: Clock, randomness: Randomness) -> None:
        self._key = keys.host_key
        client = x509.load_pem_x509_certificate(keys.client_certificate).public_key()
        assert isinstance(client, ec.EllipticCurvePublicKey)
        self._client = client
        self._clock = clock
        self._randomness = randomness
        self._nonces: OrderedDict[str, datetime] = OrderedDict()

    def sign(self, envelope: bytes) -> bytes:
        """The envelope, which has no header, with one."""
        root = etree.fromstring(envelope)
        body = root[0]
        mark = self._randomness.bytes(12).hex()
        body.set(f"{{{_WSU}}}Id", f"body-{mark}")
        header = etree.Element(f"{{{SOAP}}}Header")
        root.insert(0, header)
        security = etree.SubElement(header, f"{{{_WSSE}}}Security", nsmap={"o": _WSSE, "u": _WSU, "d": _DSIG})
        stamp = self._stamp(security, mark)
        signature = etree.SubElement(security, f"{{{_DSIG}}}Signature")
        info = etree.SubElement(signature, f"{{{_DSIG}}}SignedInfo")
        etree.SubElement(info, f"{{{_DSIG}}}CanonicalizationMethod", Algorithm=_C14N)
        etree.SubElement(info, f"{{{_DSIG}}}SignatureMethod", Algorithm=_ECDSA)
        for part in (stamp, body):
            _refer(info, part)
        numbers = decode_dss_signature(self._key.sign(_canonical(info), _ALGORITHM))
        value = b"".join(number.to_bytes(_SIZE, "big") for number in numbers)
        etree.SubElement(signature, f"{{{_DSIG}}}SignatureValue").text = b64encode(value).decode()
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def check(self, envelope: bytes) -> None:
        """Raises ``SignatureError`` unless the client signed this Body and this Timestamp, lately, with a new nonce."""
        try:
            root = etree.fromstring(envelope, _PARSER)
            self._check(root)
        except (etree.XMLSyntaxError, ValueError, IndexError, TypeError, InvalidSignature) as error:
            raise SignatureError(f"the signature does not hold: {type(error).__name__} {error}") from None

    def _stamp(self, security: etree._Element, mark: str) -> etree._Element:
        now = self._clock.now()
        stamp = etree.SubElement(security, f"{{{_WSU}}}Timestamp", {f"{{{_WSU}}}Id": f"stamp-{mark}"})
        etree.SubElement(stamp, f"{{{_WSU}}}Created").text = now.isoformat()
        etree.SubElement(stamp, f"{{{_WSU}}}Expires").text = (now + _WINDOW).isoformat()
        etree.SubElement(stamp, f"{{{_WSSE}}}Nonce").text = b64encode(mark.encode()).decode()
        return stamp

    def _check(self, root: etree._Element) -> None:
        header, body = root
        if (header.tag, body.tag) != (f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"):
            raise ValueError("not a Header and a Body")
        (stamp,) = header.findall("o:Security/u:Timestamp", _NAMES)
        (info,) = header.findall("o:Security/d:Signature/d:SignedInfo", _NAMES)
        (value,) = header.findall("o:Security/d:Signature/d:SignatureValue", _NAMES)
        digests = {
            reference.get("URI"): reference.findtext("d:DigestValue", "", _NAMES)
            for reference in info.findall("d:Reference", _NAMES)
        }
        if digests != {f"#{part.get(f'{{{_WSU}}}Id')}": _digest(part) for part in (stamp, body)}:
            raise ValueError("the Body and the Timestamp are not what was signed")
        raw = b64decode(value.text or "")
        numbers = int.from_bytes(raw[:_SIZE], "big"), int.from_bytes(raw[_SIZE:], "big")
        self._client.verify(encode_dss_signature(*numbers), _canonical(info), _ALGORITHM)
        self._once(stamp)

    def _once(self, stamp: etree._Element) -> None:
        now = self._clock.now()
        created = datetime.fromisoformat(stamp.findtext("u:Created", "", _NAMES))
        if not now - _WINDOW <= created <= now + _WINDOW:
            raise ValueError("the Timestamp is of another time")
        nonce = stamp.findtext("o:Nonce", "", _NAMES)
        while self._nonces and next(iter(self._nonces.values())) < now:
            self._nonces.popitem(last=False)
        if not nonce or nonce in self._nonces:
            raise ValueError("the Nonce is missing, or was had before")
        self._nonces[nonce] = created + _WINDOW


def _refer(info: etree._Element, part: etree._Element) -> None:
    reference = etree.SubElement(info, f"{{{_DSIG}}}Reference", URI=f"#{part.get(f'{{{_WSU}}}Id')}")
    transforms = etree.SubElement(reference, f"{{{_DSIG}}}Transforms")
    etree.SubElement(transforms, f"{{{_DSIG}}}Transform", Algorithm=_C14N)
    etree.SubElement(reference, f"{{{_DSIG}}}DigestMethod", Algorithm=_SHA256)
    etree.SubElement(reference, f"{{{_DSIG}}}DigestValue").text = _digest(part)


def _digest(part: etree._Element) -> str:
    return b64encode(hashlib.sha256(_canonical(part)).digest()).decode()


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
