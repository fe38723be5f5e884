"""Who acts at the call centre's front: the bearer of the certificate, whatever a message says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from tellerline.adapters.rpc.identity import identity_pattern, person_of
from tellerline.adapters.rpc.status import Refusal
from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER

_DENIED = code_pb2.PERMISSION_DENIED
UNKNOWN = Refusal(
    number=_DENIED,
    code="IDENTITY_UNKNOWN",
    zh="无法识别您的身份证书。",
    en="Your certificate is not one that is known here.",
)
MISMATCH = Refusal(
    number=_DENIED,
    code="IDENTITY_MISMATCH",
    zh="您不能以他人名义办理此项业务。",
    en="You cannot act in the name of somebody else.",
)
NOT_ALLOWED = Refusal(
    number=_DENIED,
    code="CHANNEL_NOT_ALLOWED",
    zh="您不能使用此渠道。",
    en="You may not use this channel.",
)


class IdentityError(Exception):
    """Ends a call: the caller is not who it says."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self._refusal = refusal

    def status(self, *, english: bool = False) -> Status:
        return self._refusal.status(english=english)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """``people`` are patterns of identities with ``{person}``; ``speaks_for`` gives a program's identity the people
    whom it vouches for (patterns); ``operators`` may look at calls without being on the list of agents.

    ``required`` refuses callers without an identity that one of them knows.
    """

    people: Sequence[str] = ()
    operators: Sequence[str] = ()
    speaks_for: Mapping[str, Sequence[str]] = field(default_factory=dict)
    required: bool = False

    def put_right(self, context: Any, identity: str) -> None:
        """Let ``context.agent`` be who acts. Raises ``IdentityError`` for the name of somebody else, for the counter's
        channel of who is no operator, and for a stranger where identities are required."""
        person = person_of(identity, self.people) if identity else ""
        operator = _is_one_of(identity, self.operators)
        vouched = [people for pattern, people in self.speaks_for.items() if _is_one_of(identity, (pattern,))]
        if not (person or operator or vouched):
            if self.required:
                raise IdentityError(UNKNOWN)
            return
        if context.channel == CHANNEL_COUNTER:
            if not operator:
                raise IdentityError(NOT_ALLOWED)
            if not context.agent:
                return
        named = context.agent or person
        if named != person and not any(fnmatchcase(named, each) for people in vouched for each in people):
            raise IdentityError(MISMATCH)
        if context.agent != named:
            context.agent = named


def _is_one_of(identity: str, patterns: Sequence[str]) -> bool:
    return bool(identity) and any(identity_pattern(pattern).fullmatch(identity) for pattern in patterns)
