"""One line of time: the call's events and the gateway's transactions, each with its place in the recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tellerline.cli.rendering import event_detail, states
from tellerline.cli.tracing.happened import Happened
from tellerline.cli.tracing.recordings import Recording, recordings
from tellerline.cli.tracing.telling import Teller
from tellerline.cli.tracing.words import Said

_USUAL = frozenset({"accepted", "settled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """``said`` in English and Chinese. ``seconds`` gives, by recording, where in its file this instant is.
    ``transaction`` is the global serial of the one that it is about."""

    at: datetime
    kind: str
    said: Said
    agent: str = ""
    transaction: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A call from its first event to its last. ``legs`` says whose each leg is."""

    call: str
    trace: str
    moments: Sequence[Moment]
    recordings: Sequence[Recording]
    legs: Mapping[str, Said]


def timeline(
    call: str, trace: str, happened: Sequence[Happened], transactions: Sequence[Mapping[str, Any]]
) -> Timeline:
    """``transactions`` as ``GetTransaction`` gives them. What is of one instant stays in the order in which it came,
    transactions last."""
    teller = Teller()
    moments = [
        Moment(at=event.at, kind=event.kind, said=said, agent=event.agent)
        for event in happened
        for said in teller.tell(event)
    ]
    for transaction in transactions:
        moments += _of_transaction(transaction)
    found = recordings(happened)
    placed = [_placed(moment, found) for moment in sorted(moments, key=lambda moment: moment.at)]
    return Timeline(call=call, trace=trace, moments=placed, recordings=found, legs=teller.legs)


def _placed(moment: Moment, found: Sequence[Recording]) -> Moment:
    seconds = {each.id: second for each in found if (second := each.second(moment.at)) is not None}
    return Moment(
        at=moment.at,
        kind=moment.kind,
        said=moment.said,
        agent=moment.agent,
        transaction=moment.transaction,
        seconds=seconds,
    )


def _of_transaction(transaction: Mapping[str, Any]) -> Iterator[Moment]:
    """That it was asked for, with how it stands now; its legs; and whatever is not the usual course of events."""
    serial = str(transaction["info"]["ref"]["global_serial"])
    accepted = _instant(transaction["info"]["accept_time"])
    by, on = (f" by {transaction['agent']}", f"（{transaction['agent']}）") if transaction["agent"] else ("", "")
    english, chinese = _course(transaction)
    said = f"transaction {serial}{by}: {english}", f"交易 {serial}{on}：{chinese}"
    yield Moment(at=accepted, kind="transaction", said=said, agent=transaction["agent"], transaction=serial)
    for leg in transaction.get("legs", ()):
        own = leg.get("transaction")
        at = _instant(own["info"]["accept_time"]) if own else accepted
        english, chinese = _course(own) if own else ("not sent yet", "尚未发送")
        named = f"{'undo of ' if leg['number'] < 0 else ''}leg {abs(leg['number'])} {leg['step']}"
        chinese_name = f"{'冲正' if leg['number'] < 0 else ''}第 {abs(leg['number'])} 步 {leg['step']}"
        said = f"  {serial}, {named}: {english}", f"  {serial}，{chinese_name}：{chinese}"
        yield Moment(at=at, kind="leg", said=said, transaction=serial)
    for event in transaction.get("events", ()):
        if event["kind"] not in _USUAL:
            told = f"  {serial}: {event['kind']} {event_detail(event)}".rstrip()
            yield Moment(at=_instant(event["event_time"]), kind=event["kind"], said=(told, told), transaction=serial)


def _course(transaction: Mapping[str, Any]) -> Said:
    """Operation, host, state, code, and how long it took."""
    info = transaction["info"]
    english, chinese = states(info["state"])
    code = next((each["reason"] for each in info.get("error", {}).get("details", ()) if "reason" in each), "")
    host_serial = info["ref"]["host_serial"]
    where = f"{transaction['operation']} → {transaction['host']}" if transaction["host"] else transaction["operation"]
    took = ""
    if info.get("settle_time"):
        elapsed = _instant(info["settle_time"]) - _instant(info["accept_time"])
        took = f" ({elapsed // timedelta(milliseconds=1)} ms)"
    tail = "".join(f" {word}" for word in (code, host_serial) if word) + took
    return f"{where} {english}{tail}", f"{where} {chinese}{tail}"


def _instant(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
