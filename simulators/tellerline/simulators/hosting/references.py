"""What a host remembers of each reference: the base of idempotency, inquiry and reversal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tellerline.simulators.hosting import codes
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table, Transaction

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled(Generic[R]):
    """A request that was carried out or refused, with the reply that it got then.

    ``content`` is everything that was asked besides the header: the same reference with other content is another
    request. ``done`` is False for a refusal. ``transaction`` is what was booked, if anything.
    """

    operation: str
    content: tuple[object, ...]
    reply: R
    done: bool
    transaction: Transaction | None = None
    reversed: bool = False


class ReferenceBook(Generic[R]):
    """Per reference one ``Handled``, or a tombstone: a reversal came first, and the original must not happen."""

    def __init__(self) -> None:
        self._handled: Table[str, Handled[R]] = Table()
        self._tombstones: Table[str, str] = Table()
        self._undoings: Table[str, bool] = Table()

    def find(self, reference: str) -> Handled[R] | None:
        return self._handled.get(reference)

    def remember(self, reference: str, handled: Handled[R]) -> None:
        self._handled.put(reference, handled)

    def mark_reversed(self, reference: str) -> None:
        """``KeyError`` for a reference never handled."""
        handled = self._handled.get(reference)
        if handled is None:
            raise KeyError(reference)
        self._handled.put(reference, replace(handled, reversed=True))

    def bury(self, reference: str, operation: str) -> None:
        """Leave a tombstone on an unknown reference, with the operation that it is said to be."""
        self._tombstones.put(reference, operation)

    def mark_undoing(self, serial: str) -> None:
        """The request that got the host serial ``serial`` only undid another one: the day does not list it."""
        self._undoings.put(serial, True)

    def kept(self) -> Iterator[tuple[str, Handled[R]]]:
        """Every reference with what was carried out under it, reversals and refusals apart."""
        for reference, handled in self._handled.items():
            if handled.done and getattr(handled.reply, "host_serial", "") not in self._undoings:
                yield reference, handled

    def buried(self, reference: str) -> str | None:
        """The operation named on the tombstone; None where there is none."""
        return self._tombstones.get(reference)

    def repeat(self, reference: str, content: tuple[object, ...]) -> R | None:
        """The reply given before to the same request; None when the reference is new.

        Raises ``RefusedError`` when the reference stands for other content, or has a tombstone.
        """
        handled = self._handled.get(reference)
        if handled is not None:
            if handled.content != content:
                raise RefusedError(codes.REFERENCE_REUSED)
            return handled.reply
        if reference in self._tombstones:
            raise RefusedError(codes.REVERSED_BEFORE_ARRIVAL)
        return None

    def __len__(self) -> int:
        return len(self._handled)

    def snapshot(self) -> None:
        self._handled.snapshot()
        self._tombstones.snapshot()
        self._undoings.snapshot()

    def reset(self) -> None:
        self._handled.reset()
        self._tombstones.reset()
        self._undoings.reset()
