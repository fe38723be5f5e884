from __future__ import annotations

import subprocess
import sys

SETTLED = """
import gc
from tellerline.adapters.memory import settle_memory
usual = gc.get_threshold()
settle_memory()
assert gc.get_freeze_count() > 1000
assert all(now > before for now, before in zip(gc.get_threshold(), usual, strict=True))
"""


def test_what_was_made_is_left_alone_and_the_rest_is_collected_rarer() -> None:
    subprocess.run([sys.executable, "-c", SETTLED], check=True)
