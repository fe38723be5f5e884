"""A host that asks for a certificate sees ours; without one, nothing is said."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from tellerline.cli.system.node import host_tls
from tellerline.gateway.settings import HostSettings


@pytest.fixture
def bank() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def authority(bank: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    bank.cert_pem.write_to_path(file)
    return file


async def meet(bank: trustme.CA, host: HostSettings) -> bytes:
    """One line from a server that takes only clients of the bank, in answer to one of ours."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    bank.issue_cert("localhost").configure_cert(tls)
    bank.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=host_tls(host), server_hostname="localhost"
        )
        writer.write(b"hello\n")
        try:
            return await reader.readline()
        finally:
            writer.close()


async def test_the_gateway_shows_its_certificate(bank: trustme.CA, authority: Path, tmp_path: Path) -> None:
    ours = tmp_path / "gateway.pem"
    bank.issue_cert("gateway.bank.example").private_key_and_cert_chain_pem.write_to_path(ours)
    assert await meet(bank, HostSettings(certificate_authority=authority, client_certificate=ours)) == b"hello\n"


async def test_without_one_the_host_refuses(bank: trustme.CA, authority: Path) -> None:
    with suppress(OSError):  # TLS 1.3 tells the client behind the handshake: an alert, a reset or an end
        assert await meet(bank, HostSettings(certificate_authority=authority)) == b""


def test_nothing_said_leaves_it_to_the_system() -> None:
    assert host_tls(HostSettings(url="https://core.bank.example")) is None
