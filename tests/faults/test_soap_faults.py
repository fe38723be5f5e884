"""Fault cards 1 to 5 and 9 to 12: what a SOAP host, or whoever stands in its place, may send us."""

from __future__ import annotations

import asyncio
import gzip
import tomllib
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest
from core_bench import a_transfer, core_bench
from hostile_http import Answer, HostileServer, always, hostile, http

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.soap.contract import load_contract
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.errors import ContractError
from tellerline.connectors.connected import ConnectedHost
from tellerline.connectors.discovery import connect, discover
from tellerline.connectors.errors import HostCodes
from tellerline.connectors.host import Answer as HostAnswer
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import HostCall
from tellerline.routing.model.outcome import Done, Fate, Found, Unknown
from tellerline.simulators.core import codes as simulated_codes
from tellerline.simulators.faults import FaultKind

CALL = HostCall(reference="R1", channel="IVR", accepted_at="2026-03-02T10:00:00+08:00")
CLOCK = SystemClock()
REPLY = (
    f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body><TransferReply xmlns="urn:example-bank:core:types:1">'
    "<header><reference>R1</reference><status>OK</status><hostCode>0000</hostCode><message>ok</message>"
    "<hostSerial>C1</hostSerial><accountingDate>2026-03-02</accountingDate></header><result><balanceAfter>"
    "<currency>CNY</currency><value>1.00</value></balanceAfter><bookedAt>2026-03-02T10:00:00+08:00</bookedAt>"
    "</result></TransferReply></s:Body></s:Envelope>"
).encode()
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@asynccontextmanager
async def core_at(answer: Answer) -> AsyncIterator[tuple[ConnectedHost, HostileServer]]:
    """The core host's connector and real transport, in front of a server that answers as told."""
    async with hostile(answer) as server:
        folders = [folder for folder in discover() if folder.manifest.name == "core"]
        (host,) = connect(folders, {"core": Endpoint(url=server.url)}, CLOCK)
        await host.start(lambda _: None)
        try:
            yield host, server
        finally:
            await host.close()


async def ask(host: ConnectedHost, call: HostCall = CALL, patience: float = 5.0) -> HostAnswer:
    return await host.execute(a_transfer(), call, CLOCK.monotonic() + patience)


async def answered(response: bytes) -> HostAnswer:
    async with core_at(always(response)) as (host, _):
        return await ask(host)


def assert_unreadable(answer: HostAnswer, reason: str) -> None:
    assert answer.fate is Fate.REPLIED_UNREADABLE
    assert isinstance(answer.outcome, Unknown)
    assert (answer.outcome.code, answer.outcome.reason) == (Code.HOST_REPLY_UNREADABLE, reason)


def core_wsdl(name: str) -> bytes:
    return files("tellerline.simulators.core").joinpath(name).read_bytes()


async def test_the_reply_that_the_cards_spoil_is_good() -> None:
    answer = await answered(http(REPLY))
    assert isinstance(answer.outcome, Done)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
async def test_card_01_doctype_is_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r>' + REPLY.decode()
    assert_unreadable(await answered(http(text.encode(encoding))), "forbidden_xml")


def test_card_01_doctype_in_the_contract_is_refused() -> None:
    spoilt = core_wsdl("core.wsdl").replace(b"<wsdl:definitions", b"<!DOCTYPE r>\n<wsdl:definitions", 1)
    with pytest.raises(ContractError, match="forbidden_xml"):
        load_contract("core.wsdl", lambda _: spoilt)


async def test_card_02_billion_laughs_are_refused() -> None:
    tracemalloc.start()
    answer = await answered(http(LAUGHS + REPLY.replace(b"ok", b"&j;")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert_unreadable(answer, "forbidden_xml")
    assert peak < 20 * 1024 * 1024


async def test_card_03_external_entities_are_refused() -> None:
    answer = await answered(http(EXTERNAL + REPLY.replace(b"ok", b"&x;")))
    assert_unreadable(answer, "forbidden_xml")
    assert isinstance(answer.outcome, Unknown)
    assert b"root:" not in answer.outcome.raw


@pytest.mark.parametrize("location", ["{url}/evil.xsd", "file:///etc/passwd", "../../secret.xsd"])
async def test_card_04_outside_imports_are_blocked(location: str) -> None:
    async with hostile(always(http(b"<x/>"))) as server:
        where = location.format(url=server.url)
        imported = f'<xsd:schema><xsd:import namespace="urn:evil" schemaLocation="{where}"/></xsd:schema>'
        spoilt = core_wsdl("core.wsdl").replace(b"<wsdl:types>", b"<wsdl:types>" + imported.encode(), 1)

        def read(name: str) -> bytes:
            return spoilt if name == "core.wsdl" else core_wsdl(name)

        with pytest.raises(ContractError):
            await asyncio.to_thread(load_contract, "core.wsdl", read)
        assert server.connections == 0


def test_card_05_lxml_is_new_enough_and_must_be() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert "lxml>=6.1" in project["project"]["dependencies"]
    assert tuple(int(part) for part in version("lxml").split(".")[:2]) >= (6, 1)


async def test_card_09_a_fault_without_a_host_code_is_a_doubt() -> None:
    fault = (
        f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
        "<faultstring>NullPointerException</faultstring></s:Fault></s:Body></s:Envelope>"
    ).encode()
    answer = await answered(http(fault, status="500 Internal Server Error"))
    assert isinstance(answer.outcome, Unknown)
    assert (answer.outcome.code, answer.outcome.reason) == (Code.OUTCOME_UNKNOWN, "fault_without_code")


@pytest.mark.parametrize("content_type", ["text/html", "text/xml"])
async def test_card_10_html_with_200_is_a_doubt(content_type: str) -> None:
    page = b"<!DOCTYPE html><html><body>Welcome</body></html>"
    answer = await answered(http(page, content_type=content_type))
    assert_unreadable(answer, "content_type" if content_type == "text/html" else "forbidden_xml")


async def test_card_11_a_truncated_reply_is_a_doubt() -> None:
    async def cut(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(REPLY)[:-100])
        writer.close()

    async with core_at(cut) as (host, _):
        assert_unreadable(await ask(host), "truncated")
    assert_unreadable(await answered(http(REPLY[:-100])), "malformed")


async def test_card_11_a_gzip_bomb_is_a_doubt_and_costs_little() -> None:
    bomb = gzip.compress(b" " * (200 * 1024 * 1024), compresslevel=9)
    tracemalloc.start()
    answer = await answered(http(bomb, head="Content-Encoding: gzip\r\n"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert_unreadable(answer, "oversized")
    assert peak < 20 * 1024 * 1024


async def test_card_11_an_honest_gzip_reply_is_read() -> None:
    answer = await answered(http(gzip.compress(REPLY), head="Content-Encoding: gzip\r\n"))
    assert isinstance(answer.outcome, Done)


async def test_card_12_another_requests_reply_is_a_doubt() -> None:
    answer = await answered(http(REPLY.replace(b"<reference>R1<", b"<reference>R2<")))
    assert isinstance(answer.outcome, Unknown)
    assert (answer.outcome.code, answer.outcome.reason) == (Code.OUTCOME_UNKNOWN, "other_reference")


async def test_card_12_a_reply_that_nobody_asked_for_answers_nobody() -> None:
    async with core_bench() as (bench, _):
        for _ in range(5):
            bench.strike(FaultKind.CONTRADICTORY_REPLY)
            call = bench.call()
            answer = await bench.ask(bench.change, call)
            assert isinstance(answer.outcome, Done)
            found = await bench.inquire(call.reference)
            assert isinstance(found.outcome, Done)
            assert isinstance(found.outcome.result, Found)


def test_every_code_of_the_simulated_host_is_mapped() -> None:
    folder = next(folder for folder in discover() if folder.manifest.name == "core")
    known = HostCodes.load(folder.path / "errors.toml").table
    assert set(simulated_codes.MESSAGES) - {"0000"} == set(known)
