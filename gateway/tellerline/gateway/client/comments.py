"""Comments of a contract by the full name of what they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto

_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM, _ONEOF, _VALUE, _METHOD = 2, 3, 4, 8, 2, 2


class Comments:
    """Leading comments; an enum's value is named inside its enum (``Channel.CHANNEL_IVR``)."""

    def __init__(self, files: Iterable[FileDescriptorProto]) -> None:
        self._texts: dict[str, str] = {}
        for file in files:
            by_path = {tuple(place.path): _clean(place.leading_comments) for place in file.source_code_info.location}
            for name, path in _named(file):
                self._texts[name] = by_path.get(path, "")

    def of(self, full_name: str) -> str:
        """Empty for what has none."""
        return self._texts.get(full_name, "")


def _clean(comment: str) -> str:
    return "\n".join(line.removeprefix(" ").rstrip() for line in comment.strip("\n").splitlines())


def _named(file: FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    for i, message in enumerate(file.message_type):
        yield from _in_message(f"{file.package}.{message.name}", message, (_MESSAGE, i))
    for i, enum in enumerate(file.enum_type):
        yield from _in_enum(f"{file.package}.{enum.name}", enum, (_ENUM, i))
    for i, service in enumerate(file.service):
        name = f"{file.package}.{service.name}"
        yield name, (_SERVICE, i)
        for j, method in enumerate(service.method):
            yield f"{name}.{method.name}", (_SERVICE, i, _METHOD, j)


def _in_message(name: str, message: DescriptorProto, path: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield name, path
    for i, field in enumerate(message.field):
        yield f"{name}.{field.name}", (*path, _FIELD, i)
    for i, oneof in enumerate(message.oneof_decl):
        yield f"{name}.{oneof.name}", (*path, _ONEOF, i)
    for i, nested in enumerate(message.nested_type):
        yield from _in_message(f"{name}.{nested.name}", nested, (*path, _NESTED, i))
    for i, enum in enumerate(message.enum_type):
        yield from _in_enum(f"{name}.{enum.name}", enum, (*path, _NESTED_ENUM, i))


def _in_enum(name: str, enum: EnumDescriptorProto, path: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield name, path
    for i, value in enumerate(enum.value):
        yield f"{name}.{value.name}", (*path, _VALUE, i)
