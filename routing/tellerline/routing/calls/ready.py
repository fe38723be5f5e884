"""Agents who are free, by line: the best one for a caller in O(log n), amortised over the changes since.

An entry's key only grows (idle time starts anew later), so an entry with an old key stands too far forward, never too
far back, and is corrected when it comes to the top.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace

from tellerline.routing.calls.state import Line, ReadyEntry, Seat, Waiter

_FEW_DEPARTED = 16
_FEW_DROPPED = 8
_SMALL_SHARE = 8


def put(seat: Seat) -> None:
    """Enter a free agent wherever no entry is left of an earlier time."""
    since = seat.ready_since
    assert since is not None
    for line in seat.missing:
        heappush(line.ready, (line.members[seat.id], since, seat.id, seat.number, seat))
    seat.missing.clear()


def best(line: Line, waiter: Waiter) -> ReadyEntry | None:
    """The best free agent of the line who may have the call; nobody is taken out."""
    entry = _top(line)
    if entry is not None and (waiter.guarded or entry[4].conflicts) and waiter.bars(entry[4]):
        return _best_behind(line, waiter)
    return entry


def _top(line: Line) -> ReadyEntry | None:
    """The first entry that holds; those before it are dropped, or put where they belong."""
    heap = line.ready
    left = _FEW_DROPPED + len(heap) // _SMALL_SHARE
    while heap:
        entry = heap[0]
        seat = entry[4]
        if not seat.ready:
            heappop(heap)
            seat.missing.append(line)
            left -= 1
            if not left and not any(entry[4].ready for entry in heap):
                _empty(line)
        elif (since := seat.ready_since) != entry[1]:
            assert since is not None
            heapreplace(heap, (entry[0], since, seat.id, entry[3], seat))
        else:
            return entry
    return None


def _empty(line: Line) -> None:
    """Drop everybody at once, for nobody is free: many times as fast as one by one."""
    for entry in line.ready:
        entry[4].missing.append(line)
    line.ready.clear()


def _best_behind(line: Line, waiter: Waiter) -> ReadyEntry | None:
    """Look past those whom the call may not have: O(log n) for each of them."""
    barred = []
    while (found := _top(line)) is not None and waiter.bars(found[4]):
        barred.append(heappop(line.ready))
    for entry in barred:
        heappush(line.ready, entry)
    return found


def depart(seat: Seat) -> None:
    """Forget an agent who signs out; entries go with time, or at once when they have become many."""
    lines, seat.lines = seat.lines, []
    for line in lines:
        del line.members[seat.id]
        line.departed += 1
        if line.departed > _FEW_DEPARTED + len(line.ready) // 2:
            line.departed = 0
            line.ready[:] = [entry for entry in line.ready if entry[4].lines]
            heapify(line.ready)
