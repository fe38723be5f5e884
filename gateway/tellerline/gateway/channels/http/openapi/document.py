"""The OpenAPI 3.1 description, made from the routes and the contract's own comments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from tellerline.gateway.channels.http.endpoints import KEY
from tellerline.gateway.channels.http.openapi.schemas import Schema, SchemaBook
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.http.transcoding.routes import API, WHOLE, Route
from tellerline.gateway.channels.http.transcoding.templates import WILD
from tellerline.gateway.client.comments import Comments

ID: Final = r"^[A-Za-z0-9._:-]{1,64}$"
_PROBLEMS: Final = {
    "400": "The request is malformed; `violations` says where.",
    "401": "Log in (again).",
    "403": "Not allowed through this channel, or for this login, or the token was given for other scopes.",
    "404": "Not there, or not yours.",
    "409": "Running (`STILL_RUNNING`), or there already.",
    "422": "Understood, and refused for what it asks; or the key was used for another body.",
    "429": "Too many requests; `Retry-After` says when to come again.",
    "4XX": "Refused.",
    "5XX": "Not now; `definite` says whether something may have happened.",
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The client's own number of this wish, made before it is sent. Sent again, it is done once. "
    "It does not begin with the customer's own number and a colon, as serials in replies do.",
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
}
_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "description": "`zh-CN` (used without it) or `en`: the language of texts for people.",
    "schema": {"type": "string", "examples": ["zh-CN", "en"]},
}
_SCOPES: Final = list(HttpSettings.model_fields["scopes_required"].default)
_BEARER: Final[list[dict[str, list[str]]]] = [{"bearer": _SCOPES}]
_BEARER_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token (RFC 9068) of the bank's issuer, given for the scopes that an operation names, or "
    "for those that the bank has in their place.",
}
_CHALLENGED: Final = ("401", "403")
_CHALLENGE: Final = {
    "description": "RFC 6750: `error` is `invalid_token` (401), or `insufficient_scope` (403) with the `scope` needed.",
    "schema": {"type": "string"},
}
_ABOUT: Final = (
    "What a customer may do in online banking: the services of the contract under their resource names, as proto3 JSON."
)


def openapi(routes: Iterable[Route], comments: Comments) -> dict[str, Any]:
    """The whole document."""
    book = SchemaBook(comments)
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, str] = {}
    for route in routes:
        path = public_path(route)
        service = route.rpc.containing_service
        tags[service.name] = comments.of(service.full_name)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, path, book, comments)
    paths[f"{API}/session:end"] = {"post": _session_end()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tellerline online banking", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": _BEARER_SCHEME},
            "parameters": {"key": _KEY, "language": _LANGUAGE},
            "responses": {f"problem{status}": _problem(status, text) for status, text in _PROBLEMS.items()},
            "schemas": {"Problem": _problem_schema(), **book.schemas},
        },
    }


def public_path(route: Route) -> str:
    """The template with a name for each segment that varies: ``/v1/customers/{customer}/accounts``."""
    parts: list[str] = []
    for place, segment in enumerate(route.template.segments):
        parts.append(f"{{{_singular(route.template.segments[place - 1])}}}" if segment == WILD else segment)
    verb = f":{route.template.verb}" if route.template.verb else ""
    return f"/{'/'.join(parts)}{verb}"


def _singular(collection: str) -> str:
    if collection.endswith("ies"):
        return f"{collection[:-3]}y"
    return collection[:-2] if collection.endswith(("ches", "sses")) else collection.removesuffix("s")


def _operation(route: Route, path: str, book: SchemaBook, comments: Comments) -> dict[str, Any]:
    text = comments.of(route.rpc.full_name)
    made: dict[str, Any] = {
        "operationId": route.operation
        if route.method != "GET" or not route.template.verb
        else f"{route.operation}.{route.template.verb}",
        "tags": [route.rpc.containing_service.name],
        "summary": first_sentence(text),
        "description": text,
        "parameters": _parameters(route, path, book),
        "responses": {"200": _answer(route, book), **_problems()},
        "security": [] if route.public else _BEARER,
    }
    if route.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _body(route, book)}}}
    return made


def _parameters(route: Route, path: str, book: SchemaBook) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": ID}}
        for name in re.findall(r"\{([A-Za-z]+)\}", path)
    ]
    for name, parameter in route.parameters.items():
        schema = book.of_field(parameter.field, sent=True)
        described: dict[str, Any] = {"name": name, "in": "query", "schema": schema}
        if "description" in schema:
            described["description"] = schema.pop("description")
        if parameter.needed:
            described["required"] = True
        found.append(described)
    if route.keyed:
        found.append({"$ref": "#/components/parameters/key"})
    found.append({"$ref": "#/components/parameters/language"})
    return found


def _body(route: Route, book: SchemaBook) -> Schema:
    request = route.rpc.input_type
    if route.body == WHOLE:
        return book.reference(request, sent=True, closed=route.closed)
    return book.of_field(request.fields_by_name[route.body], sent=True)


def _answer(route: Route, book: SchemaBook) -> dict[str, Any]:
    reply = book.reference(route.rpc.output_type, sent=False)
    if route.streams:
        content: dict[str, Any] = {"text/event-stream": {"schema": {"type": "string"}}}
        return {"description": "Server-sent events until the token ends.", "content": content}
    return {
        "description": "Done, or accepted: `transaction.state` says which, where there is one.",
        "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": reply}},
    }


def _problems() -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/problem{status}"} for status in _PROBLEMS}


def _problem(status: str, text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    said: dict[str, Any] = {"description": text, "content": {"application/problem+json": {"schema": schema}}}
    if status in _CHALLENGED:
        said["headers"] = {"WWW-Authenticate": _CHALLENGE}
    return said


def _problem_schema() -> Schema:
    words = ("type", "title", "detail", "instance", "code", "requestId")
    violation = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("field", "pointer", "reason")},
        "required": ["field", "reason"],
    }
    return {
        "type": "object",
        "description": "RFC 9457. `code` is a canonical code, `detail` the sentence for the customer.",
        "properties": {
            **{name: {"type": "string"} for name in words},
            "status": {"type": "integer"},
            "definite": {"type": "boolean", "description": "Nothing was done, and nothing will be."},
            "retryable": {"type": "boolean", "description": "The same wish may succeed soon."},
            "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
            "violations": {"type": "array", "items": violation},
        },
        "required": [*words, "status", "definite", "retryable"],
    }


def _session_end() -> dict[str, Any]:
    text = (
        "Ends the login: its grant, its event streams, and whatever its tokens could still have done. Safe to repeat."
    )
    return {
        "operationId": "session.end",
        "tags": ["Session"],
        "summary": first_sentence(text),
        "description": text,
        "parameters": [{"$ref": "#/components/parameters/language"}],
        "responses": {"204": {"description": "Ended."}, **_problems()},
        "security": _BEARER,
    }


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence, on one line."""
    return re.split(r"(?<=[.。])\s", " ".join(text.split()), maxsplit=1)[0] if text else ""
