"""Which sounds Asterisk has: it says so when asked, and does not tell of one that it could not play among others."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.adapters.clock import Clock
from tellerline.connectors.asterisk.rest import AriRest, RestRefusedError

_SOUND, _RECORDING = "sound:", "recording:"
_AGAIN_SECONDS = 10.0


class Sounds:
    """Asks for all sounds at once, and again when one is not among them that may have been added since."""

    def __init__(self, rest: AriRest, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._names: frozenset[str] = frozenset()
        self._asked = float("-inf")

    async def there(self, items: Sequence[str]) -> Sequence[str]:
        """The items before the first one that Asterisk has no file of; where it tells of no sounds, all of them."""
        wanted = {item.removeprefix(_SOUND) for item in items if item.startswith(_SOUND)}
        if wanted - self._names and self._clock.monotonic() - self._asked >= _AGAIN_SECONDS:
            await self._ask()
        for place, item in enumerate(items):
            if not await self._has(item):
                return items[:place]
        return items

    async def _has(self, item: str) -> bool:
        if item.startswith(_SOUND):
            return not self._names or item.removeprefix(_SOUND) in self._names
        if item.startswith(_RECORDING):
            name = item.removeprefix(_RECORDING)
            return await self._rest.get_or_none("recordings", "stored", name) is not None
        return True

    async def _ask(self) -> None:
        self._asked = self._clock.monotonic()
        try:
            self._names = frozenset(each["id"] for each in await self._rest.get("sounds"))
        except RestRefusedError:
            self._names = frozenset()
