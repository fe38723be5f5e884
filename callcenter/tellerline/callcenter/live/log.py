"""The facts of one site: written by the one controller that holds it, read by anybody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.adapters.store.statements import every, first
from tellerline.callcenter import storage
from tellerline.callcenter.live import statements
from tellerline.callcenter.live.migrations import MIGRATIONS
from tellerline.callcenter.live.records import EVERYTHING, Entry, Image, Interest, Recorded
from tellerline.callcenter.live.statements import SupersededError
from tellerline.callcenter.storage import Database


def sqlite_log(path: Path, site: str = "main") -> FactLog:
    """In the file ``path``, created if need be; one process has it."""
    return FactLog(storage.sqlite(path, MIGRATIONS), site)


def postgresql_log(dsn: str, clock: Clock, site: str = "main", *, schema: str = "tellerline_sites") -> FactLog:
    """In ``schema`` of the database ``dsn``, created if need be."""
    return FactLog(storage.postgresql(dsn, clock, schema, MIGRATIONS), site)


class FactLog:
    """Facts in the order in which they happened. Every method raises ``StoreUnavailableError``.

    Whoever ``take``s the site is its controller from then on; one that was so before gets ``SupersededError`` at its
    next write, and has written nothing by it. So two controllers never both command one site.
    """

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site
        self._term = 0

    async def start(self) -> None:
        await self._database.start()

    async def close(self) -> None:
        await self._database.close()

    async def take(self) -> int:
        """Become the site's controller; returns the position of its last fact, 0 if it has none."""
        row = await self._database.write(first, statements.TAKE, self._site)
        assert row is not None
        self._term = row[0]
        position: int = row[1]
        return position

    async def hold(self) -> int:
        """The position of the last fact, if the site is still this controller's; raises ``SupersededError``."""
        row = await self._database.look(first, statements.HELD, self._site, self._term)
        if row is None:
            raise SupersededError
        position: int = row[0]
        return position

    async def append(self, entries: Sequence[Entry]) -> int:
        """Write all of them, or nothing, durably; returns the position of the last. Raises ``SupersededError``.

        After a failure that may have written, only ``last`` tells whether it did.
        """
        return await self._database.write(statements.append, self._site, self._term, tuple(entries))

    async def last(self) -> int:
        """The position of the site's last fact."""
        row = await self._database.look(first, statements.LAST, self._site)
        return 0 if row is None else row[0]

    async def read(
        self, after: int, until: int, interest: Interest = EVERYTHING, *, limit: int = 500
    ) -> Sequence[Recorded]:
        """Facts behind ``after`` up to ``until``, oldest first, at most ``limit``."""
        rows = await self._database.read(statements.page, self._site, after, until, interest, limit)
        return [statements.recorded(row) for row in rows]

    async def latest(self, kind: str, call: str) -> Entry | None:
        """The newest fact of this kind about the call."""
        row = await self._database.look(first, statements.LATEST, self._site, call, kind)
        return None if row is None else statements.recorded(row).entry

    async def keep(self, image: Image) -> None:
        """Replace the image of before. Raises ``SupersededError``."""
        await self._database.write(statements.keep, self._site, self._term, image)

    async def image(self) -> Image | None:
        rows = await self._database.read(every, statements.IMAGE, self._site)
        return Image(rows[0][0], bytes(rows[0][1])) if rows else None

    async def cursor(self, follower: str) -> int:
        """Up to where the follower has come; 0 for a new one."""
        row = await self._database.look(first, statements.CURSOR, self._site, follower)
        return 0 if row is None else row[0]

    async def move(self, follower: str, position: int) -> None:
        """The follower has done what it does about every fact up to ``position``."""
        await self._database.write(first, statements.MOVE, self._site, follower, position)
