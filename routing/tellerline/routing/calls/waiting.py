"""Callers who wait, by line: the best one for an agent over all lines, in O(lines of the agent x log n), amortised."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from tellerline.routing.calls.state import Line, Seat, Waiter, WaitingEntry

_FEW_GONE = 64


def enter(waiter: Waiter) -> None:
    """Let a call that does not wait do so, in all its lines, at the place that its keys give."""
    waiter.waiting = True
    for heap, entry in waiter.missing:
        heappush(heap, entry)
    waiter.missing.clear()
    for line in waiter.lines[: waiter.joined]:
        line.waiting += 1
    extend(waiter)


def extend(waiter: Waiter) -> None:
    """Let a waiting call also wait in the lines that it has reached since."""
    for line in waiter.lines[waiter.joined :]:
        line.waiting += 1
        heappush(line.fresh, (waiter.base, waiter.entered, waiter.order, waiter))
        if line.slope != 1:
            heappush(line.aged, (waiter.aged, waiter.entered, waiter.order, waiter))
    waiter.joined = len(waiter.lines)


def withdraw(waiter: Waiter) -> None:
    """Let a call wait no longer; its entries go when they come to the top, or when they have become many."""
    waiter.waiting = False
    for line in waiter.lines[: waiter.joined]:
        line.waiting -= 1
        bound = 2 * line.waiting + _FEW_GONE
        if len(line.fresh) > bound:
            _tidy(line.fresh)
        if len(line.aged) > bound:
            _tidy(line.aged)


def on_step(line: Line) -> list[Waiter]:
    """Who waits with this line as the current step's, in no order: O(entries of the line)."""
    return [entry[3] for entry in line.fresh if entry[3].waiting and entry[3].route[entry[3].step] is line]


def best(seat: Seat, now: float) -> Waiter | None:
    """The caller with the highest score at ``now`` whom the agent may serve; nobody is taken out."""
    found: WaitingEntry | None = None
    for line in seat.lines:
        if not line.waiting:
            continue
        entry = _top(line.fresh, seat)
        if entry is not None:
            candidate = (entry[0] - now, entry[1], entry[2], entry[3])
            if found is None or candidate < found:
                found = candidate
        entry = _top(line.aged, seat)
        if entry is not None:
            candidate = (entry[0] - line.slope * now, entry[1], entry[2], entry[3])
            if found is None or candidate < found:
                found = candidate
    return None if found is None else found[3]


def _top(heap: list[WaitingEntry], seat: Seat) -> WaitingEntry | None:
    while heap:
        entry = heap[0]
        waiter = entry[3]
        if not waiter.waiting:
            heappop(heap)
            _miss(heap, entry)
        elif waiter.guarded and waiter.bars(seat):
            return _top_behind(heap, seat)
        else:
            return entry
    return None


def _top_behind(heap: list[WaitingEntry], seat: Seat) -> WaitingEntry | None:
    """Look past those who may not have this agent: O(log n) for each of them."""
    barred = []
    found = None
    while heap and found is None:
        entry = heap[0]
        if entry[3].waiting and not entry[3].bars(seat):
            found = entry
        else:
            barred.append(heappop(heap))
    for entry in barred:
        if entry[3].waiting:
            heappush(heap, entry)
        else:
            _miss(heap, entry)
    return found


def _tidy(heap: list[WaitingEntry]) -> None:
    for entry in heap:
        if not entry[3].waiting:
            _miss(heap, entry)
    heap[:] = [entry for entry in heap if entry[3].waiting]
    heapify(heap)


def _miss(heap: list[WaitingEntry], entry: WaitingEntry) -> None:
    """Remember an entry that was dropped of a call that may come back."""
    waiter = entry[3]
    if waiter.state is not None:
        waiter.missing.append((heap, entry))
