"""A bank with online banking on a loop of its own, for tests that are no coroutines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from web_bank import WebBank, open_web_bank


@contextmanager
def web_bank_in_a_thread(folder: Path, **how: Any) -> Iterator[WebBank]:
    """As ``open_web_bank``; its client belongs to the other loop: bring another."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="web bank")
    thread.start()
    try:
        opening = open_web_bank(folder, **how)
        bank = asyncio.run_coroutine_threadsafe(opening.__aenter__(), loop).result(60)
        try:
            yield bank
        finally:
            asyncio.run_coroutine_threadsafe(opening.__aexit__(None, None, None), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
