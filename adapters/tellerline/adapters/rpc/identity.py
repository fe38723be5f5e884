"""Who is at the other end: read from the certificate that the handshake verified, never from what a call says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import Pattern

from cryptography import x509

IN_PROCESS = "front:"
"""How the names of this process's own fronts begin. No certificate can bear one."""

_PERSON = r"(?P<person>[A-Za-z0-9._-]{1,64})"


@lru_cache(maxsize=4096)
def certificate_identity(pem: bytes) -> str:
    """The certificate's first URI, else first DNS, subject alternative name; else ``""``.

    A common name is no identity (RFC 9525), and a name of this process's own fronts in a certificate is none either.
    """
    certificate = x509.load_pem_x509_certificate(pem)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    for kind in (x509.UniformResourceIdentifier, x509.DNSName):
        for name in names.get_values_for_type(kind):
            return "" if str(name).lower().startswith(IN_PROCESS) else str(name)
    return ""


@lru_cache(maxsize=1024)
def identity_pattern(text: str) -> Pattern[str]:
    """Of identities: ``*`` stands for any characters but ``/``, one ``{person}`` for who bears it.

    Raises ``ValueError`` for more than one ``{person}``.
    """
    before, *behind = text.split("{person}")
    if len(behind) > 1:
        raise ValueError("{person} stands more than once")
    return re.compile(_PERSON.join(re.escape(part).replace(r"\*", "[^/]*") for part in (before, *behind)))


def person_of(identity: str, patterns: Iterable[str]) -> str:
    """Who bears the identity, by the first pattern with ``{person}`` that fits; else ``""``."""
    for text in patterns:
        found = identity_pattern(text).fullmatch(identity)
        if found and "person" in found.re.groupindex:
            return found["person"]
    return ""
