"""Logs in as the page does (OpenID Connect, authorization code with PKCE), and asks over HTTP and JSON."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp
import orjson

from tellerline.adapters.clock import Randomness

_SECONDS = 30
_HIDDEN = re.compile(r'name="login" value="([^"]+)"')
_ALERT = re.compile(r'role="alert">([^<]*)<')
_KEY_BYTES = 15


class LoginRefusedError(Exception):
    """The issuer's sentence for the customer."""


class NoAnswerError(OSError):
    """Nobody answered, or with what is no answer. ``sent``: the bank may have got the request all the same."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """``document`` is the JSON of the answer, its text where it is something else, None where it has none."""

    status: int
    document: Any

    @property
    def done(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def phrase(self) -> str:
        """Empty for a status that no standard knows."""
        with suppress(ValueError):
            return HTTPStatus(self.status).phrase
        return ""


class Browser:
    """For one customer at a time, at the page of ``home`` (``http://…/online-banking/``). Use ``async with``.

    Every call but ``log_out`` raises ``NoAnswerError`` when nobody answers.
    """

    def __init__(self, home: str, randomness: Randomness, *, language: str = "zh-CN") -> None:
        self._home = home
        self._randomness = randomness
        self._language = language
        self._token = ""
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(_SECONDS),
            headers={"accept-language": self._language},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._session.close()

    async def log_in(self, customer: str, pin: str) -> None:
        """Raises ``LoginRefusedError`` for a number and a PIN that do not fit, and when the issuer wants no login."""
        with _lost(self._home, sent=False):
            config = await self._json(urljoin(self._home, "config.json"))
            issuer = await self._json(f"{config['issuer']}/.well-known/openid-configuration")
            self._token = await self._log_in(config, issuer, customer, pin)

    async def ask(self, method: str, path: str, body: bytes = b"", key: str = "") -> Answer:
        """One request as whoever is logged in, or as nobody. ``key`` makes it the same one when it is sent again;
        without it what changes something gets one of its own. A redirection is the answer: it is not followed."""
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        if body:
            headers["content-type"] = "application/json"
        if method not in ("GET", "HEAD"):
            headers["idempotency-key"] = key or new_key(self._randomness)
        with _lost(self._home, sent=True):
            async with self._session.request(
                method, urljoin(self._home, path), data=body or None, headers=headers, allow_redirects=False
            ) as answer:
                return Answer(answer.status, _document(await answer.read()))

    async def log_out(self) -> None:
        """Idempotent. When nobody answers, the login ends by itself."""
        if self._token:
            with suppress(NoAnswerError):
                await self.ask("POST", "/v1/session:end")
            self._token = ""

    async def _log_in(self, config: dict[str, str], issuer: dict[str, str], customer: str, pin: str) -> str:
        verifier = self._secret(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        wish = {
            "response_type": "code",
            "client_id": config["clientId"],
            "redirect_uri": self._home,
            "scope": config["scope"],
            "state": self._secret(16),
            "nonce": self._secret(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "ui_locales": self._language,
        }
        code = await self._code(issuer["authorization_endpoint"], wish, customer, pin)
        proof = {"code": code, "code_verifier": verifier, "client_id": wish["client_id"]}
        form = {"grant_type": "authorization_code", "redirect_uri": self._home} | proof
        async with self._session.post(issuer["token_endpoint"], data=form) as answer:
            answer.raise_for_status()
            return str((await answer.json())["access_token"])

    async def _code(self, endpoint: str, wish: dict[str, str], customer: str, pin: str) -> str:
        async with self._session.get(endpoint, params=wish) as answer:
            page = await answer.text()
        hidden = _HIDDEN.search(page)
        if hidden is None:
            alert = _ALERT.search(page)
            raise LoginRefusedError(html.unescape(alert[1]) if alert else "the issuer shows no login form")
        form = {"login": html.unescape(hidden[1]), "customer_number": customer, "pin": pin}
        async with self._session.post(endpoint, data=form, allow_redirects=False) as answer:
            back = parse_qs(urlsplit(answer.headers.get("location", "")).query)
            if "code" not in back:
                alert = _ALERT.search(await answer.text())
                raise LoginRefusedError(html.unescape(alert[1]) if alert else str(answer.status))
        return back["code"][0]

    async def _json(self, url: str) -> Any:
        async with self._session.get(url) as answer:
            answer.raise_for_status()
            return await answer.json()

    def _secret(self, size: int) -> str:
        return base64.urlsafe_b64encode(self._randomness.bytes(size)).rstrip(b"=").decode()


def new_key(randomness: Randomness) -> str:
    """An idempotency key that nobody else makes."""
    return randomness.bytes(_KEY_BYTES).hex()


def _document(content: bytes) -> Any:
    try:
        return orjson.loads(content) if content else None
    except orjson.JSONDecodeError:
        return content.decode(errors="replace")


@contextmanager
def _lost(home: str, *, sent: bool) -> Iterator[None]:
    """``sent``: whether a request that is lost in this block may have arrived, unless no connection came about."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
        raise NoAnswerError(str(error) or home, sent=False) from error
    except (aiohttp.ClientError, OSError) as error:
        raise NoAnswerError(str(error) or f"no answer from {home}", sent=sent) from error
    except (KeyError, TypeError, ValueError) as error:
        raise NoAnswerError(f"{home} is no online banking: {error!r}", sent=False) from error
