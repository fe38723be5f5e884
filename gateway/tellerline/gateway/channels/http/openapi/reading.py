"""The description as one page for people: no script, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any, Final

DOCUMENT: Final = Path(__file__).with_name("openapi.json")
PAGE_STYLE: Final = Path(__file__).with_name("openapi.css")
_HEAD: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>{title}</title><link rel="stylesheet" href="openapi.css"></head><body>'
)
_DEEPEST: Final = 4


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    title = escape(document["info"]["title"])
    parts = [_HEAD.format(title=title), f"<header><h1>{title}</h1><p>{_text(document['info']['description'])}</p>"]
    parts.append('<p><a href="openapi.json">openapi.json</a></p></header><main>')
    texts = {tag["name"]: tag["description"] for tag in document["tags"]}
    for name, operations in _by_tag(document).items():
        parts.append(f'<section id="{escape(name)}"><h2>{escape(name)}</h2>{_paragraphs(texts.get(name, ""))}')
        parts += [_operation(document, *operation) for operation in operations]
        parts.append("</section>")
    return "".join([*parts, "</main></body></html>"])


def _by_tag(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return found


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [
        f'<details id="{escape(operation["operationId"])}"><summary><b>{method}</b> <code>{escape(path)}</code> ',
        f"<span>{_text(operation['summary'])}</span></summary>{_paragraphs(_beyond_the_summary(operation))}",
    ]
    if not operation["security"]:
        parts.append("<p>Needs no token.</p>")
    rows = [_parameter(_resolved(document, parameter)) for parameter in operation["parameters"]]
    parts.append(_table("Parameters", rows))
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        parts.append(_table("Body", _rows(document, schema, "", 0)))
    for content in operation["responses"].get("200", {}).get("content", {}).values():
        parts.append(_table("Answer", _rows(document, content["schema"], "", 0)))
    return "".join([*parts, "</details>"])


def _beyond_the_summary(operation: dict[str, Any]) -> str:
    """The description without its first sentence, which the summary is."""
    first, *others = operation["description"].split("\n\n")
    return "\n\n".join([" ".join(first.split()).removeprefix(operation["summary"]).lstrip(), *others])


def _parameter(parameter: dict[str, Any]) -> str:
    needed = " required" if parameter.get("required") else ""
    place = f"{parameter['in']}{needed}"
    return _row(parameter["name"], f"{_kind(parameter['schema'])}, {place}", parameter.get("description", ""))


def _rows(document: dict[str, Any], schema: dict[str, Any], prefix: str, depth: int) -> list[str]:
    """A row for each property, those of inner objects under their dotted names."""
    rows = []
    inner = _inner(document, schema)
    for name, content in inner.get("properties", {}).items():
        kind = _kind(content) + (", required" if name in inner.get("required", ()) and "Input" in str(schema) else "")
        rows.append(_row(f"{prefix}{name}", kind, content.get("description", "")))
        if depth < _DEEPEST:
            rows += _rows(
                document, content, f"{prefix}{name}{'[]' if content.get('type') == 'array' else ''}.", depth + 1
            )
    return rows


def _inner(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found = _resolved(document, schema.get("items", schema))
    return found


def _resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    found: Any = part
    if "$ref" in part:
        found = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    resolved: dict[str, Any] = found
    return resolved


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({schema['format']})" if "format" in schema else words


def _table(title: str, rows: list[str]) -> str:
    return f"<h3>{title}</h3><table><tbody>{''.join(rows)}</tbody></table>" if rows else ""


def _row(name: str, kind: str, text: str) -> str:
    return f"<tr><th scope='row'><code>{_dotted(name)}</code></th><td>{_dotted(kind)}</td><td>{_text(text)}</td></tr>"


def _dotted(name: str) -> str:
    """Escaped; a line may end behind a dot."""
    return escape(name).replace(".", ".<wbr>")


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_text(part)}</p>" for part in text.split("\n\n") if part)


def _text(text: str) -> str:
    """Escaped, with what stands between backquotes as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))
