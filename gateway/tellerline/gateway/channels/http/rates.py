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
        self.counted = (0, 0.0)
        """The counter of the last ``incr`` with the end of its window: asking for it again would cost as much."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = self._clock.monotonic()
        count, ends = self._counters.get(key, (0, 0.0))
        if ends <= now:
            self._counters.pop(key, None)
            count, ends = 0, now + expiry
        self._counters[key] = self.counted = count + amount, ends
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


class _OwnStorage(RateLimitItemPerMinute):
    """A limit whose storage holds no other's counters: a caller is counted under his name."""

    def key_for(self, *identifiers: object) -> str:
        return str(identifiers[0])


@dataclass(frozen=True, slots=True)
class RateState:
    """What the caller may still do: ``remaining`` requests in the next ``seconds``. ``policy`` is said as it is."""

    name: str
    policy: bytes
    remaining: int
    seconds: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """``RateLimit-Policy`` and ``RateLimit`` as the IETF's draft has them."""
        return [
            (b"ratelimit-policy", self.policy),
            (b"ratelimit", f'"{self.name}";r={self.remaining};t={self.seconds}'.encode()),
        ]


class RateLimit:
    """So many requests a minute for each caller."""

    def __init__(self, name: str, per_minute: int, *, clock: Clock, most: int) -> None:
        self._name = name
        self._policy = f'"{name}";q={per_minute};w=60'.encode()
        self._item = _OwnStorage(per_minute)
        self._clock = clock
        self._storage = ClockedStorage(clock, most)
        self._limiter = FixedWindowRateLimiter(self._storage)

    def hit(self, caller: str) -> RateState:
        """Count one request. Raises ``RATE_LIMITED`` (429) with ``Retry-After`` when there have been too many."""
        allowed = self._limiter.hit(self._item, caller)
        count, ends = self._storage.counted
        seconds = max(1, ceil(ends - self._clock.monotonic()))
        state = RateState(self._name, self._policy, max(0, self._item.amount - count), seconds)
        if not allowed:
            headers = {name.decode(): value.decode() for name, value in state.headers()}
            raise HttpRefusalError(Code.RATE_LIMITED, 429, headers={"retry-after": str(seconds), **headers})
        return state
