"""What every test may ask for: real servers, and the recorded data of real banks that lies beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellerline.simulators.servers.fixtures import skip_missing

pytest_plugins = ["tellerline.simulators.servers.fixtures"]

_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data: berka, bank-calls and others."""
    if not _SHARED_DATA.is_dir():
        skip_missing(f"recorded data; lay it in {_SHARED_DATA}")
    return _SHARED_DATA
