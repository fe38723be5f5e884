"""What a bank may say about the way of its transactions: rules, each with its conditions and the host it leads to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

_POINTS = 10_000
"""A share is counted in hundredths of a per cent."""


@dataclass(frozen=True, slots=True)
class AccountRange:
    """Accounts from ``first`` to ``last``, both included, of the same length; with ``prefix`` all that begin so."""

    first: str
    last: str = ""
    prefix: bool = False

    def covers(self, account: str) -> bool:
        if self.prefix:
            return account.startswith(self.first)
        return len(account) == len(self.first) and self.first <= account <= self.last

    def __str__(self) -> str:
        return f"{self.first}*" if self.prefix else f"{self.first}..{self.last}"


def place_of(account: str, salt: str) -> int:
    """Where ``account`` stands among 10,000 places: always the same for the same salt, evenly spread, by no chance."""
    digest = hashlib.sha256(f"{salt}\0{account}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _POINTS


class Why(StrEnum):
    """Why a rule takes a transaction, or leaves it to the next one."""

    TAKEN = "taken"
    OTHER_OPERATION = "other_operation"
    NOT_OFFERED = "not_offered_by_its_host"
    OTHER_ACCOUNT = "account_outside_its_ranges"
    OTHER_BRANCH = "other_branch"
    NO_ACCOUNT = "no_account_to_go_by"
    OUTSIDE_SHARE = "outside_its_share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Transactions of ``operations`` (patterns with ``*``) that meet every condition go to ``host``.

    No ``accounts`` and no ``branches`` mean any. ``points`` of 10,000 accounts are taken: the same ones each time, and
    those of a smaller share stay within a greater one of the same ``salt``. A rule with accounts or a share never takes
    a transaction that has no account.
    """

    name: str
    operations: tuple[str, ...]
    host: str
    accounts: tuple[AccountRange, ...] = ()
    branches: frozenset[str] = frozenset()
    points: int = _POINTS
    salt: str = ""

    @property
    def unconditional(self) -> bool:
        return not self.accounts and not self.branches and self.points == _POINTS

    def names(self, operation: str) -> bool:
        return any(fnmatchcase(operation, pattern) for pattern in self.operations)

    def judge(self, account: str, branch: str) -> Why:
        """Whether it takes a transaction of an operation that it names."""
        if self.branches and branch not in self.branches:
            return Why.OTHER_BRANCH
        if not account and (self.accounts or self.points < _POINTS):
            return Why.NO_ACCOUNT
        if self.accounts and not any(part.covers(account) for part in self.accounts):
            return Why.OTHER_ACCOUNT
        if self.points < _POINTS and place_of(account, self.salt or self.name) >= self.points:
            return Why.OUTSIDE_SHARE
        return Why.TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRule(Rule):
    """A copy of the enquiries that it takes goes to ``host`` as well, and the answers are compared.

    ``volatile`` are patterns of fields that may differ, such as ``result.booked_at`` or ``*_serial``.
    """

    volatile: tuple[str, ...] = ()

    def ignores(self, field: str) -> bool:
        return any(fnmatchcase(field, pattern) for pattern in self.volatile)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRules:
    """One version of a bank's rules; the first rule that takes a transaction decides."""

    version: str
    rules: tuple[Rule, ...] = ()
    shadows: tuple[ShadowRule, ...] = ()


NO_RULES = RoutingRules(version="")
"""Every transaction goes where the routing table says."""
