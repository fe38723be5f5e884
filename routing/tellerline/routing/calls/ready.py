"""Agents who are free, by line: the best one for a caller in O(log n), amortised over the changes since.

An entry's key only grows (idle time starts anew later), so an entry with an old key stands too far forward, never too
far back, and is corrected when it comes to the top.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace

from tellerline.routing.calls.state import Line, ReadyEntry, Seat, Waiter

_FEW_DEPARTED = 16


def put(seat: Seat) -> None:
    """Enter a free agent wherever no entry is left of an earlier time."""
    since = seat.ready_since
    assert since is not None
    for line, rank in seat.missing:
        heappush(line.ready, (rank, since, seat.id, seat.number, seat))
    seat.missing.clear()


def best(line: Line, waiter: Waiter) -> ReadyEntry | None:
    """The best free agent of the line who may have the call; nobody is taken out."""
    heap = line.ready
    while heap:
        entry = _settled(line, heap[0])
        if entry is not None:
            return _best_behind(line, waiter) if waiter.guarded and waiter.bars(entry[4]) else entry
    return None


def _settled(line: Line, entry: ReadyEntry) -> ReadyEntry | None:
    """``entry``, the top, when it holds; otherwise it is dropped or put where it belongs, and the top is another."""
    seat = entry[4]
    if not seat.ready:
        heappop(line.ready)
        seat.missing.append((line, entry[0]))
        return None
    since = seat.ready_since
    if entry[1] == since:
        return entry
    assert since is not None
    heapreplace(line.ready, (entry[0], since, entry[2], entry[3], seat))
    return None


def _best_behind(line: Line, waiter: Waiter) -> ReadyEntry | None:
    """Look past those whom the call may not have: O(log n) for each of them."""
    barred = []
    found = None
    while line.ready and found is None:
        entry = line.ready[0]
        seat = entry[4]
        if seat.ready and entry[1] == seat.ready_since and waiter.bars(seat):
            barred.append(heappop(line.ready))
        else:
            found = _settled(line, entry)
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
