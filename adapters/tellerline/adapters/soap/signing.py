"""WS-Security of requests: this very body, now, from us, once."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.soap import wss
from tellerline.adapters.soap.credentials import MessageSecurity, signing_key
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE, parse
from tellerline.adapters.soap.plain import plain_content

_NONCE_BYTES = 16
_REFERENCE = (
    f'<ds:Reference URI="#%s"><ds:Transforms><ds:Transform Algorithm="{wss.EXCLUSIVE}"></ds:Transform></ds:Transforms>'
    f'<ds:DigestMethod Algorithm="{wss.SHA256}"></ds:DigestMethod><ds:DigestValue>%s</ds:DigestValue></ds:Reference>'
)
_START, _END = wss.OPENING + b"<s:Body>", b"</s:Body>" + wss.CLOSING
_is_plain = plain_content(r'(?: xmlns="urn:[\w:-]+")?')
"""Content without prefixes, as our own mostly is."""

_PLAIN_BODY = f'<s:Body xmlns:ns0="{wss.WSU}" xmlns:s="{SOAP_ENVELOPE}" ns0:Id="B-%b">%b</s:Body>'.encode()


class RequestSigner:
    """Signs envelopes with ECDSA or RSA over SHA-256. ``randomness`` must be fit for secrets outside tests.

    Signed are the Body and a Timestamp, which holds a nonce, is fresh by ``clock`` and ends after ``lifetime``. Raises
    ``CredentialsError`` for a key that cannot be used.
    """

    def __init__(
        self,
        security: MessageSecurity,
        clock: Clock,
        randomness: Randomness,
        lifetime: timedelta = timedelta(minutes=5),
    ) -> None:
        self._key = signing_key(security)
        self._clock = clock
        self._randomness = randomness
        self._lifetime = lifetime
        self._token = b64encode(self._key.certificate.public_bytes(Encoding.DER)).decode()

    def sign(self, envelope: bytes) -> bytes:
        """The envelope, which has no header yet, with a Security header; every id in it is new.

        Its Body is sent in the canonical form that was signed, so prefixes must not stand in its content.
        """
        nonce = self._randomness.bytes(_NONCE_BYTES)
        mark = nonce.hex()
        timestamp = _timestamp(mark, nonce, self._clock.now(), self._lifetime)
        signed = _plain_body(envelope, mark) or _body(envelope, mark)
        signed_info = self._signed_info(mark, signed, timestamp.encode())
        signature = b64encode(self._key.sign(signed_info.encode())).decode()
        header = self._header(mark, timestamp, signed_info, signature).encode()
        return b"%b%b%b%b" % (wss.OPENING, header, signed, wss.CLOSING)

    def _signed_info(self, mark: str, body: bytes, timestamp: bytes) -> str:
        """Written in its canonical form, so that it need not be brought into it."""
        references = _REFERENCE % (f"B-{mark}", _digest(body)) + _REFERENCE % (f"T-{mark}", _digest(timestamp))
        return (
            f'<ds:SignedInfo xmlns:ds="{wss.DSIG}">'
            f'<ds:CanonicalizationMethod Algorithm="{wss.EXCLUSIVE}"></ds:CanonicalizationMethod>'
            f'<ds:SignatureMethod Algorithm="{self._key.algorithm}"></ds:SignatureMethod>{references}</ds:SignedInfo>'
        )

    def _header(self, mark: str, timestamp: str, signed_info: str, signature: str) -> str:
        return (
            f'<s:Header><wsse:Security xmlns:wsse="{wss.WSSE}" xmlns:wsu="{wss.WSU}"'
            f' s:mustUnderstand="1"><wsse:BinarySecurityToken wsu:Id="X-{mark}" EncodingType="{wss.BASE64}"'
            f' ValueType="{wss.X509_TOKEN}">{self._token}</wsse:BinarySecurityToken>{timestamp}'
            f'<ds:Signature xmlns:ds="{wss.DSIG}">{signed_info}<ds:SignatureValue>{signature}</ds:SignatureValue>'
            f'<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#X-{mark}" ValueType="{wss.X509_TOKEN}"/>'
            "</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature></wsse:Security></s:Header>"
        )


def _body(envelope: bytes, mark: str) -> bytes:
    """The Body with an id, in canonical form."""
    body = parse(envelope)[-1]
    body.set(wss.ID, f"B-{mark}")
    return wss.canonical(body)


def _plain_body(envelope: bytes, mark: str) -> bytes | None:
    """The same where it can be had without a parser; None where what stands in the Body may not be canonical."""
    if not (envelope.startswith(_START) and envelope.endswith(_END)):
        return None
    content = envelope[len(_START) : -len(_END)]
    return _PLAIN_BODY % (mark.encode(), content) if _is_plain(content) else None


def _timestamp(mark: str, nonce: bytes, now: datetime, lifetime: timedelta) -> str:
    """Also in canonical form."""
    return (
        f'<wsu:Timestamp xmlns:wsu="{wss.WSU}" wsu:Id="T-{mark}"><wsu:Created>{now.isoformat()}</wsu:Created>'
        f"<wsu:Expires>{(now + lifetime).isoformat()}</wsu:Expires>"
        f'<wsse:Nonce xmlns:wsse="{wss.WSSE}">{b64encode(nonce).decode()}</wsse:Nonce></wsu:Timestamp>'
    )


def _digest(part: bytes) -> str:
    return b64encode(hashlib.sha256(part).digest()).decode()
