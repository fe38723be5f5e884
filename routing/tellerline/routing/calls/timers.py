"""When to look at a call again though nothing happens; at most one instant of each call counts."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from tellerline.routing.calls.state import Waiter

_FEW_VOID = 64


class Timers:
    """A heap of instants; one that a call no longer has as its ``due`` is void and dropped when it comes to the top."""

    __slots__ = ("heap",)

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Waiter]] = []

    def watch(self, waiter: Waiter, due: float | None) -> None:
        """Look at the call at ``due`` and at no other time; None: not at all."""
        if due == waiter.due:
            return
        waiter.due = due
        if due is not None:
            heappush(self.heap, (due, waiter.order, waiter))

    def take(self) -> Waiter | None:
        """The call of the first instant, watched no longer; None if that was void. Ties: the earlier entry."""
        due, _, waiter = heappop(self.heap)
        if waiter.due != due:
            return None
        waiter.due = None
        return waiter

    def next(self) -> float | None:
        heap = self.heap
        while heap and heap[0][2].due != heap[0][0]:
            heappop(heap)
        return heap[0][0] if heap else None

    def tidy(self, calls: int) -> None:
        """Drop what is void once it is most of the heap; ``calls`` are here. O(1), amortised over what left."""
        if len(self.heap) > 2 * calls + _FEW_VOID:
            self.heap[:] = [entry for entry in self.heap if entry[2].due == entry[0]]
            heapify(self.heap)
