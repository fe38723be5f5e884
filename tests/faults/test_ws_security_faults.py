"""Fault cards 6 to 8: replies of a host whose messages are signed, and do not prove who they are from."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from corporate_bench import a_remittance
from hostile_http import Answer, always, http
from lxml import etree
from signed_line import CLOCK, SignedLine, signed_line
from signed_replies import HostSigner

from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.connectors.discovery import connect_host, discover
from tellerline.connectors.manifest import ManifestError
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import HostCall
from tellerline.routing.model.outcome import Done, Fate, Unknown

HOST = "corporate"
FOLDER = next(folder for folder in discover() if folder.manifest.name == HOST)
COMMAND = a_remittance()
CALL = HostCall(reference="TX0000000000000001", channel="IVR", accepted_at="2026-03-02T10:00:00+08:00")
SIGNER = HostSigner()
REPLY = (FOLDER.path / "samples" / "corporate.CreateRemittance.reply.xml").read_bytes()
FORGED = REPLY.replace(b"<value>5.50<", b"<value>9999.00<")


def in_turn(*replies: bytes) -> Answer:
    waiting = [http(reply) for reply in replies]

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(waiting.pop(0))

    return answer


async def assert_doubted(line: SignedLine, reason: str) -> None:
    """Unknown, with the reply kept as evidence, and an operator told."""
    before = line.alerts(reason)
    answer = await line.ask(COMMAND, CALL)
    assert answer.fate is Fate.REPLIED_UNREADABLE
    assert isinstance(answer.outcome, Unknown)
    assert (answer.outcome.code, answer.outcome.reason) == (Code.HOST_REPLY_UNREADABLE, reason)
    assert answer.outcome.raw
    assert line.alerts(reason) == before + 1


async def assert_refused(reply: bytes, reason: str, folder: Path) -> None:
    async with signed_line(HOST, always(http(reply)), SIGNER, folder) as line:
        await assert_doubted(line, reason)


def wrapped(signed: bytes) -> bytes:
    """The signed body moved under the header, another one in its place."""
    root = etree.fromstring(signed)
    header, body = root
    etree.SubElement(header, "wrapper").append(body)
    root.append(etree.fromstring(FORGED)[0])
    return etree.tostring(root)


async def test_the_reply_that_the_cards_spoil_is_good(tmp_path: Path) -> None:
    async with signed_line(HOST, always(http(SIGNER.sign(REPLY, CLOCK.now()))), SIGNER, tmp_path) as line:
        answer = await line.ask(COMMAND, CALL)
        assert isinstance(answer.outcome, Done)
        assert b"Signature" in line.server.requests[0]


async def test_card_06_a_wrapped_signature_proves_nothing(tmp_path: Path) -> None:
    await assert_refused(wrapped(SIGNER.sign(REPLY, CLOCK.now())), "bad_signature", tmp_path)


async def test_card_06_a_forged_body_with_the_signed_ones_id_proves_nothing(tmp_path: Path) -> None:
    wsu = b'xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"'
    good = wrapped(SIGNER.sign(REPLY, CLOCK.now()))
    forged = re.sub(rb"(</[^>]*Header><[^>]*Body)", rb"\1 " + wsu + b' u:Id="the-body"', good)
    assert forged != good
    await assert_refused(forged, "bad_signature", tmp_path)


@pytest.mark.parametrize("who", ["the host, and changed", "a stranger"])
async def test_card_06_what_the_host_did_not_sign_proves_nothing(who: str, tmp_path: Path) -> None:
    signer = HostSigner() if who == "a stranger" else SIGNER
    signed = signer.sign(REPLY, CLOCK.now())
    await assert_refused(
        signed if who == "a stranger" else signed.replace(b">5.50<", b">9.00<"), "bad_signature", tmp_path
    )


TYPES = b"urn:example-bank:corporate:types:1"
TYPED = REPLY.replace(b"<fee>", b'<fee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:Amount">')


async def test_card_06_a_type_is_named_by_what_was_signed(tmp_path: Path) -> None:
    inside = TYPED.replace(b"<fee ", b'<fee xmlns:x="' + TYPES + b'" ')
    listed = SIGNER.sign(inside, CLOCK.now(), inclusive=("x",))
    async with signed_line(HOST, always(http(listed)), SIGNER, tmp_path) as line:
        assert isinstance((await line.ask(COMMAND, CALL)).outcome, Done)


@pytest.mark.parametrize("bound_to", [TYPES, b"urn:of-somebody-else"])
async def test_card_06_a_prefix_that_stands_in_a_value_only_is_never_taken_from_outside(
    bound_to: bytes, tmp_path: Path
) -> None:
    """Exclusive canonicalisation leaves its binding out: anybody can put another one there, and the digest holds."""
    outside = TYPED.replace(b"<soap:Envelope ", b'<soap:Envelope xmlns:x="' + TYPES + b'" ')
    rebound = SIGNER.sign(outside, CLOCK.now()).replace(b'xmlns:x="' + TYPES, b'xmlns:x="' + bound_to)
    async with signed_line(HOST, always(http(rebound)), SIGNER, tmp_path) as line:
        answer = await line.ask(COMMAND, CALL)
        assert isinstance(answer.outcome, Unknown)
        assert answer.outcome.code is Code.HOST_REPLY_UNREADABLE


async def test_card_07_an_unsigned_reply_is_a_doubt_and_an_alert(tmp_path: Path) -> None:
    await assert_refused(REPLY, "unsigned", tmp_path)


async def test_card_07_an_unsigned_fault_is_a_doubt_and_an_alert(tmp_path: Path) -> None:
    fault = (
        f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring>busy'
        '</faultstring><detail><HostFault xmlns="urn:example-bank:corporate:types:1"><hostCode>9001</hostCode>'
        "<message>busy</message><retryable>true</retryable></HostFault></detail></s:Fault></s:Body></s:Envelope>"
    )
    await assert_refused(fault.encode(), "unsigned", tmp_path)


async def test_card_08_a_reply_that_was_had_before_is_a_doubt_and_an_alert(tmp_path: Path) -> None:
    signed = SIGNER.sign(REPLY, CLOCK.now(), nonce=b"once")
    async with signed_line(HOST, always(http(signed)), SIGNER, tmp_path) as line:
        assert isinstance((await line.ask(COMMAND, CALL)).outcome, Done)
        await assert_doubted(line, "replayed")


async def test_card_08_a_nonce_that_was_had_before_is_a_doubt_and_an_alert(tmp_path: Path) -> None:
    replies = [SIGNER.sign(reply, CLOCK.now(), nonce=b"once") for reply in (REPLY, FORGED)]
    async with signed_line(HOST, in_turn(*replies), SIGNER, tmp_path) as line:
        assert isinstance((await line.ask(COMMAND, CALL)).outcome, Done)
        await assert_doubted(line, "replayed")


@pytest.mark.parametrize("minutes", [-30, 30])
async def test_card_08_a_timestamp_of_another_time_is_a_doubt_and_an_alert(minutes: int, tmp_path: Path) -> None:
    signed = SIGNER.sign(REPLY, CLOCK.now() + timedelta(minutes=minutes))
    await assert_refused(signed, "stale_timestamp", tmp_path)


def test_a_host_that_signs_is_not_met_without_keys() -> None:
    with pytest.raises(ManifestError, match="signing key"):
        connect_host(FOLDER, Endpoint(url="http://127.0.0.1:1/"), CLOCK)
