"""``python -m tellerline.callcenter.tickets.migrations``: writes the scripts from the revisions anew."""

from __future__ import annotations

from typing import get_args

from tellerline.adapters.store.migrations import DialectName
from tellerline.callcenter.tickets.migrations import MIGRATIONS


def main() -> None:
    for dialect in get_args(DialectName):
        MIGRATIONS.script_path(dialect).write_text(MIGRATIONS.render(dialect, None), "utf-8")


if __name__ == "__main__":
    main()
