"""A document is read whole within its time, or not at all; nobody waits longer for whoever answers bit by bit."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dripping_http import dripping
from hostile_http import always, hostile, http

from tellerline.adapters.clock import SystemClock, VirtualClock
from tellerline.adapters.web import read_document

MOST, SECONDS = 100, 15


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n"], ids=["head", "body"])
async def test_the_limit_is_for_the_whole_of_it(clock: VirtualClock, begun: bytes) -> None:
    async with asyncio.timeout(60), dripping() as server:
        reading = asyncio.create_task(read_document(server.url, most=MOST, seconds=SECONDS, clock=clock))
        await server.asked.wait()
        server.drip(begun)
        for second in range(1, SECONDS):
            server.drip(b"HTTP/1.1 200 OK"[second - 1 : second])
            await clock.advance(1)
            assert not reading.done()
        await clock.advance(1)
        with pytest.raises(TimeoutError, match="not read within 15 s"):
            await reading
        await server.left.wait()


async def test_whoever_reads_no_more_hangs_up(clock: VirtualClock) -> None:
    async with asyncio.timeout(60), dripping() as server:
        reading = asyncio.create_task(read_document(server.url, most=MOST, seconds=SECONDS, clock=clock))
        await server.asked.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await server.left.wait()


async def test_what_is_whole_in_time_is_taken_as_it_is(clock: VirtualClock) -> None:
    packed = b"\x1f\x8b no gzip at all"
    async with hostile(always(http(packed, head="Content-Encoding: gzip\r\n"))) as server:
        assert await read_document(server.url, most=len(packed), seconds=SECONDS, clock=clock) == packed
        with pytest.raises(OSError, match="more than"):
            await read_document(server.url, most=len(packed) - 1, seconds=SECONDS, clock=clock)
        assert all(b"Accept-Encoding: identity\r\n" in head for head in server.heads)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (http(b"moved", status="301 Moved", head="Location: /elsewhere\r\n"), "301"),
        (http(b"", status="503 Busy"), "503"),
        (b"220 mail.bank.example ESMTP\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal", "no HTTP"),
        (b"", "no HTTP"),
    ],
)
async def test_everything_else_is_an_error_of_the_way(clock: VirtualClock, said: bytes, why: str) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with hostile(answer) as server:
        with pytest.raises(OSError, match=why):
            await read_document(server.url, most=MOST, seconds=SECONDS, clock=clock)
        assert server.connections <= 2


async def test_where_nobody_listens_is_an_error_of_the_way(clock: VirtualClock) -> None:
    async with hostile(always(b"")) as server:
        url = server.url
    with pytest.raises(OSError, match="Cannot connect"):
        await read_document(url, most=MOST, seconds=SECONDS, clock=clock)


async def test_an_authority_is_trusted_from_the_day_it_is_there(
    clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tmp_path / "certificate.pem"
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(self_signed(tmp_path))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b"keys"))
        writer.close()

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=serving) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            await read_document(url, most=MOST, seconds=SECONDS, clock=clock)
        certificate.write_bytes((tmp_path / "server.pem").read_bytes())
        assert await read_document(url, most=MOST, seconds=SECONDS, clock=clock) == b"keys"


def self_signed(folder: Path) -> Path:
    """A key and its certificate in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), SystemClock().now()
    name = x509.Name([])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both = folder / "server.pem"
    both.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return both
