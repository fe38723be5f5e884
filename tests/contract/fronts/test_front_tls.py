"""Mutual TLS: who may connect, and who the handler is told the caller is."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest
import trustme
from front_client import ProbeClient
from front_fixtures import Running, Serve

from tellerline.gateway.channels.grpc import TlsFiles

IDENTITY = "internet-banking.channels.bank"


class Authority:
    """A certificate authority with the files that a server needs."""

    def __init__(self, folder: Path) -> None:
        self.ca = trustme.CA()
        server = self.ca.issue_cert("localhost", "127.0.0.1")
        self.ca.cert_pem.write_to_path(folder / "ca.pem")
        server.private_key_pem.write_to_path(folder / "key.pem")
        server.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        self.files = TlsFiles(
            certificate=folder / "cert.pem", key=folder / "key.pem", client_authority=folder / "ca.pem"
        )

    def credentials(self, issuer: trustme.CA | None = None) -> grpc.ChannelCredentials:
        """A client's, with a certificate of ``issuer`` or with none."""
        root = self.ca.cert_pem.bytes()
        if issuer is None:
            return grpc.ssl_channel_credentials(root)
        leaf = issuer.issue_cert(IDENTITY, common_name="somebody else")
        chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
        return grpc.ssl_channel_credentials(root, leaf.private_key_pem.bytes(), chain)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def guarded(front_name: str, serve_front: Serve, authority: Authority) -> Running:
    return await serve_front(front_name, tls=authority.files)


async def test_the_certificates_name_is_the_callers_identity(guarded: Running, authority: Authority) -> None:
    client = ProbeClient(guarded.port, credentials=authority.credentials(authority.ca))
    assert (await client.describe())["peer"] == IDENTITY
    await client.close()


@pytest.mark.parametrize("issuer", [None, trustme.CA()], ids=["no certificate", "a stranger's certificate"])
async def test_a_caller_without_our_certificate_is_refused(
    guarded: Running, authority: Authority, issuer: trustme.CA | None
) -> None:
    client = ProbeClient(guarded.port, credentials=authority.credentials(issuer))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await client.describe()
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    await client.close()


async def test_cleartext_is_refused(guarded: Running) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await guarded.client.describe()
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_server_tls_alone_knows_no_caller(front_name: str, serve_front: Serve, authority: Authority) -> None:
    files = TlsFiles(certificate=authority.files.certificate, key=authority.files.key)
    running = await serve_front(front_name, tls=files)
    client = ProbeClient(running.port, credentials=authority.credentials())
    assert (await client.describe())["peer"] == ""
    await client.close()
