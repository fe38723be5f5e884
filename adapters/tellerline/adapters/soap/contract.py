"""The host's WSDL, read by zeep with everything that could leave this process forbidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from zeep.exceptions import Error as ZeepError
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings import Soap11Binding
from zeep.wsdl.messages.soap import DocumentMessage

from tellerline.adapters.soap.envelope import admit, parse
from tellerline.adapters.soap.errors import ContractError, UnreadableReplyError
from tellerline.adapters.soap.facets import read_facets
from tellerline.adapters.soap.plan import Facets

ReadDocument = Callable[[str], bytes]
"""Returns a document that lies beside the WSDL, by its file name; raises ``OSError`` when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapOperation:
    """One operation as zeep knows it. ``faults`` are the declared fault elements by Clark name."""

    name: str
    action: str
    input: Any
    output: Any
    faults: dict[str, Any]
    message: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapContract:
    """A SOAP 1.1 document/literal contract. ``schema`` is zeep's; ``facets`` are by the simple type's Clark name."""

    operations: dict[str, SoapOperation]
    facets: dict[str, Facets]
    schema: Any


class _Shelf:
    """The only documents zeep may read: files beside the WSDL. Stands where zeep expects its HTTP transport."""

    binding_classes = (Soap11Binding,)

    def __init__(self, read: ReadDocument) -> None:
        self._read = read
        self.documents: list[bytes] = []

    def load(self, url: str) -> bytes:
        if "://" in url:
            raise ContractError(f"refused to fetch {url}")
        try:
            document = admit(self._read(url.rpartition("/")[2]))
            parse(document)
        except (OSError, UnreadableReplyError) as error:
            raise ContractError(f"{url}: {error}") from None
        self.documents.append(document)
        return document


def load_contract(name: str, read: ReadDocument) -> SoapContract:
    """Read the WSDL ``name`` and what it imports from the same folder.

    Raises ``ContractError`` for a document type, an outside reference, a missing or malformed document, and any style
    but document/literal with one part per message. Blocks; meant for start-up.
    """
    shelf = _Shelf(read)
    settings = Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        document = Document(name, cast(Any, shelf), settings=settings)
    except ContractError:
        raise
    except (ZeepError, ValueError, TypeError, KeyError, AttributeError, LookupError) as error:
        raise ContractError(f"{name}: {type(error).__name__}: {error}") from error
    bindings: list[Any] = list(document.bindings.values())
    operations = {operation.name: _operation(operation) for binding in bindings for operation in binding.all().values()}
    if not operations:
        raise ContractError(f"{name}: no SOAP 1.1 operation")
    return SoapContract(operations=operations, facets=read_facets(shelf.documents), schema=document.types)


def _operation(operation: Any) -> SoapOperation:
    for message in (operation.input, operation.output):
        if type(message) is not DocumentMessage or message.body is None or message._is_body_wrapped:
            raise ContractError(f"{operation.name}: not document/literal with one part per message")
    faults = [part.element for fault in operation.abstract.fault_messages.values() for part in fault.parts.values()]
    return SoapOperation(
        name=operation.name,
        action=operation.soapaction or "",
        input=operation.input.body,
        output=operation.output.body,
        faults={element.qname.text: element for element in faults if element is not None},
        message=operation.input,
    )
