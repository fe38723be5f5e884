"""A see-through wrapper: every awaited call of an object passes through one function, which may count, wait or stop."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from tellerline.gateway.journal.port import Store

Around = Callable[[str, Callable[[], Awaitable[Any]]], Awaitable[Any]]


class Intercepted:
    """Behaves as ``target``; ``around(name, call)`` stands in for each call of a coroutine method.

    Attributes named in ``parts`` are wrapped in the same way (those of a store).
    """

    def __init__(self, target: Any, around: Around, *, label: str = "", parts: tuple[str, ...] = ()) -> None:
        self._target = target
        self._around = around
        self._label = label
        for part in parts:
            setattr(self, part, Intercepted(getattr(target, part), around, label=f"{part}."))

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        if not inspect.iscoroutinefunction(attribute):
            return attribute
        if self._label == "" and name in ("start", "close"):
            return attribute

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await self._around(self._label + name, lambda: attribute(*args, **kwargs))

        return call


STORE_PARTS = tuple(name for name, part in vars(Store).items() if isinstance(part, property))
"""Everything that a store is made of: what is not intercepted is neither waited for, nor counted, nor killed."""
