"""The garbage collector of a process that serves for months."""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 50)


def settle_memory() -> None:
    """What was made at start-up lives as long as the process: keep the collector away from it, and rarer.

    To be called when all is made. Blocks for one whole collection.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
