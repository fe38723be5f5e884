"""Each test of the suite runs on every switch named here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from asterisk_bench import AsteriskBench, asterisk_bench, bench_prompts, bench_server
from softswitch_bench import softswitch_bench, softswitch_over_tcp_bench
from switch_bench import SwitchBench

from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.fixtures import or_skip


def _asterisk(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[SwitchBench]:
    return asterisk_bench(request.getfixturevalue("switch_server"))


BENCHES: dict[str, Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[SwitchBench]]] = {
    "asterisk": _asterisk,
    "softswitch": lambda request: softswitch_bench(),
    "softswitch-tcp": lambda request: softswitch_over_tcp_bench(),
}
"""How to open a bench, by the name of its switch; for the length of one test."""

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and item.path.is_relative_to(_HERE) and _on_asterisk(item):
            item.add_marker(pytest.mark.realtime)


def _on_asterisk(test: pytest.Function) -> bool:
    return "asterisk" in test.fixturenames or (
        hasattr(test, "callspec") and "asterisk" in test.callspec.params.values()
    )


@pytest.fixture(scope="session")
def switch_prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with or_skip():
        return bench_prompts(tmp_path_factory.mktemp("prompts"))


@pytest.fixture(scope="module")
def switch_server(switch_prompts: Path) -> Iterator[AsteriskServer]:
    """One Asterisk for the tests of a module."""
    with or_skip(), bench_server(switch_prompts) as server:
        yield server


@pytest.fixture
async def asterisk(switch_server: AsteriskServer) -> AsyncIterator[AsteriskBench]:
    """For what only Asterisk promises."""
    async with asterisk_bench(switch_server) as opened:
        yield opened


@pytest.fixture(params=list(BENCHES))
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[SwitchBench]:
    async with BENCHES[request.param](request) as opened:
        yield opened
