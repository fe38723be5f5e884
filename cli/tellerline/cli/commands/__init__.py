"""One module per command or family of commands: ``ORDER`` places it in the help, ``register`` adds it to the
application. It is named as its command is, or stands in ``ELSEWHERE``: a command line loads the module of its first
word alone.

Heavy imports stand inside the functions, so that ``tellerline --help`` and shell completion answer at once.
"""

from collections.abc import Mapping
from typing import Final

ELSEWHERE: Final[Mapping[str, str]] = {
    "call": "contract",
    "describe": "contract",
    "differences": "reconcile",
    "indoubt": "cases",
    "list": "contract",
    "transfer": "transactions",
}
"""Which module has each command that is not named as its module."""
