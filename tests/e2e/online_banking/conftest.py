"""A bank and a browser, once for each file of tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from online_bank import OnlineBank, online_bank
from playwright.async_api import Browser
from visitor import chromium_browser

from tellerline.simulators.servers import chromium
from tellerline.simulators.servers.fixtures import or_skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OnlineBank]:
    async with online_bank(tmp_path_factory.mktemp("bank")) as open_bank:
        yield open_bank


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    with or_skip():
        program = chromium.installed()
    async with chromium_browser(program) as running:
        yield running
