"""Rate limits in memory, on the injected clock, for any number of callers within a bound."""

from __future__ import annotations

from collections import OrderedDict
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import Storage

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.routing.model.codes import Code


class _Window:
    """One caller's ``count`` until it ``ends``, a reading of the clock's ``monotonic``."""

    __slots__ = ("count", "ends")

    def __init__(self, ends: float) -> None:
        self.count = 0
        self.ends = ends


class ClockedStorage(Storage):
    """Counters that end by the gateway's clock, ``most`` at a time; the one whose window ends first makes room.

    Windows of one length only: they end in the order in which they began. Whole as the library wants its storages, so
    that its strategies run over it as well: what ``RateLimit`` decides is what they would.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, most: int) -> None:
        super().__init__()
        self._clock = clock
        self._most = most
        self._counters: OrderedDict[str, _Window] = OrderedDict()
        self._none_ends_before = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self.count(key, expiry, amount)[0]

    def count(self, key: str, expiry: int, amount: int = 1) -> tuple[int, float]:
        """``incr``, with the seconds that the window has left: asking for them afterwards would cost as much again."""
        now = self._clock.monotonic()
        window = self._counters.get(key)
        if window is None or window.ends <= now:
            self._counters.pop(key, None)
            window = self._counters[key] = _Window(now + expiry)
        window.count += amount
        if self._none_ends_before <= now or len(self._counters) > self._most:
            self._make_room(now)
        return window.count, window.ends - now

    def _make_room(self, now: float) -> None:
        """Drop what has ended, and what is too much."""
        while len(self._counters) > self._most or next(iter(self._counters.values())).ends <= now:
            self._counters.popitem(last=False)
        self._none_ends_before = next(iter(self._counters.values())).ends

    def get(self, key: str) -> int:
        window = self._counters.get(key)
        return window.count if window is not None and window.ends > self._clock.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """A reading of the clock's ``monotonic``."""
        window = self._counters.get(key)
        return self._clock.monotonic() if window is None else window.ends

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._counters)
        self._counters.clear()
        return count

    def clear(self, key: str) -> None:
        self._counters.pop(key, None)


class RateState:
    """How a caller stands with ``limit``: he has asked ``count`` times in a window that has ``left`` seconds left."""

    __slots__ = ("count", "left", "limit")

    def __init__(self, limit: RateLimit, count: int, left: float) -> None:
        self.limit = limit
        self.count = count
        self.left = left

    @property
    def seconds(self) -> int:
        """Whole ones until the window is over: never 0, which would say that he may ask again at once."""
        return ceil(self.left) if self.left > 1 else 1

    @property
    def remaining(self) -> int:
        """How often he may ask before the window is over."""
        return self.limit.most - self.count if self.count < self.limit.most else 0

    def headers(self) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """``RateLimit-Policy`` and ``RateLimit`` as the IETF's draft has them."""
        limit = self.limit
        return limit.policy, (b"ratelimit", limit.standing % (self.remaining, self.seconds))


class RateLimit:
    """So many requests a minute for each caller, in a fixed window.

    The library's strategy, but asking its storage once: to hit, and then to ask how the caller stands, takes it ten
    times as long.
    """

    def __init__(self, name: str, per_minute: int, *, clock: Clock, most: int) -> None:
        item = RateLimitItemPerMinute(per_minute)
        self.most, self._window = item.amount, item.get_expiry()
        self._storage = ClockedStorage(clock, most)
        quoted = f'"{name}"'.encode()
        self.policy = (b"ratelimit-policy", b"%b;q=%d;w=%d" % (quoted, self.most, self._window))
        self.standing = quoted + b";r=%d;t=%d"

    def hit(self, caller: str) -> RateState:
        """Count one request. Raises ``RATE_LIMITED`` (429) with ``Retry-After`` when there have been too many."""
        count, left = self._storage.count(caller, self._window)
        state = RateState(self, count, left)
        if count > self.most:
            headers = {name.decode(): value.decode() for name, value in state.headers()}
            raise HttpRefusalError(Code.RATE_LIMITED, 429, headers={"retry-after": str(state.seconds), **headers})
        return state
