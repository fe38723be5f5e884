"""What tests of a whole call centre on Asterisk share."""

from __future__ import annotations

from pathlib import Path

import pytest
from asterisk_centre import centre_prompts

from tellerline.simulators.servers.fixtures import or_skip

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.realtime)


@pytest.fixture(scope="session")
def tone_prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every prompt of every flow, as a tone."""
    with or_skip():
        return centre_prompts(tmp_path_factory.mktemp("prompts"))
