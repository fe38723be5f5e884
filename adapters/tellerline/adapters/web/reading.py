"""One GET, and an end to it however slowly the other side answers."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

import aiohttp

from tellerline.adapters.clock import Clock

_FOUND: Final = 200
_NO_LIMIT: Final = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)


async def read_document(url: str, *, most: int, seconds: float, clock: Clock) -> bytes:
    """The body at ``url`` as it came, of ``most`` bytes at most. Raises ``OSError`` for everything else:
    ``TimeoutError`` where it was not whole within ``seconds``, from the look-up of its name to the last byte.
    Cancelling closes the connection at once.

    Never redirected, no cookies, no compression. Proxies and trusted authorities are those of the environment, the
    latter as they are now.
    """
    try:
        async with asyncio.timeout(None) as limit:
            timer = clock.call_later(seconds, lambda: limit.reschedule(0))
            try:
                return await _get(url, most)
            finally:
                timer.cancel()
    except TimeoutError:
        if limit.expired():
            raise TimeoutError(f"not read within {seconds:g} s") from None
        raise
    except aiohttp.ClientOSError:
        raise
    except aiohttp.ClientError as error:
        raise OSError(f"no HTTP: {error!r}") from error


async def _get(url: str, most: int) -> bytes:
    trusted = await asyncio.to_thread(ssl.create_default_context)
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, ssl=trusted),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},
            timeout=_NO_LIMIT,
            auto_decompress=False,
            trust_env=True,
        ) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        if answer.status != _FOUND:
            raise OSError(f"HTTP status {answer.status}")
        try:
            await answer.content.readexactly(most + 1)
        except asyncio.IncompleteReadError as whole:
            return whole.partial
        raise OSError(f"more than {most} bytes")
