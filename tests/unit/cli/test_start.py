from __future__ import annotations

import subprocess
import sys

STARTED = """
import sys
import tellerline.cli.main
assert "typer.rich_utils" not in sys.modules
"""


def test_how_errors_are_shown_is_not_loaded_at_every_start() -> None:
    subprocess.run([sys.executable, "-c", STARTED], check=True)
