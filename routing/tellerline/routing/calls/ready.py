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
        entry = heap[0]
        seat = entry[4]
        if not seat.ready or entry[1] != seat.ready_since:
            _correct(line)
        elif (waiter.guarded or seat.conflicts) and waiter.bars(seat):
            return _best_behind(line, waiter)
        else:
            return entry
    return None


def _correct(line: Line) -> None:
    """Drop the top entry, which does not hold, or put it where it belongs."""
    rank, _, agent, number, seat = line.ready[0]
    if seat.ready:
        assert seat.ready_since is not None
        heapreplace(line.ready, (rank, seat.ready_since, agent, number, seat))
    else:
        heappop(line.ready)
        seat.missing.append((line, rank))


def _best_behind(line: Line, waiter: Waiter) -> ReadyEntry | None:
    """Look past those whom the call may not have: O(log n) for each of them."""
    heap = line.ready
    barred = []
    found = None
    while heap and found is None:
        entry = heap[0]
        seat = entry[4]
        if not seat.ready or entry[1] != seat.ready_since:
            _correct(line)
        elif waiter.bars(seat):
            barred.append(heappop(heap))
        else:
            found = entry
    for entry in barred:
        heappush(heap, entry)
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
