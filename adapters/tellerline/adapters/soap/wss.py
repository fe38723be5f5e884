"""Names and algorithms of WS-Security 1.0 and XML Signature, as far as they are used here: one way to do each thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from tellerline.adapters.soap.envelope import SOAP_ENVELOPE

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
X509_TOKEN = f"{_OASIS}-x509-token-profile-1.0#X509v3"
BASE64 = f"{_OASIS}-soap-message-security-1.0#Base64Binary"

OPENING = f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}">'.encode()
CLOSING = b"</s:Envelope>"
HEADER = f"{{{SOAP_ENVELOPE}}}Header"
BODY = f"{{{SOAP_ENVELOPE}}}Body"
ENVELOPE = f"{{{SOAP_ENVELOPE}}}Envelope"
SECURITY = f"{{{WSSE}}}Security"
NONCE = f"{{{WSSE}}}Nonce"
TIMESTAMP = f"{{{WSU}}}Timestamp"
CREATED = f"{{{WSU}}}Created"
EXPIRES = f"{{{WSU}}}Expires"
ID = f"{{{WSU}}}Id"
SIGNATURE = f"{{{DSIG}}}Signature"


def canonical(element: etree._Element, inclusive_prefixes: Sequence[str] = ()) -> bytes:
    """Exclusive canonical XML 1.0 of ``element`` and what is in it, without comments."""
    return etree.tostring(
        element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=list(inclusive_prefixes)
    )


def instant(text: str | None) -> datetime | None:
    """An aware instant; None for anything else."""
    try:
        parsed = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None
