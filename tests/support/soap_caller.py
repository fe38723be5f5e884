"""A caller that writes and reads SOAP by hand: nothing here is shared with the gateway's own codec."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from xml.sax.saxutils import escape

import aiohttp
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "urn:example-bank:core:1"
TYPES = "urn:example-bank:core:types:1"
_PATIENCE = 30.0

Fields = dict[str, str | dict[str, str]]
_serials = count(1)


def cny(value: str) -> dict[str, str]:
    return {"currency": "CNY", "value": value}


def transfer_fields(debit: str, credit: str, value: str, **more: str) -> Fields:
    """Fields of a transfer within the bank, in the order of the contract."""
    bank, name = more.pop("bank", ""), more.pop("name", "")
    fields: Fields = {"debitAccount": debit, "creditAccount": credit}
    if bank:
        fields["creditBank"] = bank
    if name:
        fields["creditName"] = name
    return {**fields, "amount": cny(value), "kind": "OTHER_BANK" if bank else "REGISTERED_PAYEE", **more}


@dataclass
class SoapReply:
    """A reply flattened: the path of local names below the Body's element leads to its text."""

    http_status: int
    element: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.fields["header/hostCode"]


class SoapCaller:
    """Asks a core host over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def ask(self, operation: str, fields: Fields, reference: str = "") -> SoapReply:
        body = soap_request(operation, fields, reference or f"REF{next(_serials)}")
        headers = {"SOAPAction": f'"{SERVICE}/{operation}"', "Content-Type": "text/xml; charset=utf-8"}
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        async with self.session.post(self.url, data=body, headers=headers, timeout=timeout) as response:
            return read_reply(response.status, await response.read())


def soap_request(operation: str, fields: Fields, reference: str) -> bytes:
    header: Fields = {
        "header": {
            "reference": reference,
            "channel": "IVR",
            "acceptedAt": "2026-11-22T12:00:00+08:00",
            "attempt": "1",
        }
    }
    inner = "".join(_element(name, value) for name, value in (header | fields).items())
    return (
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body><{operation}Request xmlns="{TYPES}">{inner}</{operation}Request>'
        "</e:Body></e:Envelope>"
    ).encode()


def _element(name: str, value: str | dict[str, str]) -> str:
    inner = escape(value) if isinstance(value, str) else "".join(_element(key, part) for key, part in value.items())
    return f"<{name}>{inner}</{name}>"


def read_reply(http_status: int, body: bytes) -> SoapReply:
    message = etree.fromstring(body)[0][0]
    reply = SoapReply(http_status, etree.QName(message).localname)
    _flatten(message, "", reply.fields)
    return reply


def _flatten(element: etree._Element, path: str, fields: dict[str, str]) -> None:
    for child in element:
        name = f"{path}{etree.QName(child).localname}"
        fields[name] = child.text or ""
        _flatten(child, f"{name}/", fields)
