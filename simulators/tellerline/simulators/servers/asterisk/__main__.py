"""Install Asterisk, or say that it is there: ``python -m tellerline.simulators.servers.asterisk``."""

from __future__ import annotations

import sys

from tellerline.simulators.servers.asterisk.installation import install
from tellerline.simulators.servers.errors import ServerMissingError


def main() -> int:
    try:
        print(f"Asterisk is in {install().root}")  # noqa: T201 a program of one line
    except ServerMissingError as missing:
        notes = "\n".join(getattr(missing, "__notes__", ()))
        sys.stderr.write(f"{missing}\n{notes}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
