"""Settings of online banking: an issuer worth trusting, and headers that follow from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tellerline.gateway.channels.http.doors import address_of
from tellerline.gateway.channels.http.security import data_headers, page_headers, standing_headers
from tellerline.gateway.channels.http.settings import HttpSettings, HttpTlsSettings

BANKS = {"issuer": "https://login.bank.example", "jwks": "https://login.bank.example/keys"}
HOME = {"issuer": "http://127.0.0.1:9", "jwks": "http://127.0.0.1:9/jwks"}


def settings(**changes: Any) -> HttpSettings:
    return HttpSettings.model_validate(BANKS | changes)


@pytest.mark.parametrize(
    "changes",
    [
        HOME,
        {"issuer": "http://login.bank.example", "mode": "development"},
        BANKS | {"jwks": "http://login.bank.example/keys", "mode": "development"},
        {"issuer": "login.bank.example"},
        {"issuer": "https://login.bank.example?x=1"},
        {"body_limit": 10},
        {"scopes_required": ("payments",)},
        {"scopes_required": ("",)},
        {"scope": 'a"b', "scopes_required": ('a"b',)},
        {"scope": "openid"},
        {"clients": ("app",)},
        {"streams": {"heartbeat": 21}},
        {"unheard": 1},
    ],
)
def test_issuers_and_limits_that_will_not_do_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**changes)


@pytest.mark.parametrize(
    "proxies",
    [
        *(("*",), ("0.0.0.0/0",), ("::/0",), ("unix",), ("bank.example",), ("10.0.0.5, *",)),
        ("0.0.0.0/1", "128.0.0.0/1"),
        ("10.0.0.5", "128.0.0.0/1", "fd00::/8", "64.0.0.0/2", "0.0.0.0/2"),
        ("::/1", "8000::/1"),
    ],
)
def test_nobody_is_believed_for_being_anybody(proxies: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match=r"http\.proxies"):
        settings(proxies=proxies)


def test_proxies_are_addresses_and_networks() -> None:
    assert settings(proxies=("10.0.0.5", "10.1.0.0/16", "fd00::/8")).proxies == ("10.0.0.5", "10.1.0.0/16", "fd00::/8")


@pytest.mark.parametrize("proxy", ["::ffff:0:0/96", "::ffff:10.0.0.5", "::ffff:a00:0/104"])
def test_proxies_of_ipv4_are_written_so(proxy: str) -> None:
    with pytest.raises(ValidationError, match=r"http\.proxies: '.*' is of IPv4"):
        settings(proxies=(proxy,))


def test_much_may_be_a_proxy_if_something_is_not() -> None:
    most = ("0.0.0.0/1", "128.0.0.0/2", "8000::/1")
    assert settings(proxies=most).proxies == most


def test_development_may_be_at_home_without_tls() -> None:
    assert settings(**HOME, mode="development").issuer_origin == "http://127.0.0.1:9"
    assert settings(jwks="keys.json").mode == "production"


def test_browsers_are_told_to_come_back_over_tls_only_where_there_is_tls() -> None:
    plain, before = settings(), settings(tls_before=True)
    own = settings(tls=HttpTlsSettings(certificate=Path("c"), key=Path("k")))
    assert "strict-transport-security" not in standing_headers(plain)
    for secure in (before, own):
        assert standing_headers(secure)["strict-transport-security"].startswith("max-age=63072000")


def test_policies_leave_nothing_inline_and_nobody_framing() -> None:
    for headers in (page_headers(settings()), data_headers(settings())):
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert "connect-src 'self' https://login.bank.example;" in page_headers(settings())["content-security-policy"]
    assert data_headers(settings())["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 5), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 5), "2001:db8:1:2::"),
        (("::ffff:192.0.2.7", 5), "192.0.2.7"),
        (("fe80::1%eth0", 5), "fe80::"),
        (None, ""),
    ],
)
def test_households_are_counted_by_their_network(client: Any, address: str) -> None:
    assert address_of({"client": client}) == address
