"""Binds the enquiry part of the host contract suite to the host, over real HTTP, in front of its samples."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from host_bench import EnquiryBench
from host_contract import EnquiryContract
from sample_host import sample_bench

from tellerline.connectors.discovery import host_folder
from tellerline.routing.model.command import Echo
from tellerline.routing.model.outcome import HostState


class TestTemplateHost(EnquiryContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[EnquiryBench]:
        examples = {Echo.operation: (Echo(), HostState)}
        async with sample_bench(host_folder("tellerline.connectors._template"), examples) as bench:
            yield bench
