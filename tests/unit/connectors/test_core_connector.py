"""The core connector against its captured messages, and against replies that do not hang together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from core_bench import EXAMPLES, PAYER, a_transfer
from hypothesis import given
from hypothesis import strategies as st

from tellerline.adapters.clock import SystemClock
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.discovery import discover
from tellerline.routing.model.accounts import Balance, GetBalance
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import HostCall, Inquire
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Found, NotFound, Rejected, Unknown
from tellerline.routing.model.transfers import Transferred

(FOLDER,) = [folder for folder in discover() if folder.manifest.name == "core"]
CONNECTOR = FOLDER.build_connector(SystemClock())
TRANSFER = "transfers.CreateTransfer"
CALL = HostCall(reference="TX0000000000000001", channel="IVR", accepted_at="2026-03-02T10:00:00+08:00")
INQUIRE = Inquire(original_reference="TX0000000000000001", original_operation=TRANSFER, original_account=PAYER)


def sample(name: str) -> bytes:
    return (FOLDER.path / "samples" / f"{name}.xml").read_bytes().strip()


def reference(name: str) -> HostCall:
    text = sample(f"{name}.request").decode()
    return replace(CALL, reference=text.partition("<reference>")[2].partition("<")[0])


@pytest.mark.parametrize("operation", sorted(EXAMPLES))
def test_requests_are_built_as_captured_and_replies_understood(operation: str) -> None:
    command, expected = EXAMPLES[operation]
    call = reference(operation)
    assert CONNECTOR.build(command, call).body == sample(f"{operation}.request")
    outcome = CONNECTOR.parse(command, call, sample(f"{operation}.reply"))
    assert isinstance(outcome, Done)
    assert type(outcome.result) is expected
    assert outcome.accounting_date == "2026-03-02"


@pytest.mark.parametrize(
    ("currency", "value", "available"),
    [
        ("CNY", "100000.00", Money(100_000_00, "CNY")),
        ("CNY", "100000", Money(100_000_00, "CNY")),
        ("CNY", "99999.99", Money(99_999_99, "CNY")),
        ("CNY", "-100000.00", Money(-100_000_00, "CNY")),
        ("JPY", "100000.00", Money(100_000, "JPY")),
    ],
)
def test_what_is_available_need_not_be_what_is_booked(currency: str, value: str, available: Money) -> None:
    operation = GetBalance.operation
    head, tag, rest = sample(f"{operation}.reply").decode().partition("<available>")
    rest = rest.replace("CNY", currency).replace("100000.00", value)
    outcome = CONNECTOR.parse(EXAMPLES[operation][0], reference(operation), f"{head}{tag}{rest}".encode())
    assert isinstance(outcome, Done)
    assert isinstance(outcome.result, Balance)
    assert (outcome.result.ledger, outcome.result.available) == (Money(100_000_00, "CNY"), available)


def test_an_inquiry_tells_what_the_original_was_answered() -> None:
    original = CONNECTOR.parse(a_transfer(), CALL, sample(f"{TRANSFER}.reply"))
    found = CONNECTOR.parse(INQUIRE, reference("host.Inquire"), sample("host.Inquire.reply"))
    assert isinstance(found, Done)
    assert found.result == Found(original=original, reversed=False)  # type: ignore[arg-type]
    missing = CONNECTOR.parse(INQUIRE, reference("host.Inquire.not-found"), sample("host.Inquire.not-found.reply"))
    assert isinstance(missing, Done)
    assert missing.result == NotFound()


@pytest.mark.parametrize(("name", "code"), [("refused", Code.INSUFFICIENT_FUNDS), ("busy", Code.HOST_BUSY)])
def test_refusals_are_definite(name: str, code: Code) -> None:
    call = reference(f"{TRANSFER}.{name}")
    outcome = CONNECTOR.parse(a_transfer(), call, sample(f"{TRANSFER}.{name}.reply"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, bool(outcome.host_message)) == (code, True)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"TX0000000000000001", b"TX0000000000000002", "other_reference"),
        (b"<status>OK", b"<status>REJECTED", "contradictory"),
        (b"<hostCode>0000", b"<hostCode>1005", "contradictory"),
        (b"<status>OK", b"<status>MAYBE", "contradictory"),
        (b"99987.66", b"99987.661", "off_contract"),
        (b"<currency>CNY", b"<currency>yuan", "off_contract"),
        (b"TransferReply", b"EchoReply", "other_reply"),
        (b"</balanceAfter>", b"</balanceAfter", "malformed"),
    ],
)
def test_a_reply_that_does_not_hang_together_is_a_doubt(old: bytes, new: bytes, reason: str) -> None:
    good = sample(f"{TRANSFER}.reply")
    assert old in good
    outcome = CONNECTOR.parse(a_transfer(), CALL, good.replace(old, new))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == reason


def test_ok_without_a_result_is_a_doubt() -> None:
    good = sample(f"{TRANSFER}.reply")
    head, _, rest = good.partition(b"<result>")
    outcome = CONNECTOR.parse(a_transfer(), CALL, head + rest.partition(b"</result>")[2])
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "contradictory"


@given(st.binary(max_size=200))
def test_parsing_never_raises(body: bytes) -> None:
    assert isinstance(CONNECTOR.parse(a_transfer(), CALL, body), Unknown)


def test_what_does_not_fit_names_the_field() -> None:
    with pytest.raises(CannotBuildError) as refused:
        CONNECTOR.build(replace(a_transfer(), credit_name="n" * 121), CALL)
    assert refused.value.field == "creditName"
    with pytest.raises(CannotBuildError):
        CONNECTOR.build(GetBalance(account="6" * 33), CALL)


@given(st.integers(-(10**16), 10**16))
def test_amounts_survive_the_wire(minor: int) -> None:
    reply = sample(f"{TRANSFER}.reply").replace(b"99987.66", str(Money(minor, "CNY").decimal).encode())
    outcome = CONNECTOR.parse(a_transfer(), CALL, reply)
    assert isinstance(outcome, Done)
    assert isinstance(outcome.result, Transferred)
    assert outcome.result.balance_after == Money(minor, "CNY")


def test_samples_hold_nothing_but_captured_messages() -> None:
    for file in sorted(Path(FOLDER.path / "samples").iterdir()):
        assert file.read_bytes().lstrip().startswith((b"<?xml", b"<s:Envelope")), file
