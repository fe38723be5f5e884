"""The credit connector against captured records, and against records that are not what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from credit_bench import ACCOUNT, BORROWER, LOAN, a_repayment
from hypothesis import given, settings
from hypothesis import strategies as st

import tellerline.connectors.credit
from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.copybook import Charset
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.credit.connector import build_connector
from tellerline.connectors.discovery import discover
from tellerline.connectors.record_connector import RecordConnector
from tellerline.connectors.records import load_records
from tellerline.routing.model import credit
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo, HostCall, Inquire, Reverse
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import (
    Done,
    Found,
    HostState,
    NotFound,
    Rejected,
    Reversal,
    Unknown,
)

SAMPLES = Path(tellerline.connectors.credit.__file__).parent / "samples"
MANIFEST = next(folder.manifest for folder in discover() if folder.manifest.name == "credit")
RECORDS = load_records(MANIFEST, Charset.GB18030)
REPAY = a_repayment()
REPAID = credit.LoanRepaid(
    loan=LOAN,
    outstanding=Money(300_000_00, "CNY"),
    settlement_balance=Money(499_987_66, "CNY"),
    booked_at="2026-03-02T10:00:00+08:00",
)
COMMANDS: dict[str, tuple[str, Command]] = {
    "echo": ("T00000001", Echo()),
    "get-loan": ("T00000002", credit.GetLoan(loan=LOAN, account=ACCOUNT)),
    "list-instalments": ("T00000003", credit.ListInstalments(loan=LOAN, account=ACCOUNT)),
    "repay-loan": ("T00000004", REPAY),
    "inquire": (
        "T00000005",
        Inquire(original_reference="T00000004", original_operation=REPAY.operation, original_account=ACCOUNT),
    ),
    "reverse": (
        "T00000006",
        Reverse(
            original_reference="T00000004",
            original_operation=REPAY.operation,
            original_account=ACCOUNT,
            amount=REPAY.amount,
        ),
    ),
}


def call(reference: str) -> HostCall:
    return HostCall(
        reference=reference, channel="IVR", accepted_at="2026-03-02T10:00:00+08:00", branch="0101", operator="A007"
    )


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.dat").read_bytes()


@pytest.fixture(scope="module")
def connector() -> RecordConnector:
    return build_connector(MANIFEST, VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))


def parsed(connector: RecordConnector, name: str) -> Done:
    reference, command = COMMANDS[name]
    outcome = connector.parse(command, call(reference), sample(f"{name}.reply"))
    assert isinstance(outcome, Done), outcome
    assert outcome.accounting_date == "2026-03-02"
    return outcome


@pytest.mark.parametrize("name", COMMANDS)
def test_requests_are_byte_for_byte_what_was_captured(connector: RecordConnector, name: str) -> None:
    reference, command = COMMANDS[name]
    request = connector.build(command, call(reference))
    assert request.body == sample(f"{name}.request")
    assert request.correlation == f"{reference}.1"
    assert request.durable == (name in ("repay-loan", "reverse"))


def test_a_captured_loan_is_read(connector: RecordConnector) -> None:
    assert parsed(connector, "get-loan").result == credit.Loan(
        loan=LOAN,
        account=ACCOUNT,
        borrower_name=BORROWER,
        principal=Money(300_000_00, "CNY"),
        outstanding=Money(300_000_00, "CNY"),
        rate_ppm=43_500,
        method=credit.RepaymentMethod.EQUAL_INSTALMENTS,
        granted_on="2026-01-05",
        instalments=36,
        instalments_paid=0,
        next_due_on="2026-02-05",
        next_due=Money(8_903_98, "CNY"),
        status=credit.LoanStatus.OVERDUE,
    )


def test_a_captured_schedule_is_read(connector: RecordConnector) -> None:
    result = parsed(connector, "list-instalments").result
    assert isinstance(result, credit.Instalments)
    assert [row.number for row in result.instalments] == list(range(1, 21))
    assert result.more
    first = result.instalments[0]
    assert (first.due_on, first.paid) == ("2026-02-05", False)
    assert first.principal.minor + first.interest.minor == 8_903_98


def test_a_captured_repayment_is_read_directly_and_through_an_inquiry(connector: RecordConnector) -> None:
    direct = parsed(connector, "repay-loan")
    assert direct.result == REPAID
    assert parsed(connector, "inquire").result == Found(original=direct, reversed=False)


def test_the_other_captured_replies_are_read(connector: RecordConnector) -> None:
    state = parsed(connector, "echo").result
    assert isinstance(state, HostState)
    assert state.accounting_date == "2026-03-02"
    assert parsed(connector, "reverse").result == Reversal(effective=True)
    inquire = COMMANDS["inquire"][1]
    missing = connector.parse(inquire, call("T00000008"), sample("inquire-not-found.reply"))
    assert isinstance(missing, Done)
    assert missing.result == NotFound()


def test_a_captured_refusal_keeps_the_hosts_words(connector: RecordConnector) -> None:
    outcome = connector.parse(REPAY, call("T00000007"), sample("repay-loan-refused.reply"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.host_code) == (Code.REPAYMENT_EXCEEDS_DEBT, "2004")
    assert outcome.host_message == "还款金额超过欠款"


def test_a_request_that_the_host_could_not_read_is_refused(connector: RecordConnector) -> None:
    outcome = connector.parse(REPAY, call("T00000009"), sample("failure.reply"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.host_code) == (Code.REJECTED_BY_HOST, "9003")


@pytest.mark.parametrize("name", [*COMMANDS, "failure", "repay-loan-refused"])
def test_a_reply_to_another_reference_proves_nothing(connector: RecordConnector, name: str) -> None:
    _, command = COMMANDS.get(name, ("", REPAY))
    outcome = connector.parse(command, call("SOMEBODY-ELSE"), sample(f"{name}.reply"))
    assert isinstance(outcome, Unknown)
    assert (outcome.code, outcome.reason) == (Code.OUTCOME_UNKNOWN, "other_reference")


def altered(record: str, sample_name: str, **changes: object) -> bytes:
    codec = RECORDS[record]
    values = codec.decode(sample(sample_name))
    for name, value in changes.items():
        (values["reply_header"] if name in values["reply_header"] else values)[name] = value
    return codec.encode(values)


OFF_CONTRACT: dict[str, tuple[str, str, str, dict[str, object]]] = {
    "another operation": ("repay-loan", "repay_loan_reply", "off_contract", {"message_type": "GETLOAN"}),
    "another version": ("repay-loan", "repay_loan_reply", "off_contract", {"message_version": 2}),
    "status and code disagree": ("repay-loan", "repay_loan_reply", "contradictory", {"reply_status": "REJECTED"}),
    "code and status disagree": ("repay-loan", "repay_loan_reply", "contradictory", {"host_code": "2001"}),
    "no status": ("repay-loan", "repay_loan_reply", "contradictory", {"reply_status": ""}),
    "a day that is none": ("repay-loan", "repay_loan_reply", "off_contract", {"accounting_date": 20260230}),
    "a currency that is none": ("repay-loan", "repay_loan_reply", "off_contract", {"currency": "yen"}),
    "half a yen": ("repay-loan", "repay_loan_reply", "off_contract", {"currency": "JPY", "outstanding": 150}),
    "an unknown loan status": ("get-loan", "get_loan_reply", "off_contract", {"loan_status": "X"}),
    "a flag that is none": ("reverse", "reverse_reply", "off_contract", {"effective": ""}),
    "too many instalments": ("list-instalments", "list_instalments_reply", "off_contract", {"instalment_count": 21}),
    "another original": ("inquire", "inquire_reply", "off_contract", {"original_message_type": "REVERSE"}),
    "an undecided original": ("inquire", "inquire_reply", "off_contract", {"original_status": ""}),
}


@pytest.mark.parametrize("case", OFF_CONTRACT)
def test_a_reply_off_the_contract_is_a_doubt(connector: RecordConnector, case: str) -> None:
    name, record, reason, changes = OFF_CONTRACT[case]
    body = altered(record, f"{name}.reply", **changes)
    reference, command = COMMANDS[name]
    outcome = connector.parse(command, call(reference), body)
    assert outcome == Unknown(code=Code.HOST_REPLY_UNREADABLE, reason=reason, raw=body)
    assert isinstance(outcome, Unknown)
    assert outcome.raw == body


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"\x80\x04K\x01.", b"\xff" * 249, b"0" * 154])
def test_what_is_no_record_is_a_doubt(connector: RecordConnector, body: bytes) -> None:
    outcome = connector.parse(REPAY, call("T00000004"), body)
    assert isinstance(outcome, Unknown)
    assert outcome.code is Code.HOST_REPLY_UNREADABLE


@settings(max_examples=400, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 248), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_garbled_reply_never_raises(connector: RecordConnector, flips: list[tuple[int, int]]) -> None:
    body = bytearray(sample("repay-loan.reply"))
    for at, value in flips:
        body[at] = value
    assert isinstance(connector.parse(REPAY, call("T00000004"), bytes(body)), Done | Rejected | Unknown)


UNBUILDABLE: dict[str, tuple[Command, HostCall, str]] = {
    "loan too long": (credit.GetLoan(loan="L" * 25, account=ACCOUNT), call("T1"), "loan"),
    "reference too long": (Echo(), call("R" * 33), "reference"),
    "channel too long in bytes": (
        Echo(),
        HostCall(reference="T1", channel="电话银行" * 5, accepted_at="2026-03-02T10:00:00+08:00"),
        "channel",
    ),
    "three places": (
        credit.RepayLoan(loan=LOAN, account=ACCOUNT, amount=Money(1_001, "KWD")),
        call("T1"),
        "amount",
    ),
    "foreign original": (
        Inquire(original_reference="T1", original_operation="transfers.CreateTransfer"),
        call("T2"),
        "original_operation",
    ),
}


@pytest.mark.parametrize("case", UNBUILDABLE)
def test_what_does_not_fit_is_refused_before_it_is_sent(connector: RecordConnector, case: str) -> None:
    command, host_call, field = UNBUILDABLE[case]
    with pytest.raises(CannotBuildError) as caught:
        connector.build(command, host_call)
    assert caught.value.field == field


@pytest.mark.parametrize(("amount", "on_wire"), [(Money(500, "JPY"), 50_000), (Money(1_230, "KWD"), 123)])
def test_amounts_travel_in_hundredths(connector: RecordConnector, amount: Money, on_wire: int) -> None:
    command = credit.RepayLoan(loan=LOAN, account=ACCOUNT, amount=amount)
    request = connector.build(command, call("T1"))
    assert RECORDS["repay_loan_request"].decode(request.body)["amount"] == on_wire
