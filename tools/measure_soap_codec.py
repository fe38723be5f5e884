"""Compare the compiled SOAP codec with zeep on the core host's captured messages: `python tools/measure_soap_codec.py`.

Microseconds of one call, the least of several interleaved runs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from timeit import timeit
from typing import Any

from lxml import etree

from tellerline.adapters.soap import strict
from tellerline.adapters.soap.codec import SoapCodec
from tellerline.adapters.soap.contract import SoapContract, load_contract
from tellerline.adapters.soap.envelope import content, parse
from tellerline.connectors.discovery import discover
from tellerline.connectors.resources import beside

ENTRIES = 20
RUNS = 9
_ENTRY = re.compile(rb"<entry>.*?</entry>")


def main() -> int:
    (folder,) = [folder for folder in discover() if folder.manifest.name == "core"]
    contract = load_contract(*beside(folder.manifest.contract))
    codec = SoapCodec(contract)
    samples = folder.path / "samples"
    balance = (samples / "accounts.GetBalance.reply.xml").read_bytes().strip()
    statement = _with_entries((samples / "accounts.ListStatementEntries.reply.xml").read_bytes().strip())
    request = _request(contract, samples)
    rows = (
        ("encode balance request", lambda: codec.encode("GetBalance", request), _encoding(contract, request)),
        (
            "decode balance reply",
            lambda: codec.decode("GetBalance", balance),
            _decoding(contract, "GetBalance", balance),
        ),
        (
            f"decode statement of {ENTRIES}",
            lambda: codec.decode("ListStatementEntries", statement),
            _decoding(contract, "ListStatementEntries", statement),
        ),
    )
    sys.stdout.write(f"{'':24}{'compiled µs':>12}{'zeep µs':>10}{'ratio':>8}\n")
    for name, ours, theirs in rows:
        mine, its = _least(ours, theirs)
        sys.stdout.write(f"{name:24}{mine:12.1f}{its:10.1f}{its / mine:8.1f}\n")
    return 0


def _with_entries(statement: bytes) -> bytes:
    entry = _ENTRY.search(statement)
    if entry is None:
        raise SystemExit("the captured statement has no entry")
    return statement.replace(entry[0], entry[0] * ENTRIES)


def _request(contract: SoapContract, samples: Path) -> dict[str, Any]:
    body = (samples / "accounts.GetBalance.request.xml").read_bytes().strip()
    return strict.decode(contract, contract.operations["GetBalance"].input, content(parse(body)))


def _encoding(contract: SoapContract, values: dict[str, Any]) -> Callable[[], object]:
    message = contract.operations["GetBalance"].message
    return lambda: etree.tostring(message.serialize(**values).content)


def _decoding(contract: SoapContract, operation: str, body: bytes) -> Callable[[], object]:
    """zeep alone, as its client would read a reply: parse, then its message's own ``deserialize``."""
    output = contract.operations[operation].output
    return lambda: output.parse(content(etree.fromstring(body)), contract.schema)


def _least(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    pairs = [(timeit(ours, number=400) / 400, timeit(theirs, number=40) / 40) for _ in range(RUNS)]
    return min(mine for mine, _ in pairs) * 1e6, min(its for _, its in pairs) * 1e6


if __name__ == "__main__":
    sys.exit(main())
