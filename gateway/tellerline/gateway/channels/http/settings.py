"""The ``[http]`` table of the settings."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

_MEBIBYTE = 1 << 20
_MOST_PORT = 65_535
_AT_HOME = frozenset({"127.0.0.1", "localhost", "::1"})
_SCOPE = re.compile(r"[!#-\[\]-~]+")
_MAPPED = IPv6Network("::ffff:0:0/96")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HttpTlsSettings(_Part):
    """PEM files."""

    certificate: Path
    key: Path


class RateSettings(_Part):
    """Requests a minute: of one address before it has shown a token, and of one customer. Of the page's files an
    address has twenty times ``per_address``, counted apart. ``remembered`` bounds how many of each are counted at a
    time; those whose minute ends first make room.
    """

    per_address: int = Field(default=600, ge=1)
    per_customer: int = Field(default=300, ge=1)
    remembered: int = Field(default=50_000, ge=1)


class StreamSettings(_Part):
    """Server-sent events: how many may be open at a time, and the seconds between signs of life; the page takes a
    stream for lost after 45 s without one.
    """

    most: int = Field(default=500, ge=1)
    per_customer: int = Field(default=4, ge=1)
    heartbeat: float = Field(default=15.0, gt=0, le=20)


class HttpSettings(_Part):
    """Online banking over HTTP and JSON. Times in seconds.

    Tokens are those of ``issuer`` for ``audience``, signed with a key of ``jwks``: a file, or a URL that is asked again
    for a key that is not known, at most once in ``jwks_pause``. They must have been given for every one of
    ``scopes_required``, and to one of ``clients`` (to anybody if that is empty). ``client`` and ``scope`` are what the
    page logs in with. ``mode`` ``production`` takes only an issuer and keys that come over TLS. ``proxies`` are
    addresses or networks, never all of them, whose word about the client's address is taken; ``tls_before`` says that
    one of them has ended TLS. ``identity`` is what the gateway's access rules know this front by. ``idle`` bounds the
    time between two requests over one connection; over HTTP/1.1 the shorter of it and ``slow_head`` does.
    """

    address: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=_MOST_PORT)
    tls: HttpTlsSettings | None = None
    reuse_port: bool = False
    mode: Literal["production", "development"] = "production"
    issuer: str
    jwks: str
    jwks_pause: float = Field(default=30.0, gt=0)
    jwks_age: float = Field(default=600.0, gt=0)
    audience: str = "tellerline"
    token_type: str = "at+jwt"  # noqa: S105 RFC 9068
    scopes_required: tuple[str, ...] = ("banking",)
    clients: tuple[str, ...] = ()
    client: str = "online-banking"
    scope: str = "openid banking"
    leeway: float = Field(default=5.0, ge=0, le=60)
    identity: str = "front:ONLINE_BANKING"
    proxies: tuple[str, ...] = ()
    tls_before: bool = False
    deadline: float = Field(default=10.0, gt=0)
    body_limit: int = Field(default=65_536, ge=1024, le=_MEBIBYTE)
    connections: int = Field(default=4096, ge=1)
    running: int = Field(default=1024, ge=1)
    slow_head: float = Field(default=10.0, gt=0)
    slow_body: float = Field(default=10.0, gt=0)
    slow_reader: float = Field(default=20.0, gt=0)
    idle: float = Field(default=75.0, gt=0)
    sessions: int = Field(default=20_000, ge=1)
    rates: RateSettings = RateSettings()
    streams: StreamSettings = StreamSettings()

    @model_validator(mode="after")
    def _issuer_worth_trusting(self) -> HttpSettings:
        issuer = urlsplit(self.issuer)
        if issuer.scheme not in ("https", "http") or not issuer.netloc or issuer.query or issuer.fragment:
            raise ValueError("http.issuer is not the URL of an issuer")
        for name, url in (("issuer", self.issuer), ("jwks", self.jwks)):
            plain = urlsplit(url).scheme == "http"
            if plain and self.mode == "production":
                raise ValueError(f"http.{name} is not https, which http.mode production needs")
            if plain and urlsplit(url).hostname not in _AT_HOME:
                raise ValueError(f"http.{name} is not https, and on another machine")
        return self

    @model_validator(mode="after")
    def _page_gets_good_tokens(self) -> HttpSettings:
        for scope in self.scopes_required:
            if not _SCOPE.fullmatch(scope):
                raise ValueError(f"http.scopes_required: {scope!r} is no scope (RFC 6749, section 3.3)")
            if scope not in self.scope.split():
                raise ValueError(f"http.scope does not ask for {scope}, which http.scopes_required needs")
        if self.clients and self.client not in self.clients:
            raise ValueError("http.clients does not name http.client, as which the page logs in")
        return self

    @model_validator(mode="after")
    def _proxies_not_everybody(self) -> HttpSettings:
        networks = [_network(proxy) for proxy in self.proxies]
        four = collapse_addresses(network for network in networks if isinstance(network, IPv4Network))
        six = collapse_addresses(network for network in networks if isinstance(network, IPv6Network))
        if 0 in {network.prefixlen for network in four} | {network.prefixlen for network in six}:
            raise ValueError("http.proxies together let everybody say who he is")
        return self

    @property
    def secure(self) -> bool:
        """Whether clients reach this front over TLS."""
        return self.tls is not None or self.tls_before

    @property
    def issuer_origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def _network(proxy: str) -> IPv4Network | IPv6Network:
    """Of ``http.proxies``. Clients are never seen under IPv4-mapped addresses: one that is written so would match
    nobody.
    """
    try:
        network = ip_network(proxy, strict=False)
    except ValueError:
        raise ValueError(f"http.proxies: {proxy!r} is no address and no network") from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        raise ValueError(f"http.proxies: {proxy!r} is of IPv4, and to be written so")
    return network
