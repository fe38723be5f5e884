"""Records by number, and in order of filing by the account that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table


class Filed(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def account(self) -> str: ...


T = TypeVar("T", bound=Filed)


class Filing(Generic[T]):
    """Goes back to a snapshot like the ledger does. ``missing`` is the code of what is not there."""

    def __init__(self, missing: str) -> None:
        self._missing = missing
        self._records: Table[str, T] = Table()
        self._numbers: Table[str, tuple[str, ...]] = Table()

    def put(self, record: T) -> None:
        """File it, or replace the one of its number."""
        if record.number not in self._records:
            self._numbers.put(record.account, (*(self._numbers.get(record.account) or ()), record.number))
        self._records.put(record.number, record)

    def get(self, number: str) -> T:
        """Refuses an unknown number."""
        record = self._records.get(number)
        if record is None:
            raise RefusedError(self._missing)
        return record

    def find(self, number: str, account: str) -> T:
        """Refuses an unknown number, and one of another account."""
        record = self.get(number)
        if record.account != account:
            raise RefusedError(self._missing)
        return record

    def page(self, account: str, after: str, limit: int) -> tuple[list[T], bool]:
        """Records of ``account`` filed behind the number ``after``, at most ``limit``, and whether more follow."""
        numbers = self._numbers.get(account) or ()
        first = numbers.index(after) + 1 if after in numbers else 0
        chosen = numbers[first : first + limit]
        return [self.get(number) for number in chosen], first + len(chosen) < len(numbers)

    def __iter__(self) -> Iterator[T]:
        return self._records.values()

    def snapshot(self) -> None:
        self._records.snapshot()
        self._numbers.snapshot()

    def reset(self) -> None:
        self._records.reset()
        self._numbers.reset()
