"""Fates become outcomes, late replies become evidence, and a connector's stumble becomes a doubt."""

from __future__ import annotations

import pytest
from core_bench import a_transfer

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.exchange import Exchanged, Fate, Unsolicited, UnsolicitedHandler, WireRequest
from tellerline.connectors.connected import ConnectedHost, correlation_of, reference_of
from tellerline.connectors.connector import Connector
from tellerline.connectors.discovery import connect, discover
from tellerline.connectors.host import LateReply
from tellerline.connectors.manifest import ManifestError
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model import outcome
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.outcome import Done, NotSent, Rejected, Result, Unknown

(FOLDER,) = [folder for folder in discover() if folder.manifest.name == "core"]
CALL = HostCall(reference="T-1", channel="IVR", accepted_at="2026-03-02T10:00:00+08:00", attempt=2)
DONE = Done(result=Result(), host_serial="H1")


class PlainConnector(Connector):
    """The body says what the reply is; ``trip`` makes it stumble."""

    def build(self, command: Command, call: HostCall) -> WireRequest:
        return WireRequest(body=b"", operation=command.operation, correlation=correlation_of(call))

    def parse(self, command: Command, call: HostCall, body: bytes) -> Done | Rejected | Unknown:
        known: dict[bytes, Done | Unknown] = {
            b"done": DONE,
            b"unknown": Unknown(code=Code.OUTCOME_UNKNOWN, reason="other_reference"),
        }
        return known[body]


class FixedTransport:
    """Answers every exchange with ``end``."""

    def __init__(self, end: Exchanged) -> None:
        self.end = end
        self.deliver: UnsolicitedHandler | None = None

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def exchange(self, request: WireRequest, deadline: float) -> Exchanged:
        return self.end

    def listening(self, deliver: UnsolicitedHandler) -> FixedTransport:
        self.deliver = deliver
        return self


def hosted(end: Exchanged) -> tuple[ConnectedHost, FixedTransport]:
    transport = FixedTransport(end)
    return ConnectedHost(FOLDER.manifest, PlainConnector(), transport.listening), transport


@pytest.mark.parametrize(
    ("end", "fate", "expected"),
    [
        (Exchanged(Fate.REPLIED, b"done"), "REPLIED", DONE),
        (Exchanged(Fate.NOT_SENT, reason="not_connected"), "NOT_SENT", Code.HOST_UNAVAILABLE),
        (Exchanged(Fate.NOT_SENT, reason="deadline_over"), "NOT_SENT", Code.DEADLINE_EXCEEDED),
        (Exchanged(Fate.NOT_SENT, reason="broker_nack"), "NOT_SENT", Code.HOST_BUSY),
        (Exchanged(Fate.SENT_NO_REPLY, reason="no_reply"), "SENT_NO_REPLY", Code.COMMUNICATION_TIMEOUT),
        (Exchanged(Fate.SENT_NO_REPLY, reason="connection_lost"), "SENT_NO_REPLY", Code.OUTCOME_UNKNOWN),
        (Exchanged(Fate.REPLIED_UNREADABLE, reason="html"), "REPLIED_UNREADABLE", Code.HOST_REPLY_UNREADABLE),
        (Exchanged(Fate.REPLIED, b"unknown"), "REPLIED_UNREADABLE", Code.OUTCOME_UNKNOWN),
        (Exchanged(Fate.REPLIED, b"trip"), "REPLIED_UNREADABLE", Code.HOST_REPLY_UNREADABLE),
    ],
)
async def test_a_fate_becomes_an_outcome_and_never_a_guess(end: Exchanged, fate: str, expected: Done | Code) -> None:
    host, _ = hosted(end)
    answer = await host.execute(a_transfer(), CALL, 1.0)
    assert answer.fate is outcome.Fate(fate)
    if isinstance(expected, Done):
        assert answer.outcome == expected
    else:
        assert isinstance(answer.outcome, NotSent if fate == "NOT_SENT" else Unknown)
        assert answer.outcome.code is expected


async def test_a_late_reply_to_a_change_is_parsed_as_its_own() -> None:
    host, transport = hosted(Exchanged(Fate.SENT_NO_REPLY, reason="no_reply"))
    late: list[LateReply] = []
    await host.start(late.append)
    await host.execute(a_transfer(), CALL, 1.0)
    assert transport.deliver is not None
    transport.deliver(Unsolicited(correlation_of(CALL), b"done"))
    assert late == [LateReply(host="core", reference="T-1", outcome=DONE, raw=b"done")]


@pytest.mark.parametrize("correlation", ["T-9.1", "T-1.2"])
async def test_a_late_reply_to_nothing_we_remember_is_unknown_evidence(correlation: str) -> None:
    host, transport = hosted(Exchanged(Fate.SENT_NO_REPLY, reason="no_reply"))
    late: list[LateReply] = []
    await host.start(late.append)
    await host.execute(GetBalance(account="6222"), CALL, 1.0)
    assert transport.deliver is not None
    transport.deliver(Unsolicited(correlation, b"done"))
    assert [(reply.reference, type(reply.outcome)) for reply in late] == [(reference_of(correlation), Unknown)]


def test_only_hosts_with_an_endpoint_are_connected() -> None:
    assert connect([FOLDER], {}, SystemClock()) == ()
    (host,) = connect([FOLDER], {"core": Endpoint(url="http://127.0.0.1:1/")}, SystemClock())
    assert (host.name, host.operations) == ("core", frozenset(FOLDER.manifest.operations))


def test_a_transport_that_nobody_builds_is_a_complaint() -> None:
    with pytest.raises(ManifestError, match="transport: 'soap' is not known"):
        connect([FOLDER], {"core": Endpoint(url="http://127.0.0.1:1/")}, SystemClock(), builders={})
