"""One running system for all pages that describe one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.docs.terminal import system_up, terminal_environment


@dataclass(frozen=True, slots=True)
class LiveSystem:
    """``environment`` is of a terminal beside the system; ``spoken`` maps the pages' addresses to its own."""

    environment: dict[str, str]
    spoken: dict[str, str]


@pytest.fixture(scope="module")
def live_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    home = tmp_path_factory.mktemp("home")
    environment = terminal_environment(home)
    with system_up(environment) as addresses:
        (journal,) = home.glob("systems/*/journal.db")
        spoken = {
            "127.0.0.1:50051": addresses["gateway"],
            "127.0.0.1:50061": addresses["call_centre"],
            "http://127.0.0.1:8600/v1": addresses["admin"],
            "http://127.0.0.1:9464/metrics": addresses["metrics"],
            "http://127.0.0.1:8800/": addresses["online_banking"].removesuffix("online-banking/"),
            "/var/lib/tellerline/journal.db": str(journal),
        }
        yield LiveSystem(environment, spoken)
