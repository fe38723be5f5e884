"""Libraries that write to standard error by themselves, kept out of what people read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def chatter_to(descriptor: int) -> Iterator[None]:
    """Send file descriptor 2 to ``descriptor``; ``sys.stderr`` still reaches the terminal. Restores both."""
    sys.stderr.flush()
    terminal = os.dup(2)
    old, sys.stderr = sys.stderr, os.fdopen(os.dup(terminal), "w", buffering=1)
    os.dup2(descriptor, 2)
    try:
        yield
    finally:
        sys.stderr.close()
        os.dup2(terminal, 2)
        os.close(terminal)
        sys.stderr = old
