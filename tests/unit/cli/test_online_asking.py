"""``tellerline online`` before a bank that answers as banks, proxies and dying gateways do."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from typer.testing import CliRunner

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.exits import Exit
from tellerline.cli.main import build_app
from tellerline.simulators.issuer import IssuerRules, IssuerServer

_APP = build_app()
NOWHERE = "http://127.0.0.1:9/"


@dataclass
class Bank:
    """Answers whatever is asked with ``status`` and ``text``; without a text it hangs up. ``keys`` it was sent."""

    status: int = 200
    text: str = ""
    keys: list[str] = field(default_factory=list)
    known: bool = True
    home: str = ""
    issuer: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/config.json":
            return web.json_response({"issuer": self.issuer, "clientId": "online-banking", "scope": "openid"})
        self.keys.append(request.headers.get("idempotency-key", ""))
        if not self.text and request.transport is not None:
            request.transport.abort()
        redirected = {"location": f"{self.home}portal"} if self.status == HTTPStatus.FOUND else {}
        return web.Response(status=self.status, text=self.text, headers=redirected)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.home = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        redirects = (self.home if self.known else "http://127.0.0.1/elsewhere",)
        issuer = IssuerServer(
            IssuerRules(redirects=redirects), _right, clock=SystemClock(), randomness=SystemRandomness()
        )
        self.issuer = await issuer.start()
        try:
            yield
        finally:
            await issuer.close()
            await runner.cleanup()

    async def asked(self, *words: str) -> tuple[int, Any]:
        """Exit code and document of ``tellerline online WORDS`` at this bank."""
        async with self.open():
            return await asyncio.to_thread(online, *words, "--page", self.home)


async def _right(customer: str, pin: str, *, english: bool) -> str:
    return ""


def online(*words: str) -> tuple[int, Any]:
    environment = {"TELLERLINE_LANG": "en", "NO_COLOR": "1"}
    ran = CliRunner().invoke(_APP, ["online", *words, "--json"], env=environment)
    assert isinstance(ran.exception, SystemExit | None), ran.exception
    return ran.exit_code, orjson.loads(ran.stdout)


async def test_a_change_that_was_sent_and_not_answered_is_unknown_and_keeps_its_key() -> None:
    bank = Bank()
    code, said = await bank.asked("POST", "/v1/transfers", "{}", "--customer", "8000000001", "--pin", "246810")
    assert (code, said["error"]["code"]) == (Exit.UNKNOWN, "OUTCOME_UNKNOWN")
    assert said["error"]["key"] == bank.keys[0] != ""
    code, said = await bank.asked("POST", "/v1/transfers", "{}", "--key", "mine-1")
    assert (code, said["error"]["key"]) == (Exit.UNKNOWN, "mine-1")


async def test_what_changes_nothing_or_was_never_sent_is_unreachable() -> None:
    code, said = await Bank().asked("GET", "/v1/quotes")
    assert (code, said["error"]["code"]) == (Exit.UNREACHABLE, "NO_ANSWER")
    code, said = await asyncio.to_thread(online, "POST", "/v1/transfers", "{}", "--page", NOWHERE)
    assert (code, said["error"]["code"]) == (Exit.UNREACHABLE, "NO_ANSWER")


@pytest.mark.parametrize(
    ("method", "status", "text", "code"),
    [
        ("POST", 422, '{"code": "LIMIT_SINGLE_EXCEEDED", "definite": true}', Exit.REFUSED),
        ("POST", 504, '{"code": "OUTCOME_UNKNOWN", "definite": false}', Exit.UNKNOWN),
        ("POST", 502, "<h1>Bad Gateway</h1>", Exit.UNKNOWN),
        ("POST", 404, "<h1>Not Found</h1>", Exit.REFUSED),
        ("POST", 200, "<h1>Portal: please log in</h1>", Exit.UNKNOWN),
        ("POST", 200, "[]", Exit.UNKNOWN),
        ("POST", 302, "<h1>Found</h1>", Exit.UNKNOWN),
        ("GET", 302, "<h1>Found</h1>", Exit.REFUSED),
        ("POST", 200, '{"transaction": {"state": "PENDING", "definite": false}}', Exit.UNKNOWN),
        ("POST", 200, '{"transaction": {"state": "DONE", "definite": true}}', Exit.OK),
        ("GET", 503, '{"code": "STORE_UNAVAILABLE", "definite": false}', Exit.REFUSED),
        ("GET", 520, "strange", Exit.REFUSED),
    ],
)
async def test_how_an_answer_ends_the_command(method: str, status: int, text: str, code: int) -> None:
    bank = Bank(status, text)
    ended, said = await bank.asked(method, "/v1/transfers")
    assert (ended, said["status"]) == (code, status)
    assert [said.get("key", "")] == bank.keys


async def test_a_page_is_an_answer_too() -> None:
    page = "<!doctype html><title>API</title>"
    assert await Bank(text=page).asked("GET", "/openapi") == (Exit.OK, {"status": 200, "answer": page})


async def test_a_page_that_the_issuer_does_not_know_is_refused_in_its_words() -> None:
    bank = Bank(known=False, text="{}")
    code, said = await bank.asked("GET", "/v1/x", "--customer", "8000000001", "--pin", "246810")
    assert (code, said["error"]["code"]) == (Exit.REFUSED, "LOGIN_REFUSED")
    assert len(said["error"]["message"]) > len("400")


@pytest.mark.parametrize(
    "words",
    [
        ("GET", "/v1/customers/{customer}/accounts", "--page", NOWHERE),
        ("GET", "/v1/x", "--customer", "8000000001", "--pin", "abc", "--page", NOWHERE),
        ("POST", "/v1/x", "--key", "a\nb", "--page", NOWHERE),
        ("GET", "/v1/x", "--page", "ftp://x/"),
        ("GET", "/v1/x", "--page", "http://127.0.0.1:99999/"),
        ("GET", "/v1/x", "--page", "http:///x"),
        ("GET", "//elsewhere.example/v1/x", "--page", NOWHERE),
    ],
)
def test_what_is_wrong_before_anybody_is_asked(words: tuple[str, ...]) -> None:
    code, said = online(*words)
    assert (code, said["error"]["code"]) == (Exit.USAGE, "BAD_ARGUMENT")


def test_a_pin_that_nobody_can_be_asked_for() -> None:
    """As a service's process is, without a terminal to open."""
    words = ("online", "GET", "/v1/x", "--customer", "8000000001", "--page", NOWHERE, "--json")
    command = (Path(sys.executable).with_name("tellerline"), *words)
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True, timeout=60)
    assert (ran.returncode, orjson.loads(ran.stdout)["error"]["code"]) == (Exit.USAGE, "PIN_MISSING")
