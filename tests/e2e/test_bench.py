"""``tellerline bench --quick`` runs to its end on real servers; what it measures is no test's business."""

from __future__ import annotations

import json
import subprocess
import sys

from tellerline.bench.report import AGAINST_FLOORS, TARGETS
from tellerline.bench.world import peer_missing

SECONDS = 240


def test_a_quick_benchmark_answers_every_request_and_prints_every_ratio(postgresql_dsn: str, rabbitmq_url: str) -> None:
    """The two servers are asked for so that a machine without them skips: the run brings up its own."""
    assert postgresql_dsn
    assert rabbitmq_url
    command = [sys.executable, "-c", "from tellerline.cli.main import run; run()", "bench", "--quick", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    document = json.loads(done.stdout)
    assert done.returncode == 0, document
    for front in ("connect", "grpcio"):
        assert all(document["ratios"][front][name] is not None for name in AGAINST_FLOORS)
        assert f"{front}_statement_soap" in document["figures"]
    for name in TARGETS.keys() - AGAINST_FLOORS.keys():
        expected = not (name.startswith("peer_") and peer_missing())
        assert (document["ratios"][name] is not None) is expected
    assert all(figure["failed"] == 0 for figure in document["figures"].values())
    assert document["environment"]["cpu"]
    assert document["environment"]["versions"]["grpcio"]
