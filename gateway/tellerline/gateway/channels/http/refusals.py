"""Refusals that only HTTP has: a status of their own, and a place in the body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def insufficient_scope(scopes: Iterable[str]) -> HttpRefusalError:
    """403 as RFC 6750 wants it: the token is good, and was given for something else than ``scopes``."""
    challenge = f'Bearer realm="tellerline", error="insufficient_scope", scope="{" ".join(scopes)}"'
    return HttpRefusalError(Code.GRANT_NOT_SUFFICIENT, 403, headers={"www-authenticate": challenge})


def unverifiable(seconds: int) -> HttpRefusalError:
    """503: nothing is wrong with the token that anybody here could know; ``seconds`` until it may be known."""
    return HttpRefusalError(Code.ISSUER_UNAVAILABLE, 503, headers={"retry-after": str(seconds)})
