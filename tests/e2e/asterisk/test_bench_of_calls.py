"""``tellerline bench --asterisk --quick`` loses no call and no recording; how fast it was is no test's business."""

from __future__ import annotations

import json
import subprocess
import sys

from tellerline.simulators.servers.asterisk.installation import installed
from tellerline.simulators.servers.fixtures import or_skip

SECONDS = 120


def test_a_quick_benchmark_of_calls_loses_nothing() -> None:
    with or_skip():
        installed()
    command = [sys.executable, "-c", "from tellerline.cli.main import run; run()"]
    command += ["bench", "--asterisk", "--quick", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    for who in ("calls", "floor"):
        figure = document[who]
        assert figure["offered"] == figure["answered"] == figure["bridged"] == figure["planned"]
        assert (figure["lost"], figure["silent"], figure["missing"]) == (0, 0, 0)
        assert figure["with_sound"] == figure["recordings"] == 2 * figure["planned"]
    assert document["ratio_p50"] > 0
