"""The core host at its socket: HTTP manners, SOAP faults, the log of requests."""

from __future__ import annotations

import asyncio

import pytest
from soap_caller import SoapCaller, read_reply, soap_request, transfer_fields

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.population import MAGIC_ACCOUNTS

FREE = next(each.number for each in MAGIC_ACCOUNTS if each.fault is None and each.overdraft)


def address(server: CoreServer) -> tuple[str, int]:
    host, _, port = server.url.removeprefix("http://").removesuffix("/core").partition(":")
    return host, int(port)


async def talk(server: CoreServer, *chunks: bytes, until: int = 1) -> bytes:
    """Send raw chunks one by one; everything that comes back until ``until`` responses ended or the host closed."""
    reader, writer = await asyncio.open_connection(*address(server))
    for chunk in chunks:
        writer.write(chunk)
        await writer.drain()
        await asyncio.sleep(0.01)
    got = b""
    while got.count(b"</soap:Envelope>") < until and (data := await asyncio.wait_for(reader.read(65536), 30)):
        got += data
    writer.close()
    return got


def post(body: bytes, *headers: str) -> bytes:
    lines = ["POST /core HTTP/1.1", "Host: core", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


ECHO = soap_request("Echo", {}, "R1")


async def test_answers_echo_with_its_accounting_date(soap: SoapCaller) -> None:
    reply = await soap.ask("Echo", {}, "R1")
    assert (reply.http_status, reply.code, reply.fields["header/reference"]) == (200, "0000", "R1")
    assert reply.fields["header/accountingDate"] == "2026-03-02"


async def test_requests_in_pieces_and_two_on_one_connection(core_host: CoreServer) -> None:
    whole = post(ECHO)
    got = await talk(core_host, whole[:10], whole[10:200], whole[200:], whole, until=2)
    assert got.count(b"HTTP/1.1 200 OK") == 2


async def test_closes_when_asked_to_and_continues_when_expected(core_host: CoreServer) -> None:
    got = await talk(core_host, post(ECHO, "Connection: close"), until=2)
    assert got.count(b"EchoReply") == 2
    head, _, body = post(ECHO, "Expect: 100-continue").partition(b"\r\n\r\n")
    got = await talk(core_host, head + b"\r\n\r\n", body)
    assert got.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


async def test_closes_behind_the_answer_however_late(core_host: CoreServer, bank_clock: VirtualClock) -> None:
    core_host.faults.add(FaultRule(kind=FaultKind.DELAY, count=1, seconds=5))
    asking = asyncio.ensure_future(talk(core_host, post(ECHO, "Connection: close"), until=2))
    while not core_host.faults.injected[FaultKind.DELAY]:  # noqa: ASYNC110 the host runs in the same loop
        await asyncio.sleep(0.01)
    await bank_clock.advance(5)
    assert (await asking).count(b"EchoReply") == 2


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST /core HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /core HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", b"413"),
        (b"POST /core HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"413"),
        (b"x" * 70_000, b"431"),
        (b"GET /elsewhere HTTP/1.0\r\n\r\n", b"404"),
        (b"GET /core HTTP/1.0\r\n\r\n", b"405"),
    ],
)
async def test_refuses_other_http(core_host: CoreServer, request_bytes: bytes, status: bytes) -> None:
    assert (await talk(core_host, request_bytes)).startswith(b"HTTP/1.1 " + status)


async def test_unreadable_is_a_fault_with_the_hosts_code(core_host: CoreServer) -> None:
    got = await talk(core_host, post(b"<a/>", "Connection: close"))
    status, _, body = got.partition(b"\r\n\r\n")
    assert status.startswith(b"HTTP/1.1 500")
    fault = read_reply(500, body)
    assert fault.element == "Fault"
    assert fault.fields["detail/HostFault/hostCode"] == "9003"
    assert fault.fields["detail/HostFault/retryable"] == "false"


async def test_remembers_requests_masked(soap: SoapCaller, core_host: CoreServer) -> None:
    await soap.ask("VerifyPin", {"account": FREE, "pin": "246810"}, "R7")
    await soap.ask("Transfer", transfer_fields(FREE, FREE, "1.00"), "R8")
    verify, transfer = core_host.received.newest(2)
    assert (verify.operation, verify.reference) == ("VerifyPin", "R7")
    assert dict(verify.fields) == {"account": f"{FREE[:6]}******{FREE[-4:]}"}
    assert transfer.fields["amount/value"] == "1.00"
    assert core_host.received.counts["Transfer"] == 1


async def test_statement_pages_over_the_wire(soap: SoapCaller, simulated_bank: SimulatedBank) -> None:
    for index in range(3):
        simulated_bank.core.host.branch.post(FREE, 100 + index, kind="INTEREST", narrative="结息 <&>")
    day = {"fromDate": "2026-03-02", "toDate": "2026-03-02"}
    reply = await soap.ask("ListStatementEntries", {"account": FREE, **day, "afterSequence": "0", "limit": "2"})
    assert reply.fields["result/more"] == "true"
    assert reply.fields["result/closing/value"] == "3.03"
    assert reply.fields["result/entry/narrative"] == "结息 <&>"
    rest = await soap.ask("ListStatementEntries", {"account": FREE, **day, "afterSequence": "2", "limit": "2"})
    assert (rest.fields["result/more"], rest.fields["result/entry/sequence"]) == ("false", "3")
