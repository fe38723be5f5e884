"""The journal's schema versions."""

from __future__ import annotations

from pathlib import Path

from tellerline.adapters.store.migrations import Migrations

MIGRATIONS = Migrations(Path(__file__).parent, head="0020")
