"""The controller's orders, by the names that they have on the wire."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import TypeAlias

from tellerline.simulators.softswitch.board import OrderRefusedError, Reason
from tellerline.simulators.softswitch.calls import DialPlan
from tellerline.simulators.softswitch.collecting import SecretOrder
from tellerline.simulators.softswitch.exchange import Exchange
from tellerline.simulators.softswitch.fields import Fields
from tellerline.simulators.softswitch.legs import Cause

Result: TypeAlias = Mapping[str, object]
_Order: TypeAlias = Callable[[Exchange, Fields], "Result | None"]
_MOST_BYTES = 256 * 1024
_MEDIA = {"BOTH": False, "MUTED": True}
_LISTENING = {"SILENT": False, "WHISPER": True}
_CAUSES = {cause.value: cause for cause in Cause}


def carry_out(exchange: Exchange, order: str, fields: Fields) -> Result:
    """Do what an order says, wholly or, raising ``OrderRefusedError``, not at all. Returns what it answers."""
    action = ORDERS.get(order)
    if action is None:
        raise OrderRefusedError(Reason.REFUSED, f"no order {order[:40]!r}")
    return action(exchange, fields) or {}


def _ping(exchange: Exchange, fields: Fields) -> None:
    fields.done()


def _snapshot(exchange: Exchange, fields: Fields) -> Result:
    fields.done()
    return exchange.board.snapshot()


def _answer(exchange: Exchange, fields: Fields) -> None:
    leg = fields.text("leg")
    fields.done()
    exchange.calls.answer(exchange.board.leg(leg))


def _dial(exchange: Exchange, fields: Fields) -> None:
    plan = DialPlan(
        leg=fields.text("leg"),
        address=fields.text("address"),
        caller=fields.text("caller", ""),
        ring=fields.seconds("ring", 30.0),
        auto_answer=fields.flag("auto_answer", False),
    )
    fields.done()
    exchange.calls.dial(plan)


def _clear(exchange: Exchange, fields: Fields) -> None:
    leg = exchange.board.legs.get(fields.text("leg"))
    cause = fields.choice("cause", _CAUSES, "NORMAL")
    fields.done()
    if leg is not None:
        exchange.calls.clear(leg, cause)


def _play(exchange: Exchange, fields: Fields) -> None:
    playback, leg, prompts = fields.text("playback"), fields.text("leg"), fields.texts("prompts")
    language = fields.text("language", "zh")
    fields.done()
    exchange.player.play(playback, leg, prompts, language)


def _stop(exchange: Exchange, fields: Fields) -> None:
    playback = fields.text("playback")
    fields.done()
    exchange.player.stop(playback)


def _music(exchange: Exchange, fields: Fields) -> None:
    leg, on = fields.text("leg"), fields.flag("on")
    fields.done()
    exchange.mixer.music(leg, on)


def _collect_secret(exchange: Exchange, fields: Fields) -> Result:
    order = SecretOrder(
        collection=fields.text("collection"),
        leg=fields.text("leg"),
        length=fields.whole("length", 1, 32),
        first=fields.seconds("first", 8.0),
        between=fields.seconds("between", 5.0),
        key=fields.text("key"),
    )
    fields.done()
    exchange.collector.collect(order)
    return {"running": exchange.collector.running(order.collection)}


def _stop_collecting(exchange: Exchange, fields: Fields) -> None:
    collection = fields.text("collection")
    fields.done()
    exchange.collector.stop(collection)


def _open_conversation(exchange: Exchange, fields: Fields) -> None:
    conversation = fields.text("conversation")
    fields.done()
    exchange.mixer.open(conversation)


def _join(exchange: Exchange, fields: Fields) -> None:
    conversation, leg = fields.text("conversation"), fields.text("leg")
    muted = fields.choice("media", _MEDIA, "BOTH")
    fields.done()
    exchange.mixer.join(conversation, leg, muted=muted)


def _leave(exchange: Exchange, fields: Fields) -> None:
    conversation, leg = fields.text("conversation"), fields.text("leg")
    fields.done()
    exchange.mixer.leave(conversation, leg)


def _close_conversation(exchange: Exchange, fields: Fields) -> None:
    conversation = fields.text("conversation")
    fields.done()
    exchange.mixer.close(conversation)


def _monitor(exchange: Exchange, fields: Fields) -> None:
    monitor, leg, listener = fields.text("monitor"), fields.text("leg"), fields.text("listener")
    whisper = fields.choice("listening", _LISTENING)
    fields.done()
    exchange.mixer.monitor(monitor, leg, listener, whisper=whisper)


def _stop_monitoring(exchange: Exchange, fields: Fields) -> None:
    monitor = fields.text("monitor")
    fields.done()
    exchange.mixer.stop_monitoring(monitor)


def _record(exchange: Exchange, fields: Fields) -> None:
    recording, leg = fields.text("recording"), fields.text("leg")
    silence = fields.seconds("silence", 0.0)
    fields.done()
    exchange.recorder.record(recording, leg, silence)


def _pause_recording(exchange: Exchange, fields: Fields) -> None:
    recording, paused = fields.text("recording"), fields.flag("paused")
    fields.done()
    exchange.recorder.pause(recording, paused)


def _stop_recording(exchange: Exchange, fields: Fields) -> None:
    recording = fields.text("recording")
    fields.done()
    exchange.recorder.stop(recording)


def _fetch_recording(exchange: Exchange, fields: Fields) -> Result:
    recording, offset = fields.text("recording"), fields.whole("offset", 0, 1 << 40, 0)
    count = fields.whole("count", 1, _MOST_BYTES, _MOST_BYTES)
    fields.done()
    file = exchange.recorder.wav(recording)
    return {"size": len(file), "data": base64.b64encode(file[offset : offset + count]).decode()}


ORDERS: Mapping[str, _Order] = {
    "ping": _ping,
    "snapshot": _snapshot,
    "answer": _answer,
    "dial": _dial,
    "clear": _clear,
    "play": _play,
    "stop": _stop,
    "music": _music,
    "collect_secret": _collect_secret,
    "stop_collecting": _stop_collecting,
    "open_conversation": _open_conversation,
    "join": _join,
    "leave": _leave,
    "close_conversation": _close_conversation,
    "monitor": _monitor,
    "stop_monitoring": _stop_monitoring,
    "record": _record,
    "pause_recording": _pause_recording,
    "stop_recording": _stop_recording,
    "fetch_recording": _fetch_recording,
}
