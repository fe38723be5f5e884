"""Proofs that are not enough, one for each way in which a grant can fail to cover what is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from tellerline.gateway.access.grants import token_hash
from tellerline.gateway.journal.port import Grants
from tellerline.gateway.journal.records import Grant

ACCESS_CODES = frozenset({"GRANT_MISSING", "GRANT_EXPIRED", "GRANT_NOT_SUFFICIENT", "CHANNEL_NOT_ALLOWED"})
NOT_THERE = frozenset({"ACCOUNT_NOT_FOUND", "CUSTOMER_NOT_FOUND", "TRANSACTION_NOT_FOUND"})
"""To somebody else's customer, what he may not see is not there."""

OTHER_ACCOUNT = "another account"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Classes:
    """Methods that need no grant, by their short names, with the reason; and those that concern no account."""

    open: Mapping[str, str]
    staff: Mapping[str, str]
    call_centre: Mapping[str, str]
    no_account: Mapping[str, str]


def classes() -> Classes:
    return Classes(**tomllib.loads(Path(__file__).with_name("methods_without_grant.toml").read_text("utf-8")))


def good_grant(customer: str, now: datetime, **bound: str) -> Grant:
    """Of all accounts and operations, as PIN verification gives it; ``bound`` says channel, call, agent, terminal."""
    fields = {"channel": "", "call": "", "agent": "", "terminal": ""} | bound
    return Grant(
        token_hash=b"", customer=customer, accounts=(), operations=(), issued_at=now, expires_at=now + _HOUR, **fields
    )


async def give(grants: Grants, grant: Grant, token: str) -> str:
    await grants.issue(replace(grant, token_hash=token_hash(token)), why="test")
    return token


async def not_enough(grants: Grants, good: Grant, serial: str) -> Mapping[str, str]:
    """Tokens by what is wrong with each; ``serial`` tells one call of this from another."""
    now = good.issued_at
    wrong = {
        "expired": replace(good, issued_at=now - 2 * _HOUR, expires_at=now - _HOUR),
        "another customer's": replace(good, customer="8999999999"),
        OTHER_ACCOUNT: replace(good, accounts=("6229999999999999999",)),
        "another operation": replace(good, operations=("accounts.DescribeAccount",)),
        "another channel": replace(good, channel="COUNTER"),
        "another call": replace(good, call="another-call"),
        "another agent": replace(good, agent="another-agent"),
        "another terminal": replace(good, terminal="another-terminal"),
    }
    tokens = {name: await give(grants, grant, f"{serial}:{name}") for name, grant in wrong.items()}
    revoked = await give(grants, good, f"{serial}:revoked")
    await grants.revoke(token_hash=token_hash(revoked))
    return tokens | {"revoked": revoked, "never issued": f"{serial}:never", "none": ""}
