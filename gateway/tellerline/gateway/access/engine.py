"""What the policy says, asked of pycasbin: a verdict and the line that decides it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files

from casbin import Enforcer
from casbin.model import Model

from tellerline.gateway.access.policy_file import PolicyFile

_SETTLED = ("deny", "grant", "open")
"""What several roles say of one operation: the last of these that any of them says holds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``place`` is the line that decides, as ``file:number``, or a setting; empty where none allows it. ``line`` is
    how it reads, ``role`` the one that it was decided for."""

    allowed: bool
    needs_grant: bool
    place: str = ""
    line: str = ""
    role: str = ""


NO_LINE = Verdict(allowed=False, needs_grant=True)


class PolicyEngine:
    """Decides by one policy. Each question goes through every line: whoever asks often remembers the answer."""

    def __init__(self, policy: PolicyFile) -> None:
        self.policy = policy
        logging.getLogger("casbin").setLevel(logging.ERROR)
        model = Model()
        model.load_model_from_text((files("tellerline.gateway.access") / "model.conf").read_text(encoding="utf-8"))
        self._enforcer = Enforcer(model)
        self._enforcer.add_function("covers", _covers)
        for line in policy.lines:
            model.add_policy(line.kind[0], line.kind, [*line.words])
        self._enforcer.build_role_links()
        self._lines = {line.words: line for line in reversed([*policy.of("p")])}

    def decide(self, channel: str, roles: Sequence[str], operation: str) -> Verdict:
        """For a caller with all of ``roles``: what any of them may, he may, and under the easiest condition."""
        verdicts = [self._of_role(channel, role, operation) for role in roles] or [NO_LINE]
        return max(verdicts, key=lambda each: (_SETTLED.index(_word(each)), each.place != ""))

    def _of_role(self, channel: str, role: str, operation: str) -> Verdict:
        _, decisive = self._enforcer.enforce_ex(channel, role, operation)
        line = self._lines.get(tuple(decisive))
        if line is None:
            return NO_LINE
        *_, proof, effect, _because = line.words
        place = f"{self.policy.name}:{line.number}"
        return Verdict(effect == "allow", proof == "grant", place, line.text, role)


def _word(verdict: Verdict) -> str:
    if not verdict.allowed:
        return "deny"
    return "grant" if verdict.needs_grant else "open"


def _covers(pattern: str, operation: str) -> bool:
    return fnmatchcase(operation, pattern)
