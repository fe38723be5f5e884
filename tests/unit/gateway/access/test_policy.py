"""The access policy: who speaks for a channel in which role and for whom, and what decides."""

from __future__ import annotations

import pytest

from tellerline.gateway.access.policy import ChannelDirectory, ChannelPolicy
from tellerline.gateway.access.policy_file import PolicyError, parse_policy, standard_policy
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.settings import standard_channels
from tellerline.routing.model.codes import Code

OPERATOR, CENTRE = "spiffe://tellerline/operator/O9001", "spiffe://tellerline/program/call-centre"
AGENT = "spiffe://tellerline/agent/A1001"


def directory(*, required: bool = False, **channels: ChannelPolicy) -> ChannelDirectory:
    standard = {name: each.policy() for name, each in standard_channels().items()}
    return ChannelDirectory(standard | channels, identities_required=required)


def refused(channels: ChannelDirectory, channel: str, identity: str, named: str = "") -> Code | None:
    try:
        channels.rights(channel, identity).acting(named)
    except RefusalError as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("channel", "identity", "named", "expected"),
    [
        ("COUNTER", OPERATOR, "", None),
        ("COUNTER", OPERATOR, "O9002", Code.IDENTITY_MISMATCH),
        ("IVR", OPERATOR, "", Code.CHANNEL_NOT_ALLOWED),
        ("AGENT", CENTRE, "A1001", None),
        ("AGENT", CENTRE, "", Code.IDENTITY_MISMATCH),
        ("AGENT", AGENT, "", None),
        ("AGENT", AGENT, "A1002", Code.IDENTITY_MISMATCH),
        ("IVR", CENTRE, "", None),
        ("COUNTER", CENTRE, "", Code.CHANNEL_NOT_ALLOWED),
        ("ATM", "front:ATM", "", None),
        ("ATM", "front:ATM", "A1001", Code.IDENTITY_MISMATCH),
        ("ONLINE_BANKING", "front:ATM", "", Code.CHANNEL_NOT_ALLOWED),
        ("COUNTER", "spiffe://elsewhere/operator/O9001", "", Code.CHANNEL_NOT_ALLOWED),
        ("COUNTER", "", "", Code.CHANNEL_NOT_ALLOWED),
        ("COUNTER", "-", "", Code.CHANNEL_NOT_ALLOWED),
        ("PIGEON", OPERATOR, "", Code.CHANNEL_UNKNOWN),
    ],
)
def test_who_speaks_where_identities_are_required(
    channel: str, identity: str, named: str, expected: Code | None
) -> None:
    assert refused(directory(required=True), channel, identity, named) is expected


def test_peers_of_the_settings_vouch_for_whom_they_name() -> None:
    channels = directory(required=True, COUNTER=ChannelPolicy(peers=("spiffe://bank/branches",)))
    assert refused(channels, "COUNTER", "spiffe://bank/branches", "O9002") is None
    assert not channels.rights("COUNTER", "spiffe://bank/branches").needs_grant("accounts.GetBalance")
    assert refused(channels, "COUNTER", OPERATOR) is Code.CHANNEL_NOT_ALLOWED


def test_a_peer_of_the_settings_names_its_agents() -> None:
    channels = directory(AGENT=ChannelPolicy(peers=("spiffe://bank/desktop",)))
    assert refused(channels, "AGENT", "spiffe://bank/desktop", "A1001") is None
    assert refused(channels, "AGENT", "spiffe://bank/desktop") is Code.IDENTITY_MISMATCH


def test_an_operator_looks_after_transactions_and_moves_no_money() -> None:
    operator = directory(required=True).rights("COUNTER", OPERATOR)
    assert operator.person == "O9001"
    assert not operator.needs_grant("operations.GetTransaction")
    with pytest.raises(RefusalError, match="CHANNEL_NOT_ALLOWED"):
        operator.needs_grant("transfers.CreateTransfer")


@pytest.mark.parametrize("role", ["agent", "leader", "supervisor", "self_service"])
def test_no_agent_hears_a_pin(role: str) -> None:
    rights = ChannelDirectory({"AGENT": ChannelPolicy()}).roles_given("AGENT", role)
    for operation in ("customers.ChangePin", "customers.VerifyPin", "corporate.VerifyRepresentative"):
        assert not rights.verdict(operation).allowed
    assert rights.verdict("customers.GetCustomerView").allowed


def test_the_first_line_that_fits_decides() -> None:
    lines = ("p, IVR, self_service, transfers.*, grant, deny,", "p, *, self_service, *, grant, allow,")
    policy = parse_policy("\n".join((*lines, "g, -, self_service, *")), "own.csv")
    channels = ChannelDirectory({"IVR": ChannelPolicy(), "ATM": ChannelPolicy()}, policy)
    assert channels.rights("ATM", "").verdict("transfers.CreateTransfer").place == "own.csv:2"
    denied = channels.rights("IVR", "").verdict("transfers.CreateTransfer")
    assert (denied.allowed, denied.place) == (False, "own.csv:1")


def test_a_new_policy_forgets_what_was_remembered() -> None:
    channels = directory()
    assert channels.rights("IVR", "").needs_grant("accounts.GetBalance")
    channels.follow(parse_policy("p, *, *, accounts.*, open, allow, a test\ng, -, self_service, *\n", "own.csv"))
    assert not channels.rights("IVR", "").needs_grant("accounts.GetBalance")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "there is no line p"),
        ("p, IVR, self_service, accounts.*, open, allow,\n", "what is open says why"),
        ("p, IVR, king, accounts.*, grant, allow,\n", "nobody has the role 'king'"),
        ("p, IVR, self_service, accounts.*, perhaps, allow,\n", "'perhaps' is no proof"),
        ("p, IVR\ng, a, b, C, d\n", "g has the columns identity, role, channel"),
        ("q, IVR\n", "a line begins with"),
        ("p, ATMS, *, cash.*, grant, deny,\np, *, *, cash.*, grant, allow,\n", "own.csv:1: 'ATMS' is no channel"),
        ("g, -, clerk, UNSPECIFIED\n", "'UNSPECIFIED' is no channel"),
        ("g, {person}/{person}, agent, AGENT\n", "stands more than once"),
    ],
)
def test_a_policy_with_a_mistake_is_refused_with_its_line(text: str, mistake: str) -> None:
    with pytest.raises(PolicyError, match=mistake):
        parse_policy(text, "own.csv")


def test_whatever_the_standard_opens_says_why() -> None:
    opened = [line for line in standard_policy().of("p") if line.words[3:5] == ("open", "allow")]
    assert opened
    assert all(len(line.words[5]) > 9 for line in opened)
