"""Generate docs/reference/ from the contract and its comments: `python tools/generate_reference.py [--check]`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from contract_image import ROOT, compile_image
from generated import run
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    ServiceDescriptorProto,
)

from tellerline.gateway.client.comments import Comments

TARGET = ROOT / "docs" / "reference"
_PREFIX = "tellerline.api."
_NOTICE = "<!-- Generated from proto/ by tools/generate_reference.py; do not edit. -->"
_Type = FieldDescriptorProto


class Reference:
    """Renders one area (``accounts.v1``) to Markdown."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments

    def page(self, package: str, files: Iterable[FileDescriptorProto]) -> str:
        files = list(files)
        parts = [f"# {package.removeprefix(_PREFIX)}", _NOTICE]
        parts += [self._service(package, service) for file in files for service in file.service]
        parts += [self._message(f"{package}.{m.name}", m) for file in files for m in file.message_type]
        parts += [self._enum(f"{package}.{enum.name}", enum) for file in files for enum in file.enum_type]
        return "\n\n".join(parts) + "\n"

    def _service(self, package: str, service: ServiceDescriptorProto) -> str:
        name = f"{package}.{service.name}"
        parts = [f"## {service.name}", self._comments.of(name)]
        for method in service.method:
            reply = ("stream of " if method.server_streaming else "") + _link(method.output_type, package)
            parts += [
                f"### {method.name}",
                f"`{name.removeprefix(_PREFIX)}/{method.name}`: {_link(method.input_type, package)} → {reply}",
                self._comments.of(f"{name}.{method.name}"),
            ]
        return "\n\n".join(parts)

    def _message(self, name: str, message: DescriptorProto) -> str:
        package = name[: name.index(".v1.") + 3]
        parts = [f"## {_tail(name)}", self._comments.of(name)]
        if message.field:
            rows = [self._field(name, message, field, package) for field in message.field]
            parts.append("| field | type | |\n| --- | --- | --- |\n" + "\n".join(rows))
        parts += [self._message(f"{name}.{nested.name}", nested) for nested in message.nested_type]
        parts += [self._enum(f"{name}.{enum.name}", enum) for enum in message.enum_type]
        return "\n\n".join(parts)

    def _field(self, name: str, message: DescriptorProto, field: FieldDescriptorProto, package: str) -> str:
        kind = _link(field.type_name, package) if field.type_name else f"`{_Type.Type.Name(field.type)[5:].lower()}`"
        repeated = "repeated " if field.label == _Type.LABEL_REPEATED else ""
        choice = ""
        if field.HasField("oneof_index") and not field.proto3_optional:
            choice = f" (one of `{message.oneof_decl[field.oneof_index].name}`)"
        return f"| `{field.name}` | {repeated}{kind}{choice} | {_cell(self._comments.of(f'{name}.{field.name}'))} |"

    def _enum(self, name: str, enum: EnumDescriptorProto) -> str:
        rows = [
            f"| `{value.name}` | {value.number} | {_cell(self._comments.of(f'{name}.{value.name}'))} |"
            for value in enum.value
        ]
        table = "| value | number | |\n| --- | --- | --- |\n" + "\n".join(rows)
        return "\n\n".join([f"## {_tail(name)}", self._comments.of(name), table])


def _tail(name: str) -> str:
    """The name within its package: ``Loan.State``."""
    return name.partition(".v1.")[2]


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")


def _link(type_name: str, package: str) -> str:
    """To our own types; Google's are only named."""
    full = type_name.removeprefix(".")
    if not full.startswith(_PREFIX):
        return f"`{full}`"
    tail = _tail(full)
    page = "" if full.startswith(package + ".") else f"{_page(full.partition('.v1.')[0] + '.v1')}"
    return f"[{tail}]({page}#{tail.lower().replace('.', '')})"


def _page(package: str) -> str:
    return package.removeprefix(_PREFIX).replace(".", "-") + ".md"


_INTRODUCTION = """\
What a channel may ask, and what it is promised. Begin with [the shared messages](common-v1.md): every call carries a
`RequestContext` (channel, channel serial, customer, grant), and what moves or changes something answers with a
`TransactionInfo`. Any method can be tried at a terminal beside `tellerline up`: [`call`](../cli.md#list-describe-call).

The channel serial is the request id: the same serial with the same content is answered again and never done twice.
Amounts are `google.type.Money`, dates `google.type.Date`, lists come in pages, names are resource names
(`customers/8000000001/accounts/1`). Every refusal carries a code of [errors](../errors.md) and says whether it is
definite; an outcome that is not known is a state, not an error."""


def _index(packages: Iterable[str], files: Iterable[FileDescriptorProto], comments: Comments) -> str:
    parts = ["# Contract reference", _NOTICE, _INTRODUCTION]
    for package in packages:
        services = [service for file in files if file.package == package for service in file.service]
        parts += [_contents(package, service, comments) for service in services]
    return "\n\n".join(parts) + "\n"


def _contents(package: str, service: ServiceDescriptorProto, comments: Comments) -> str:
    """One service's methods, each with the first sentence of its promise."""
    page, name = _page(package), f"{package}.{service.name}"
    rows = [
        f"| [{method.name}]({page}#{method.name.lower()}) | {_cell(_sentence(comments.of(f'{name}.{method.name}')))} |"
        for method in service.method
    ]
    heading = f"## [{service.name}]({page})"
    return f"{heading}\n\n{_sentence(comments.of(name))}\n\n| method | |\n| --- | --- |\n" + "\n".join(rows)


def _sentence(text: str) -> str:
    """The first one, on one line."""
    return re.split(r"(?<=[.。])\s", text.replace("\n", " "), maxsplit=1)[0]


def documents() -> dict[Path, str]:
    with tempfile.TemporaryDirectory() as scratch:
        image = compile_image(Path(scratch) / "contract.binpb", comments=True)
    own = [file for file in image.file if file.package.startswith(_PREFIX)]
    comments = Comments(own)
    reference = Reference(comments)
    packages = sorted({file.package for file in own})
    pages = {TARGET / _page(p): reference.page(p, (file for file in own if file.package == p)) for p in packages}
    return {TARGET / "README.md": _index(packages, own, comments), **pages}


if __name__ == "__main__":
    raise SystemExit(run(__doc__, documents(), TARGET))
