"""The description of the HTTP interface: OpenAPI 3.1 made from the contract, and a page of it for people."""

from tellerline.gateway.channels.http.openapi.reading import DOCUMENT, PAGE_STYLE, page

__all__ = ["DOCUMENT", "PAGE_STYLE", "page"]
