"""What a machine is and how it writes: who it is to its acquirer, which edition of the standard, which characters."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tellerline.simulators.atm.fields import FIELDS_1987, FIELDS_1993
from tellerline.simulators.atm.framing import Framing
from tellerline.simulators.atm.message import Dialect


class Edition(enum.IntEnum):
    """The standard's year; its first digit in message types is ``digit``."""

    FIRST = 1987
    SECOND = 1993

    @property
    def digit(self) -> str:
        return "0" if self is Edition.FIRST else "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """``terminal`` has at most 8 characters; ``currency`` is ISO 4217's number, ``zone`` the bank's."""

    terminal: str
    edition: Edition = Edition.FIRST
    charset: str = "ascii"
    framing: Framing = field(default_factory=Framing)
    acquirer: str = "95588"
    acceptor: str = "TELLERLINE"
    location: str = "1 EXAMPLE ROAD           SHANGHAI     CN"
    currency: str = "156"
    zone: str = "Asia/Shanghai"

    @property
    def dialect(self) -> Dialect:
        return Dialect(self.charset, FIELDS_1987 if self.edition is Edition.FIRST else FIELDS_1993)

    @property
    def local(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
