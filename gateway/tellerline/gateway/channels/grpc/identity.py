"""Who a channel is: read from the certificate that the handshake verified, never from what a call says."""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID


@lru_cache(maxsize=4096)
def certificate_identity(pem: bytes) -> str:
    """The certificate's first URI, else first DNS, subject alternative name; else its common name; else ``""``."""
    certificate = x509.load_pem_x509_certificate(pem)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        alternatives: list[str] = []
    else:
        alternatives = [
            *names.get_values_for_type(x509.UniformResourceIdentifier),
            *names.get_values_for_type(x509.DNSName),
        ]
    if alternatives:
        return alternatives[0]
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else ""
