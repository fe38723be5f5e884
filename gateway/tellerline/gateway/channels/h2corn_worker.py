"""One worker of h2corn on the running loop, for every front that it carries."""

from __future__ import annotations

import asyncio
from typing import Any

import h2corn


class H2cornWorker:
    """Signals are left to the process's entry point. ``name`` is that of its task."""

    def __init__(self, application: Any, config: h2corn.Config, *, name: str) -> None:
        self._server = h2corn.Server(application, config)
        self._name = name
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listen and return the port; raises ``OSError``."""
        self._serving = asyncio.create_task(self._server.serve(), name=self._name)
        try:
            await self._server.wait_started()
        except Exception:
            await asyncio.wait((self._serving,))
            self._serving.exception()  # the same; asked for, or asyncio reports it as lost
            raise
        return int(self._server.addresses[0].rpartition(":")[2])

    async def drain(self, grace: float) -> bool:
        """Accept nothing new and let requests end; False when some still run after ``grace`` seconds. Idempotent."""
        if self._serving is None:
            return True
        if not self._serving.done():
            self._server.shutdown()
        done, _ = await asyncio.wait((self._serving,), timeout=grace)
        return bool(done)
