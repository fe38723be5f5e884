"""The ban on raw time and chance: what it finds, what it lets pass, what it covers."""

from __future__ import annotations

from pathlib import Path

import clock_ban
import pytest


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import time\ntime.time()", "time.time"),
        ("import time as t\nt.monotonic_ns()", "time.monotonic_ns"),
        ("from time import perf_counter as now\nnow()", "time.perf_counter"),
        ("import time\ntime.sleep(1)", "time.sleep"),
        ("import datetime\ndatetime.datetime.now()", "datetime.datetime.now"),
        ("import datetime as dt\ndt.datetime.utcnow()", "datetime.datetime.utcnow"),
        ("from datetime import datetime, UTC\ndatetime.now(UTC)", "datetime.datetime.now"),
        ("from datetime import date\ndate.today()", "datetime.date.today"),
        ("import random\nrandom.Random(4)", "random.Random"),
        ("from random import choice\nchoice([1])", "random.choice"),
        ("import secrets\nsecrets.token_hex()", "secrets.token_hex"),
        ("import uuid\nuuid.uuid4()", "uuid.uuid4"),
        ("import os\nos.urandom(8)", "os.urandom"),
        ("import time\nclock = time.monotonic", "time.monotonic"),
    ],
)
def test_raw_time_and_chance_are_found(source: str, name: str) -> None:
    assert clock_ban.findings(source) == [clock_ban.Finding(line=2, name=name)]


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.strftime('%Y')",
        "from datetime import datetime\ndatetime(2026, 1, 1)",
        "import secrets\nsecrets.compare_digest(b'a', b'b')",
        "clock.now(); self.random.below(3)",
        "from tellerline.adapters.clock import random\nrandom.below(3)",
        "import os.path\nos.path.join('a')",
        "import time\ntime.time()  # clock-ban: compared with a file's own time",
    ],
)
def test_the_rest_passes(source: str) -> None:
    assert clock_ban.findings(source) == []


def test_an_escape_without_a_reason_is_none() -> None:
    assert len(clock_ban.findings("import time\ntime.time()  # clock-ban:")) == 1


def test_the_product_is_covered_and_the_seam_is_not() -> None:
    assert clock_ban.covered(Path("gateway/tellerline/gateway/refusal.py"))
    assert not clock_ban.covered(Path("adapters/tellerline/adapters/clock/system.py"))
    assert not clock_ban.covered(Path("tests/unit/house/test_clock_ban.py"))
    assert Path("adapters/tellerline/adapters/clock/system.py") in clock_ban.product_files()


def test_the_seam_itself_would_be_found() -> None:
    seam = clock_ban.ROOT / clock_ban.SEAM / "system.py"
    assert {finding.name for finding in clock_ban.findings(seam.read_text())} == {
        "datetime.datetime.now",
        "time.monotonic",
    }
