"""Exit codes of every command: stable, so that scripts may rely on them (documented in docs/cli.md)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    REFUSED = 1
    """A definite no: refused by the gateway or the host, or a check that did not hold."""
    USAGE = 2
    """The command line itself is wrong; nothing was asked of anybody."""
    UNKNOWN = 3
    """The outcome is not known yet: neither success nor failure. Ask again with ``trace``."""
    UNREACHABLE = 4
    """No gateway answered."""
    SETUP = 5
    """Something this command needs is not installed or not configured."""
    INTERRUPTED = 130
