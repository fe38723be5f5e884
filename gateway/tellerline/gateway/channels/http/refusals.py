"""Refusals that only HTTP has: a status of their own, and a place in the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code


@dataclass(frozen=True, slots=True)
class BodyViolation(FieldViolation):
    """A violation in the JSON body; ``pointer`` (RFC 6901) says where, empty for the whole of it."""

    pointer: str = ""


class HttpRefusalError(RefusalError):
    """A refusal with an HTTP status, and headers, in place of those of its code."""

    def __init__(
        self,
        code: Code,
        status: int,
        *,
        headers: Mapping[str, str] | None = None,
        violations: tuple[FieldViolation, ...] = (),
    ) -> None:
        super().__init__(code, violations=violations)
        self.status = status
        self.headers: Mapping[str, str] = headers or {}


def bad_body(pointer: str, why: str, field: str = "") -> RefusalError:
    """The refusal of one place in the body, with a stable word for what is wrong."""
    return RefusalError(Code.INVALID_REQUEST, violations=(BodyViolation(field, why, pointer),))


def bad_field(field: str, why: str) -> RefusalError:
    """The refusal of a query parameter or header."""
    return RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(field, why),))


def unauthenticated(code: Code, why: str = "") -> HttpRefusalError:
    """401 as RFC 6750 wants it; ``why`` is the error's word, empty where no token came."""
    challenge = (
        f'Bearer realm="tellerline", error="invalid_token", error_description="{why}"'
        if why
        else ('Bearer realm="tellerline"')
    )
    return HttpRefusalError(code, 401, headers={"www-authenticate": challenge})
