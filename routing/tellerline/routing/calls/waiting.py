"""Callers who wait, by line: the best one for an agent over all lines, in O(lines of the agent x log n), amortised."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from tellerline.routing.calls.state import Band, Line, Seat, Waiter, WaitingEntry

_FEW_GONE = 8
_ANY = Band(0, 0, 0)


def enter(waiter: Waiter) -> None:
    """Let a call that does not wait do so, in all its lines, at the place that its keys give."""
    waiter.waiting = True
    for heap, entry in waiter.missing:
        heappush(heap, entry)
    waiter.missing.clear()
    for line in waiter.lines[: len(waiter.heaps)]:
        line.waiting += 1
    extend(waiter)


def extend(waiter: Waiter) -> None:
    """Let a waiting call also wait in the lines that it has reached since."""
    if len(waiter.heaps) == len(waiter.lines):
        return
    entry = (waiter.base, waiter.entered, waiter.order, waiter.aged, waiter)
    for line in waiter.lines[len(waiter.heaps) :]:
        line.waiting += 1
        heap = _heap(line, waiter)
        heappush(heap, entry)
        waiter.heaps.append(heap)


def withdraw(waiter: Waiter) -> None:
    """Let a call wait no longer; its entries go when they come to the top, or when they have become many."""
    waiter.waiting = False
    for line, heap in zip(waiter.lines, waiter.heaps, strict=False):
        line.waiting -= 1
        if heap[0][4] is waiter:
            _clear_top(heap)
        elif len(heap) > 2 * line.waiting + _FEW_GONE:
            _tidy(heap)


def on_step(line: Line) -> list[Waiter]:
    """Who waits with this line as the current step's, in no order: O(entries of the line)."""
    waiters = [entry[4] for heap in line.heaps for entry in heap if entry[4].waiting]
    return [waiter for waiter in waiters if waiter.route[waiter.step] is line]


def best(seat: Seat, now: float) -> Waiter | None:
    """The caller with the highest score at ``now`` whom the agent may serve; nobody is taken out."""
    found: WaitingEntry | None = None
    least: float = 0
    for line in seat.lines:
        if not line.waiting:
            continue
        slope = line.slope
        for heap in line.heaps:
            if not heap:
                continue
            entry = heap[0]
            cost = entry[0] - now
            if slope != 1:
                aged = entry[3] - slope * now
                if aged < cost:  # noqa: PLR1730 - three times as fast as min()
                    cost = aged
            if found is None or cost < least or (cost == least and entry[1:3] < found[1:3]):
                found = entry
                least = cost
    if found is not None and (seat.conflicts or found[4].guarded) and found[4].bars(seat):
        return _best_allowed(seat, now)
    return None if found is None else found[4]


def _best_allowed(seat: Seat, now: float) -> Waiter | None:
    """The same when the first of all may not be served by this very agent: O(log n) for each who may not."""
    tops = [_allowed(heap, seat) for line in seat.lines if line.waiting for heap in line.heaps]
    return min((top for top in tops if top is not None), key=lambda waiter: waiter.place(now), default=None)


def _heap(line: Line, waiter: Waiter) -> list[WaitingEntry]:
    """Without aging nobody ever changes places, so that one heap does for all bands."""
    band = waiter.band if line.slope != 1 else _ANY
    heap = line.bands.get(band)
    if heap is None:
        heap = line.bands[band] = []
        line.heaps.append(heap)
    return heap


def _allowed(heap: list[WaitingEntry], seat: Seat) -> Waiter | None:
    """The first whom the agent may have; whoever else stands before stays."""
    barred = []
    while heap and heap[0][4].bars(seat):
        barred.append(heappop(heap))
        _clear_top(heap)
    found = heap[0][4] if heap else None
    for entry in barred:
        heappush(heap, entry)
    return found


def _clear_top(heap: list[WaitingEntry]) -> None:
    """See to it that who stands first does wait."""
    while heap and not heap[0][4].waiting:
        entry = heappop(heap)
        _miss(heap, entry)


def _tidy(heap: list[WaitingEntry]) -> None:
    for entry in heap:
        if not entry[4].waiting:
            _miss(heap, entry)
    heap[:] = [entry for entry in heap if entry[4].waiting]
    heapify(heap)


def _miss(heap: list[WaitingEntry], entry: WaitingEntry) -> None:
    """Remember an entry that was dropped of a call that may come back."""
    waiter = entry[4]
    if waiter.state is not None:
        waiter.missing.append((heap, entry))
