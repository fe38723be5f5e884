"""The ``[atm]`` table of the settings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tellerline.gateway.channels.iso8583.framing import Framing

_MOST_OF_FOUR_DIGITS = 9_999


class AtmSettings(BaseModel):
    """Cash machines over ISO 8583. Times in seconds.

    ``terminals`` is the registry's file. ``mode`` says what the security module is for: the software one (``hsm``
    ``software``, with its own key in ``hsm_key``) serves in development only; another one is named by the function that
    makes it, ``package.module:function``, called with these settings.

    ``reuse_port`` lets several processes share the port; each knows of its own connections alone.

    ``idle`` ends a connection without a frame, ``frame`` one whose frame was begun and does not end, ``sign_on`` one
    that has not signed on. ``connections`` bounds all of them; when they are used up, the oldest that has not signed
    on, or is cut off, gives way, and the new one waits until it has gone. As many again may wait for their turn; of
    more, the newest of the address with the most is closed. ``in_flight`` bounds a connection's requests under way,
    ``running`` those of all; ``frames_per_second`` how fast one connection is read (nobody at a keypad is faster; two
    seconds' worth may come at once), ``connections_per_second`` how fast new ones of one address are served (of IPv6:
    of one network, /64; a second's worth may come at once; what comes faster waits unread, and delays no other
    address).

    A refused frame is the sender's loss: his next one is not read for ``refusal_pause``, and for twice as long with
    each in a row; after ``strikes`` in a row he is cut off. Who is cut off for what he sent is kept waiting
    ``cut_off_pause`` before the connection is closed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    address: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    reuse_port: bool = False
    mode: Literal["production", "development"] = "production"
    terminals: Path
    hsm: str = "software"
    hsm_key: Path | None = None
    length_header: Literal["binary2", "ascii4"] = "binary2"
    tpdu: bool = False
    frame_bytes: int = Field(default=2048, ge=64, le=_MOST_OF_FOUR_DIGITS)
    answer_within: float = Field(default=15.0, gt=0)
    idle: float = Field(default=300.0, gt=0)
    frame: float = Field(default=5.0, gt=0)
    sign_on: float = Field(default=30.0, gt=0)
    connections: int = Field(default=2048, ge=1)
    in_flight: int = Field(default=8, ge=1)
    running: int = Field(default=1024, ge=1)
    frames_per_second: float = Field(default=20.0, gt=0)
    connections_per_second: float = Field(default=25.0, gt=0)
    strikes: int = Field(default=5, ge=1)
    refusal_pause: float = Field(default=0.1, ge=0)
    cut_off_pause: float = Field(default=1.0, ge=0)
    clock_tolerance: float = Field(default=600.0, gt=0)

    def framing(self) -> Framing:
        return Framing(header=self.length_header, tpdu=self.tpdu, most=self.frame_bytes)

    def tolerance(self) -> timedelta:
        return timedelta(seconds=self.clock_tolerance)
