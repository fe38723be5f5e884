"""One request to online banking, and what it was answered with."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from typing import Any

import orjson
import typer

from tellerline.adapters.clock import SystemRandomness
from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import find_system
from tellerline.cli.output import Output
from tellerline.simulators.browser import Answer, Browser, LoginRefusedError

_METHODS = ("GET", "POST", "PATCH", "DELETE")


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


def ask_once(out: Output, asked: Asked) -> None:
    """Log in, ask, log out, and show the answer; a refusal ends the command."""
    if asked.method not in _METHODS or not asked.path.startswith("/"):
        out.fail(Exit.USAGE, "BAD_ARGUMENT", "A request is GET, POST, PATCH or DELETE and /v1/…", "请求格式有误")
    page = asked.page or find_system(out).online_banking
    if not page:
        out.fail(Exit.UNREACHABLE, "NO_ONLINE_BANKING", "This system has no online banking.", "本系统未开通网上银行。")
    body = sys.stdin.buffer.read() if asked.body == "-" else asked.body.encode()
    pin = asked.pin or (typer.prompt(out.text("PIN", "密码"), hide_input=True) if asked.customer else "")
    try:
        answer = asyncio.run(_ask(out, asked, page, pin, body))
    except LoginRefusedError as refused:
        out.fail(Exit.REFUSED, "LOGIN_REFUSED", str(refused), str(refused))
    except (OSError, ValueError) as error:
        out.fail(Exit.UNREACHABLE, "NO_ANSWER", f"{page}: {error}", f"{page}：{error}")
    _show(out, answer)


async def _ask(out: Output, asked: Asked, page: str, pin: str, body: bytes) -> Answer:
    async with Browser(page, SystemRandomness(), language=out.text("en", "zh-CN")) as browser:
        if asked.customer:
            await browser.log_in(asked.customer, pin)
        try:
            path = asked.path.replace("{customer}", asked.customer)
            return await browser.ask(asked.method, path, body, asked.key)
        finally:
            await browser.log_out()


def _show(out: Output, answer: Answer) -> None:
    out.result({"status": answer.status, "answer": answer.document})
    style = "green" if answer.done else "red"
    first = f"{answer.status} {answer.phrase}"
    out.say(first, first, style=style)
    if answer.document is not None:
        text = orjson.dumps(answer.document, option=orjson.OPT_INDENT_2).decode()
        out.say(text, text)
    if not answer.done:
        raise typer.Exit(Exit.REFUSED)
    if _unknown(answer.document):
        raise typer.Exit(Exit.UNKNOWN)


def _unknown(document: Any) -> bool:
    said = document.get("transaction") if isinstance(document, dict) else None
    return isinstance(said, dict) and "state" in said and said.get("definite") is not True
