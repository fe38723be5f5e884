"""One request to online banking, and what it was answered with."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import NoReturn
from urllib.parse import urlsplit

import orjson
import typer

from tellerline.adapters.clock import SystemRandomness
from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import find_system
from tellerline.cli.output import Output
from tellerline.simulators.browser import Answer, Browser, LoginRefusedError, NoAnswerError, new_key

_METHODS = ("GET", "POST", "PATCH", "DELETE")
_CUSTOMER = "{customer}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """As typed."""

    method: str
    path: str
    body: str
    customer: str
    pin: str = field(repr=False)
    key: str
    page: str

    @property
    def changes(self) -> bool:
        return self.method != "GET"


def ask_once(out: Output, asked: Asked) -> None:
    """Log in, ask, log out, and show the answer; a refusal ends the command."""
    _check(out, asked)
    page = asked.page or find_system(out).online_banking
    if not page:
        out.fail(Exit.UNREACHABLE, "NO_ONLINE_BANKING", "This system has no online banking.", "本系统未开通网上银行。")
    body = sys.stdin.buffer.read() if asked.body == "-" else asked.body.encode()
    pin = _pin(out, asked)
    if asked.changes and not asked.key:
        asked = replace(asked, key=new_key(SystemRandomness()))
    try:
        answer = asyncio.run(_ask(out, asked, page, pin, body))
    except LoginRefusedError as refused:
        out.fail(Exit.REFUSED, "LOGIN_REFUSED", str(refused), str(refused))
    except NoAnswerError as error:
        if error.sent and asked.changes:
            _unknown_outcome(out, asked, error)
        out.fail(Exit.UNREACHABLE, "NO_ANSWER", f"{page}: {error}", f"{page}：{error}")
    except KeyboardInterrupt:
        kept = {"key": asked.key} if asked.changes else {}
        out.interrupted(**kept)
    _show(out, asked, answer)


def _check(out: Output, asked: Asked) -> None:
    """What is wrong before anybody is asked ends the command."""
    wrong = ("", "")
    if asked.method not in _METHODS or not asked.path.startswith("/") or asked.path.startswith("//"):
        wrong = ("A request is GET, POST, PATCH or DELETE and /v1/…", "请求格式有误")
    elif _CUSTOMER in asked.path and not asked.customer:
        wrong = (
            f"{_CUSTOMER} stands for who logs in: --customer NUMBER",
            f"{_CUSTOMER} 代表登录客户：请加 --customer 客户号",
        )
    elif asked.pin and not (asked.pin.isascii() and asked.pin.isdigit()):
        wrong = ("A PIN has digits alone.", "密码只能是数字。")
    elif not asked.key.isprintable():
        wrong = ("--key has letters, digits and . _ : - alone.", "--key 只能含字母、数字和 . _ : -")
    elif asked.page and not _is_address(asked.page):
        wrong = (f"--page is http://HOST:PORT/online-banking/, not {asked.page}", f"--page 地址有误：{asked.page}")
    if any(wrong):
        out.fail(Exit.USAGE, "BAD_ARGUMENT", *wrong)


def _is_address(page: str) -> bool:
    try:
        parts = urlsplit(page)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _pin(out: Output, asked: Asked) -> str:
    """As typed, else what somebody at the terminal answers; standard output is left to the answer."""
    if asked.pin or not asked.customer:
        return asked.pin
    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        out.fail(
            Exit.USAGE,
            "PIN_MISSING",
            "Nobody is here to ask for the PIN: --pin DIGITS",
            "无法询问密码：请加 --pin 密码",
        )
    return str(typer.prompt(out.text("PIN", "密码"), hide_input=True, err=True))


async def _ask(out: Output, asked: Asked, page: str, pin: str, body: bytes) -> Answer:
    async with Browser(page, SystemRandomness(), language=out.text("en", "zh-CN")) as browser:
        if asked.customer:
            await browser.log_in(asked.customer, pin)
        try:
            return await browser.ask(asked.method, asked.path.replace(_CUSTOMER, asked.customer), body, asked.key)
        finally:
            await browser.log_out()


def _unknown_outcome(out: Output, asked: Asked, error: NoAnswerError) -> NoReturn:
    out.fail(
        Exit.UNKNOWN,
        "OUTCOME_UNKNOWN",
        f"Sent, and not answered: {error}. Ask again with --key {asked.key}, which changes nothing twice.",
        f"请求已发出，未收到应答：{error}。请用 --key {asked.key} 再次提交，不会重复办理。",
        key=asked.key,
    )


def _show(out: Output, asked: Asked, answer: Answer) -> None:
    out.result({"status": answer.status, "answer": answer.document} | ({"key": asked.key} if asked.changes else {}))
    unknown = asked.changes and _unknown(answer)
    first = f"{answer.status} {answer.phrase}".rstrip()
    out.say(first, first, style="green" if answer.done and not unknown else "yellow" if unknown else "red")
    if answer.document is not None:
        text = answer.document
        if not isinstance(text, str):
            text = orjson.dumps(text, option=orjson.OPT_INDENT_2).decode()
        out.say(text, text)
    if unknown:
        out.hint(f"--key {asked.key}", "ask again with this key", "用此键再次提交")
        raise typer.Exit(Exit.UNKNOWN)
    if not answer.done:
        raise typer.Exit(Exit.REFUSED)


def _unknown(answer: Answer) -> bool:
    """Whether nobody can tell what became of what was to change: not by the gateway's word, or by somebody's before
    it who knows nothing."""
    document = answer.document if isinstance(answer.document, dict) else {}
    if not answer.done:
        refused = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
        return document.get("definite", refused) is not True
    if answer.document is not None and not isinstance(answer.document, dict):
        return True
    said = document.get("transaction")
    return isinstance(said, dict) and "state" in said and said.get("definite") is not True
