"""A security module told to fail or to take its time, for the channel's setting ``hsm = "iso_hsm:make"``."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from tellerline.adapters.clock import SystemRandomness
from tellerline.gateway.channels.iso8583.hsm.port import HeldKey, HsmError, SessionKeys
from tellerline.gateway.channels.iso8583.hsm.software import SoftwareHsm, read_own_key
from tellerline.gateway.channels.iso8583.settings import AtmSettings


class FailingHsm(SoftwareHsm):
    """Checks no MAC while ``fails``, makes no session keys before ``ready``."""

    fails: ClassVar[bool] = False
    ready: ClassVar[asyncio.Event | None] = None

    async def new_session(self, master: str) -> SessionKeys:
        if self.ready is not None:
            await self.ready.wait()
        return await super().new_session(master)

    async def check_mac(self, key: HeldKey, data: bytes, mac: bytes) -> bool:
        if self.fails:
            raise HsmError("no answer")
        return await super().check_mac(key, data, mac)


def make(settings: AtmSettings) -> FailingHsm:
    assert settings.hsm_key is not None
    return FailingHsm(read_own_key(settings.hsm_key), SystemRandomness(), production=False)
