"""Small documents of the web, read whole: over HTTP, within a time that is set beforehand."""

from tellerline.adapters.web.reading import read_document

__all__ = ["read_document"]
