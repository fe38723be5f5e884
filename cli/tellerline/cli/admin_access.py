"""The simulated bank's admin API from the command line."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import orjson

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import find_system
from tellerline.cli.output import Output

_PATIENCE = 10


def admin(out: Output, method: str, path: str, body: dict[str, Any] | None = None, *, url: str = "") -> Any:
    """Call the admin API of ``url`` (or of the running system) and return its JSON; errors end the command."""
    base = url or find_system(out).admin
    if not base:
        english = "The running system has no simulated bank: faults are for simulators."
        out.fail(Exit.REFUSED, "NO_SIMULATORS", english, "运行中的系统没有模拟主机，故障注入仅用于模拟主机。")
    request = urllib.request.Request(  # noqa: S310  the URL is our own announcement's
        base + path,
        method=method,
        data=None if body is None else orjson.dumps(body),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as response:  # noqa: S310
            return orjson.loads(response.read() or b"{}")
    except urllib.error.HTTPError as error:
        text = _reason(error.read())
        out.fail(Exit.REFUSED, "REFUSED_BY_SIMULATOR", text, text)
    except OSError as error:
        out.fail(Exit.UNREACHABLE, "UNREACHABLE", f"{base}: {error}", f"{base}：{error}")


def _reason(body: bytes) -> str:
    """The simulator's words, without the JSON around them."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
    details = told.get("details") if isinstance(told, dict) else None
    return details if isinstance(details, str) and details else body.decode(errors="replace")
