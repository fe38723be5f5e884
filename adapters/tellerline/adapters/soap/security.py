"""WS-Security of replies: the host signed this very body, now, and we have not had it before."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from lxml import etree
from signxml.exceptions import InvalidInput, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tellerline.adapters.clock import Clock
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.errors import UnreadableReplyError

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
WSSE = f"{_OASIS}-secext-1.0.xsd"
WSU = f"{_OASIS}-utility-1.0.xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
_SECURITY = f"{{{SOAP_ENVELOPE}}}Header/{{{WSSE}}}Security"
_ID_NAMES = frozenset({"id"})


class ReplySignature:
    """Checks one host's replies against its pinned ``certificate`` (PEM).

    The signature must stand in the one Security header and cover exactly two elements: the envelope's own Body and the
    Timestamp beside the signature. Where they stand is compared, not only what they hold, so a signed body that was
    moved aside proves nothing. A reply is accepted within ``skew`` of its timestamp, and once; replies already seen
    are remembered in this process for as long as their timestamp could still pass.
    """

    def __init__(self, certificate: bytes, clock: Clock, skew: timedelta = timedelta(minutes=5)) -> None:
        self._certificate = certificate.decode("ascii")
        self._clock = clock
        self._skew = skew
        self._seen: OrderedDict[bytes, datetime] = OrderedDict()

    def __call__(self, root: etree._Element) -> None:
        """Raises ``UnreadableReplyError``: ``unsigned``, ``bad_signature``, ``stale_timestamp`` or ``replayed``."""
        security = root.findall(_SECURITY)
        if len(security) != 1 or len(security[0].findall(f"{{{DSIG}}}Signature")) != 1:
            raise UnreadableReplyError("unsigned", "not exactly one signature in one Security header")
        body = root.find(f"{{{SOAP_ENVELOPE}}}Body")
        timestamp = security[0].find(f"{{{WSU}}}Timestamp")
        if body is None or timestamp is None:
            raise UnreadableReplyError("bad_signature", "no body or no timestamp to sign")
        ids = _unique_ids(root)
        expected = {ids.get(body), ids.get(timestamp)}
        if None in expected or _references(security[0]) != expected:
            raise UnreadableReplyError("bad_signature", "the body and the timestamp are not what is signed")
        self._once(self._verified(root), self._fresh(timestamp))

    def _verified(self, root: etree._Element) -> bytes:
        """A digest of what was signed."""
        config = SignatureConfiguration(location=f"./{_SECURITY}/", expect_references=2)
        try:
            results: Any = XMLVerifier().verify(root, x509_cert=self._certificate, expect_config=config)
        except (SignXMLException, InvalidInput, ValueError, etree.LxmlError) as error:
            raise UnreadableReplyError("bad_signature", str(error)) from None
        return hashlib.sha256(b"\0".join(sorted(result.signed_data for result in results))).digest()

    def _fresh(self, timestamp: etree._Element) -> datetime:
        """When this timestamp stops being acceptable."""
        created = _instant(timestamp.findtext(f"{{{WSU}}}Created"))
        expires = timestamp.findtext(f"{{{WSU}}}Expires")
        until = created + self._skew
        if expires is not None:
            until = min(until, _instant(expires))
        if not created - self._skew <= self._clock.now() <= until:
            raise UnreadableReplyError("stale_timestamp", "created too long ago, or in the future")
        return until

    def _once(self, digest: bytes, until: datetime) -> None:
        now = self._clock.now()
        while self._seen and next(iter(self._seen.values())) < now:
            self._seen.popitem(last=False)
        if digest in self._seen:
            raise UnreadableReplyError("replayed", "this reply was received before")
        self._seen[digest] = until


def _unique_ids(root: etree._Element) -> dict[etree._Element, str]:
    """Every element's id, whatever the attribute's namespace; raises when two elements share one."""
    ids: dict[etree._Element, str] = {}
    taken: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if etree.QName(str(name)).localname.lower() not in _ID_NAMES:
                continue
            if element in ids or str(value) in taken:
                raise UnreadableReplyError("bad_signature", "ids are not unique")
            ids[element] = str(value)
            taken.add(str(value))
    return ids


def _references(security: etree._Element) -> set[str | None]:
    found = security.findall(f"{{{DSIG}}}Signature/{{{DSIG}}}SignedInfo/{{{DSIG}}}Reference")
    return {reference.get("URI", "").removeprefix("#") for reference in found}


def _instant(text: str | None) -> datetime:
    try:
        instant = datetime.fromisoformat((text or "").strip())
    except ValueError:
        raise UnreadableReplyError("stale_timestamp", "no instant") from None
    if instant.tzinfo is None:
        raise UnreadableReplyError("stale_timestamp", "no time zone")
    return instant
