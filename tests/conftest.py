"""What every test may ask for: real servers, and the recorded data of real banks that lies beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tellerline.simulators.servers.fixtures import skip_missing

# Servers are started while clients are open: gRPC's care for forks would run in the new process, and may crash it.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

# A test of properties judges what came out; how long one example took is the machine's doing.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

pytest_plugins = ["tellerline.simulators.servers.fixtures"]

_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data: berka, bank-calls and others."""
    if not _SHARED_DATA.is_dir():
        skip_missing(f"recorded data; lay it in {_SHARED_DATA}")
    return _SHARED_DATA
