"""The WSDL as the host itself reads it: what a request must look like, checked by the schema inside it."""

from __future__ import annotations

from importlib.resources import files

from lxml import etree

from tellerline.simulators.core.messages import CoreRequest

SERVICE = "urn:example-bank:core:1"
TYPES = "urn:example-bank:core:types:1"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_BODY = f"{{{SOAP}}}Body"
_ENVELOPE = f"{{{SOAP}}}Envelope"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema}schema"
_PREFIX = len(TYPES) + 2
_ADDRESS = b"http://127.0.0.1:8601/core"


class UnreadableError(Exception):
    """A request that is no SOAP message, or does not follow the schema; ``why`` is for the developer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class UnknownOperationError(Exception):
    """A well-formed message whose element the contract does not have."""


def wsdl(url: str = "") -> bytes:
    """The contract as published, with ``url`` as the service's address."""
    text = files(__package__).joinpath("core.wsdl").read_bytes()
    return text.replace(_ADDRESS, url.encode()) if url else text


class Contract:
    """Reads requests; one instance may be shared by all connections of an event loop."""

    def __init__(self) -> None:
        document = etree.fromstring(wsdl())
        schema = next(document.iter(_SCHEMA))
        # Serialised and read again: as part of the WSDL its prefixes would be lost on the way into the validator.
        self._schema = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
        self.operations = frozenset(
            str(each.get("name"))[: -len("Request")]
            for each in schema.findall("{http://www.w3.org/2001/XMLSchema}element")
            if str(each.get("name")).endswith("Request")
        )
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)

    def read(self, body: bytes, action: str = "") -> CoreRequest:
        """The request in a SOAP 1.1 envelope. ``action`` is the SOAPAction header, compared where it is given.

        Raises ``UnreadableError`` or ``UnknownOperationError``. A document type declaration is unreadable.
        """
        if b"<!DOCTYPE" in body:
            raise UnreadableError("document type declarations are not accepted")
        try:
            envelope = etree.fromstring(body, self._parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableError(str(error)) from None
        soap_body = envelope.find(_BODY) if envelope.tag == _ENVELOPE else None
        if soap_body is None or len(soap_body) != 1:
            raise UnreadableError("not a SOAP 1.1 envelope with one element in its Body")
        message = soap_body[0]
        operation = message.tag[_PREFIX : -len("Request")]
        if operation not in self.operations or not message.tag.startswith(f"{{{TYPES}}}"):
            raise UnknownOperationError(message.tag)
        if action and action != f"{SERVICE}/{operation}":
            raise UnreadableError("SOAPAction names another operation than the Body")
        if not self._schema.validate(message):
            raise UnreadableError(str(self._schema.error_log))
        return _request(operation, message)


def _request(operation: str, message: etree._Element) -> CoreRequest:
    fields: dict[str, str] = {}
    reference = ""
    for child in message:
        name = child.tag[_PREFIX:]
        if name == "header":
            reference = child[0].text or ""
        elif len(child):
            for part in child:
                fields[f"{name}/{part.tag[_PREFIX:]}"] = (part.text or "").strip()
        else:
            fields[name] = child.text or ""
    return CoreRequest(operation=operation, reference=reference, fields=fields)
