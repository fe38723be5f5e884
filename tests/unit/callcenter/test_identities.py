"""Who acts at the call centre's front, by certificate."""

from __future__ import annotations

import pytest

from tellerline.api.common.v1.context_pb2 import CHANNEL_AGENT, CHANNEL_COUNTER, RequestContext
from tellerline.callcenter.identities import IdentityError
from tellerline.callcenter.settings import FrontSettings

AGENT, OPERATOR = "spiffe://tellerline/agent/A1001", "spiffe://tellerline/operator/O9001"
DESKTOP = "spiffe://tellerline/program/desktop"
FRONT = FrontSettings(identities_required=True, speaks_for={DESKTOP: ("A1*",)})


def acting(identity: str, agent: str = "", channel: int = CHANNEL_AGENT, front: FrontSettings = FRONT) -> str:
    """Who acts in the end, or the code of the refusal."""
    context = RequestContext(channel=channel, agent=agent)  # type: ignore[arg-type]
    try:
        front.identities().put_right(context, identity)
    except IdentityError as error:
        return str(error)
    return context.agent


@pytest.mark.parametrize(
    ("identity", "agent", "expected"),
    [
        (AGENT, "", "A1001"),
        (AGENT, "A1001", "A1001"),
        (AGENT, "L2001", "IDENTITY_MISMATCH"),
        (DESKTOP, "A1002", "A1002"),
        (DESKTOP, "L2001", "IDENTITY_MISMATCH"),
        (OPERATOR, "L2001", "IDENTITY_MISMATCH"),
        ("", "L2001", "IDENTITY_UNKNOWN"),
        ("spiffe://elsewhere/agent/A1001", "A1001", "IDENTITY_UNKNOWN"),
    ],
)
def test_the_bearer_of_the_certificate_acts(identity: str, agent: str, expected: str) -> None:
    assert acting(identity, agent) == expected


def test_the_counters_view_of_every_call_is_the_operators() -> None:
    assert acting(OPERATOR, channel=CHANNEL_COUNTER) == ""
    assert acting(AGENT, channel=CHANNEL_COUNTER) == "CHANNEL_NOT_ALLOWED"
    assert acting(DESKTOP, "A1001", CHANNEL_COUNTER) == "CHANNEL_NOT_ALLOWED"


def test_where_none_is_required_names_are_believed_from_who_shows_none() -> None:
    front = FrontSettings()
    assert acting("", "L2001", front=front) == "L2001"
    assert acting(AGENT, "L2001", front=front) == "IDENTITY_MISMATCH"
