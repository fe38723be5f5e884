"""A WSDL as the host itself reads it: what a request must look like, checked by the schema inside it."""

from __future__ import annotations

import re

from lxml import etree

from tellerline.simulators.soap.messages import SoapRequest

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_BODY = f"{{{SOAP}}}Body"
_ENVELOPE = f"{{{SOAP}}}Envelope"
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_ADDRESS = re.compile(rb'(<soap:address location=")[^"]*(")')


class UnreadableError(Exception):
    """A request that is no SOAP message, or does not follow the schema; ``why`` is for the developer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class UnknownOperationError(Exception):
    """A well-formed message whose element the contract does not have."""


class Contract:
    """Reads requests; one instance may be shared by all connections of an event loop.

    ``document`` is the WSDL: document/literal, its one schema inline, ``<Operation>Request`` for each operation.
    """

    def __init__(self, document: bytes) -> None:
        self._document = document
        definitions = etree.fromstring(document)
        schema = next(definitions.iter(f"{_XSD}schema"))
        self.service = str(definitions.get("targetNamespace"))
        self.types = str(schema.get("targetNamespace"))
        self._prefix = len(self.types) + 2
        # Serialised and read again: as part of the WSDL its prefixes would be lost on the way into the validator.
        self._schema = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
        self.operations = frozenset(
            str(each.get("name"))[: -len("Request")]
            for each in schema.findall(f"{_XSD}element")
            if str(each.get("name")).endswith("Request")
        )
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)

    def published(self, url: str) -> bytes:
        """The WSDL with ``url`` as the service's address."""
        return _ADDRESS.sub(lambda found: found[1] + url.encode() + found[2], self._document)

    def read(self, body: bytes, action: str = "") -> SoapRequest:
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
        operation = message.tag[self._prefix : -len("Request")]
        if operation not in self.operations or not message.tag.startswith(f"{{{self.types}}}"):
            raise UnknownOperationError(message.tag)
        if action and action != f"{self.service}/{operation}":
            raise UnreadableError("SOAPAction names another operation than the Body")
        if not self._schema.validate(message):
            raise UnreadableError(str(self._schema.error_log))
        return self._request(operation, message)

    def _request(self, operation: str, message: etree._Element) -> SoapRequest:
        prefix = self._prefix
        fields: dict[str, str] = {}
        rows: dict[str, list[dict[str, str]]] = {}
        reference = ""
        for child in message:
            name = child.tag[prefix:]
            if name == "header":
                reference = child[0].text or ""
            elif len(child):
                row = self._row(child)
                rows.setdefault(name, []).append(row)
                fields |= {f"{name}/{part}": value for part, value in row.items()}
            else:
                fields[name] = child.text or ""
        return SoapRequest(operation=operation, reference=reference, fields=fields, rows=rows)

    def _row(self, composite: etree._Element) -> dict[str, str]:
        """Its parts; those of a part that is itself composite have the key ``part/detail``."""
        prefix = self._prefix
        row: dict[str, str] = {}
        for part in composite:
            if len(part):
                row |= {f"{part.tag[prefix:]}/{detail.tag[prefix:]}": (detail.text or "").strip() for detail in part}
            else:
                row[part.tag[prefix:]] = (part.text or "").strip()
        return row
