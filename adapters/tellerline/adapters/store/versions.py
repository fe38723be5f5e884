"""Which SQLite this Python carries."""

from __future__ import annotations

import sqlite3

SQLITE_VERSION: tuple[int, ...] = sqlite3.sqlite_version_info
