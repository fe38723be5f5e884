"""Telephones and faults driven from another process, over lines like those of the controller's wire.

Has no authentication: never bind it to an address that others reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import orjson

from tellerline.adapters.clock import Clock
from tellerline.adapters.lines.connection import LineConnection, LineHandler
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.softswitch.board import OrderRefusedError
from tellerline.simulators.softswitch.fields import Fields
from tellerline.simulators.softswitch.phones import OnRing, Phone, WrongMomentError
from tellerline.simulators.softswitch.script import Script, ScriptError
from tellerline.simulators.softswitch.switch import SoftSwitch

Result: TypeAlias = Mapping[str, object]
Action: TypeAlias = Callable[[], "Result | None"]
_ON_RING = {each.value: each for each in OnRing}
_FAULTS = {each.value: each for each in FaultKind}


class Admin:
    """``accept`` takes connections, any number of them. A request is answered once it is done."""

    def __init__(self, switch: SoftSwitch, clock: Clock) -> None:
        self._switch = switch
        self._clock = clock
        self._scripts: set[asyncio.Task[None]] = set()
        self._actions: Mapping[str, Callable[[Fields], Action]] = {
            "extension": lambda fields: _installing(fields, switch.extension),
            "outside": lambda fields: _installing(fields, switch.outside),
            "phone": lambda fields: partial(_seen, self._phone(fields)),
            "call": lambda fields: partial(self._phone(fields).call, fields.text("to")),
            "answer": lambda fields: self._phone(fields).answer,
            "reject": lambda fields: self._phone(fields).reject,
            "hang_up": lambda fields: self._phone(fields).hang_up,
            "press": lambda fields: partial(self._phone(fields).press, fields.text("keys")),
            "hold": lambda fields: self._phone(fields).hold,
            "retrieve": lambda fields: self._phone(fields).retrieve,
            "speak": lambda fields: partial(self._phone(fields).speak, fields.flag("on")),
            "lose_media": lambda fields: self._phone(fields).lose_media,
            "regain_media": lambda fields: self._phone(fields).regain_media,
            "register": lambda fields: self._phone(fields).register,
            "unregister": lambda fields: self._phone(fields).unregister,
            "transcript": lambda fields: partial(_transcript, self._phone(fields)),
            "cut_link": lambda fields: switch.cut_link,
            "unreachable": lambda fields: partial(switch.unreachable, fields.flag("on")),
            "restart": lambda fields: switch.restart,
            "power_off": lambda fields: switch.power_off,
            "power_on": lambda fields: switch.power_on,
            "fill_disk": lambda fields: switch.fill_disk,
            "fault": lambda fields: partial(self._fault, _rule(fields)),
            "clear_faults": lambda fields: lambda: {"cleared": switch.faults.clear()},
        }

    def accept(self, connection: LineConnection) -> LineHandler:
        return _Visitor(self, connection)

    def serve(self, line: bytes, send: Callable[[bytes], None]) -> None:
        """Do what a line says, and send one line back."""
        number: object = None
        try:
            request = orjson.loads(line)
            number = request.pop("id")
            action = request.pop("do")
            if action == "script":
                self._start(number, Fields(request), send)
                return
            result = self._do(str(action), Fields(request))
        except ScriptError as error:
            send(orjson.dumps({"id": number, "error": str(error)}))
            return
        except (OrderRefusedError, WrongMomentError, LookupError, ValueError, AttributeError, TypeError) as error:
            send(orjson.dumps({"id": number, "error": f"{type(error).__name__}: {error}"}))
            return
        send(orjson.dumps({"id": number, "result": result}))

    def _do(self, action: str, fields: Fields) -> Result:
        """Nothing is done before everything is read."""
        if action not in self._actions:
            raise LookupError(f"nothing is called {action[:40]!r}")
        act = self._actions[action](fields)
        fields.done()
        return act() or {}

    def _phone(self, fields: Fields) -> Phone:
        number = fields.text("number")
        if number not in self._switch.phones:
            raise LookupError(f"no telephone {number}")
        return self._switch.phones[number]

    def _fault(self, rule: FaultRule) -> Result:
        return {"fault": self._switch.faults.add(rule).number}

    def _start(self, number: object, fields: Fields, send: Callable[[bytes], None]) -> None:
        phone, script = self._phone(fields), Script(fields.text("script"))
        fields.done()
        task = asyncio.get_running_loop().create_task(self._play(number, script.play(phone, self._clock), send))
        self._scripts.add(task)
        task.add_done_callback(self._scripts.discard)

    @staticmethod
    async def _play(number: object, playing: Awaitable[None], send: Callable[[bytes], None]) -> None:
        answer: dict[str, Any] = {"id": number, "result": {}}
        try:
            await playing
        except ScriptError as error:
            answer = {"id": number, "error": str(error)}
        send(orjson.dumps(answer))


class _Visitor:
    def __init__(self, admin: Admin, connection: LineConnection) -> None:
        self._admin = admin
        self._connection = connection

    def line_received(self, line: bytes) -> None:
        self._admin.serve(line, self._connection.send)

    def connection_lost(self) -> None: ...


def _installing(fields: Fields, install: Callable[[str], Phone]) -> Action:
    number = fields.text("number")
    on_ring = fields.choice("on_ring", _ON_RING, "RINGS")
    answers_after, auto_answers = fields.seconds("answers_after", 0.0), fields.flag("auto_answers", True)

    def act() -> Result:
        phone = install(number)
        phone.on_ring, phone.answers_after, phone.auto_answers = on_ring, answers_after, auto_answers
        return _seen(phone)

    return act


def _rule(fields: Fields) -> FaultRule:
    return FaultRule(
        kind=fields.choice("kind", _FAULTS),
        operations=frozenset(fields.texts("orders")),
        count=fields.whole("count", 1, 1_000_000, 1),
        seconds=fields.seconds("seconds", 2.0),
    )


def _transcript(phone: Phone) -> Result:
    return {"heard": [{"at": at.isoformat(), "names": sorted(names)} for at, names in phone.listen()]}


def _seen(phone: Phone) -> Result:
    return {
        "number": phone.number,
        "inside": phone.inside,
        "registered": phone.registered,
        "state": phone.state,
        "hears": sorted(phone.hears()),
        "language": phone.language(),
        "shown": phone.shown,
        "ended": phone.ended,
    }
