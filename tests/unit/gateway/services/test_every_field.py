"""Every field of every request, filled with what nobody should send: refused or served, and nothing of it is stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tellerline.gateway.channels.service import Method
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Outcome, Rejected

ACCOUNT = "customers/1001/accounts/1"
TEXTS = ["\0", "a\0b", "x" * 100_000, "9" * 5_000, "\u202e", "😀", ACCOUNT, "customers/1001", "../..", "*", "'; DROP"]
NUMBERS = [-(2**31), -1, 0, 7, 2**31 - 1]
LONG_NUMBERS = [-(2**63), *NUMBERS, 2**63 - 1]
VALUES: dict[int, list[Any]] = {
    FieldDescriptor.TYPE_STRING: TEXTS,
    FieldDescriptor.TYPE_INT32: NUMBERS,
    FieldDescriptor.TYPE_ENUM: NUMBERS,
    FieldDescriptor.TYPE_INT64: LONG_NUMBERS,
}
NAMES = {"name": ACCOUNT, "parent": ACCOUNT, "account": ACCOUNT, "debit_account": ACCOUNT, "customer": "customers/1001"}
OPAQUE = frozenset({"google.rpc.Status", "google.protobuf.Struct"})
LONGEST_STORED = 300
Path = tuple[FieldDescriptor, ...]


class AlwaysNo(dict[Any, Outcome]):
    def __missing__(self, _kind: Any) -> Outcome:
        return Rejected(code=Code.REJECTED_BY_HOST)


def leaves(kind: Any, path: Path = ()) -> Iterator[Path]:
    for field in kind.fields:
        if field.message_type is None:
            yield (*path, field)
        elif len(path) < 4 and field.message_type.full_name not in OPAQUE:
            yield from leaves(field.message_type, (*path, field))


def put(request: Any, path: Path, value: Any) -> None:
    for field in path[:-1]:
        request = getattr(request, field.name)
        request = request.add() if field.is_repeated else request
    if path[-1].is_repeated:
        getattr(request, path[-1].name).append(value)
    else:
        setattr(request, path[-1].name, value)


def hostile(platform: Any, method: Method) -> Iterator[Message]:
    """By the customer with nothing else in it, and by the counter with sound names beside it."""
    for path in leaves(method.request.DESCRIPTOR):
        for value in VALUES.get(path[-1].type, []):
            bare, named = method.request(), method.request()
            for request, context in ((bare, platform.context()), (named, platform.counter())):
                request.context.CopyFrom(context)  # type: ignore[attr-defined]
                for name in NAMES if request is named else ():
                    field = method.request.DESCRIPTOR.fields_by_name.get(name)
                    if field is not None and field.type == FieldDescriptor.TYPE_STRING:
                        setattr(request, name, NAMES[name])
                put(request, path, value)
                yield request


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from texts([getattr(value, field.name) for field in dataclasses.fields(value)])


def watch(engine: Any) -> list[str]:
    """The texts that come to the store and that no store should see, from now on."""
    found: list[str] = []

    def watched(call: Any) -> Any:
        def look(steps: Any, *args: Any) -> Any:
            found.extend(text for text in texts(args) if "\0" in text or len(text) > LONGEST_STORED)
            return call(steps, *args)

        return look

    for name in ("look", "read", "write"):
        setattr(engine, name, watched(getattr(engine, name)))
    return found


async def ask(platform: Any, method: Method, request: Message) -> None:
    if method.unary is not None:
        await method.unary(request, platform.call)
    elif method.stream is not None:
        async for _ in method.stream(request, platform.call):
            break


async def test_no_field_takes_a_handler_by_surprise(platform: Any) -> None:
    platform.host.answers = AlwaysNo()
    stored, asked = watch(platform.store._engine), 0
    for method in platform.methods.values():
        for request in hostile(platform, method):
            asked += 1
            try:
                await ask(platform, method, request)
            except RefusalError:
                continue
            except Exception as error:
                pytest.fail(f"{method.name}: {error!r} for {str(request)[:200]}")
    assert asked > 5_000
    assert stored == []
