"""Reading a statement: the compiled codec against zeep, in this process, on the same captured bytes."""

from __future__ import annotations

from collections.abc import Callable
from timeit import timeit

from lxml import etree

from tellerline.adapters.soap.codec import SoapCodec
from tellerline.adapters.soap.contract import load_contract
from tellerline.adapters.soap.envelope import content
from tellerline.bench.measure import Round
from tellerline.bench.subjects import Subject
from tellerline.connectors.discovery import discover
from tellerline.connectors.resources import beside

_OPERATION = "ListStatementEntries"
_MICRO = 1e6


def decoding_subjects(statement: bytes) -> tuple[Subject, Subject]:
    """``statement_decode`` and ``statement_decode_zeep``; zeep parses and deserialises as its own client would."""
    (core,) = [folder for folder in discover() if folder.manifest.name == "core"]
    contract = load_contract(*beside(core.manifest.contract))
    codec = SoapCodec(contract)
    output = contract.operations[_OPERATION].output
    return (
        _timed("statement_decode", lambda: codec.decode(_OPERATION, statement)),
        _timed("statement_decode_zeep", lambda: output.parse(content(etree.fromstring(statement)), contract.schema)),
    )


def _timed(name: str, once: Callable[[], object]) -> Subject:
    def run(count: int) -> Round:
        seconds = timeit(once, number=count)
        return Round(requests=count, failed=0, cpu_us=seconds / count * _MICRO, seconds=seconds)

    return Subject(name, run)
