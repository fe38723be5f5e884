"""Rate limits in memory, on the injected clock, for any number of callers within a bound."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.routing.model.codes import Code


class ClockedStorage(Storage):
    """Counters that end by the gateway's clock, ``most`` at a time; the one whose window ends first makes room.

    Windows of one length only: they end in the order in which they began.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, most: int) -> None:
        super().__init__()
        self._clock = clock
        self._most = most
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = self._clock.monotonic()
        count, ends = self._counters.get(key, (0, 0.0))
        if ends <= now:
            self._counters.pop(key, None)
            count, ends = 0, now + expiry
        self._counters[key] = count + amount, ends
        while len(self._counters) > self._most or next(iter(self._counters.values()))[1] <= now:
            self._counters.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        count, ends = self._counters.get(key, (0, 0.0))
        return count if ends > self._clock.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """A reading of the clock's ``monotonic``."""
        return self._counters.get(key, (0, self._clock.monotonic()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._counters)
        self._counters.clear()
        return count

    def clear(self, key: str) -> None:
        self._counters.pop(key, None)


@dataclass(frozen=True, slots=True)
class RateState:
    """What the caller may still do: ``remaining`` requests in the next ``seconds``."""

    policy: str
    limit: int
    remaining: int
    seconds: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """``RateLimit-Policy`` and ``RateLimit`` as the IETF's draft has them."""
        return [
            (b"ratelimit-policy", f'"{self.policy}";q={self.limit};w=60'.encode()),
            (b"ratelimit", f'"{self.policy}";r={self.remaining};t={self.seconds}'.encode()),
        ]


class RateLimit:
    """So many requests a minute for each caller."""

    def __init__(self, policy: str, per_minute: int, *, clock: Clock, most: int) -> None:
        self._policy = policy
        self._item = RateLimitItemPerMinute(per_minute)
        self._clock = clock
        self._limiter = FixedWindowRateLimiter(ClockedStorage(clock, most))

    def hit(self, caller: str) -> RateState:
        """Count one request. Raises ``RATE_LIMITED`` (429) with ``Retry-After`` when there have been too many."""
        allowed = self._limiter.hit(self._item, caller)
        stats = self._limiter.get_window_stats(self._item, caller)
        seconds = max(1, ceil(stats.reset_time - self._clock.monotonic()))
        state = RateState(self._policy, self._item.amount, stats.remaining, seconds)
        if not allowed:
            headers = {name.decode(): value.decode() for name, value in state.headers()}
            raise HttpRefusalError(Code.RATE_LIMITED, 429, headers={"retry-after": str(seconds), **headers})
        return state
