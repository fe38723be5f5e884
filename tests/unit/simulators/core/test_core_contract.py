"""The WSDL is what the host speaks: zeep as a stranger's client, every reply checked by the schema in it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from lxml import etree
from soap_caller import SERVICE, TYPES, soap_request
from zeep import Client, Settings

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.core.contract import core_contract
from tellerline.simulators.soap.contract import UnknownOperationError, UnreadableError

HEADER = {"reference": "Z1", "channel": "IVR", "acceptedAt": "2026-11-22T12:00:00+08:00", "attempt": 1}


def everything(client: Any, card: str, other: str, document: str) -> dict[str, Any]:
    """Every operation once, as a stranger's program would call it; replies by operation."""
    service = client.service
    amount = {"currency": "CNY", "value": "1.00"}
    period = {"fromDate": "2026-01-01", "toDate": "2099-01-01"}
    remittance = {
        "creditBank": "102100099996",
        "creditAccount": "62",
        "creditName": "李娜",
        "purpose": "货款",
        "urgent": True,
    }
    cash = {"account": card, "terminal": "ATM00001"}
    asked: dict[str, dict[str, Any]] = {
        "Echo": {},
        "GetBalance": {"account": card},
        "ListStatementEntries": {"account": card, **period, "afterSequence": 0, "limit": 5},
        "DescribeAccount": {"account": card},
        "DescribeCustomer": {"identityDocument": document},
        "VerifyPin": {"account": card, "pin": "246810"},
        "Transfer": {"debitAccount": card, "creditAccount": other, "amount": amount, "kind": "REGISTERED_PAYEE"},
        "Remit": {**remittance, "debitAccount": card, "amount": amount},
        "WithdrawCash": {**cash, "amount": {"currency": "CNY", "value": "100.00"}},
        "ReturnCash": {**cash, "amount": amount, "originalReference": "WithdrawCash"},
        "DebitAccount": {"account": card, "amount": amount, "purpose": "FX"},
        "CreditAccount": {"account": card, "amount": amount, "purpose": "FX"},
        "InquireTransaction": {"originalReference": "Transfer", "originalOperation": "Transfer"},
        "ReverseTransaction": {"originalReference": "Transfer", "originalOperation": "Transfer"},
        "ChangePin": {"account": card, "oldPin": "246810", "newPin": "864209"},
        "ReportLoss": {"account": card, "kind": "CARD"},
        "GetLossReport": {"account": card},
    }
    return {name: service[name](header={**HEADER, "reference": name}, **fields) for name, fields in asked.items()}


async def test_a_strict_stranger_can_call_every_operation() -> None:
    bank = SimulatedBank(SystemClock(), SeededRandomness(1))
    population = bank.load_population(customers=3)
    await bank.start()
    try:
        settings = Settings(strict=True, forbid_dtd=True, forbid_external=True)
        client = await asyncio.to_thread(Client, f"{bank.core.url}?wsdl", settings=settings)
        first, second = population.people[:2]
        document = first.customer.identity_document
        replies = await asyncio.to_thread(everything, client, first.card, second.card, document)
    finally:
        await bank.close()
    assert {name: reply.header.status for name, reply in replies.items()} == dict.fromkeys(replies, "OK")
    assert set(replies) == core_contract().operations
    assert replies["DescribeCustomer"].result.name == first.customer.name
    assert replies["InquireTransaction"].result.original.operation == "Transfer"
    assert replies["ReverseTransaction"].result.effective is True
    assert replies["GetLossReport"].result.lossReport.state == "IN_FORCE"
    assert len(replies["ListStatementEntries"].result.entry) == 5


def test_published_contract_names_its_own_address() -> None:
    assert b'location="http://10.0.0.1/core"' in core_contract().published("http://10.0.0.1/core")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<html/>",
        soap_request("GetBalance", {}, "R1"),
        soap_request("GetBalance", {"account": "A" * 33}, "R1"),
        soap_request("GetBalance", {"account": "A", "more": "x"}, "R1"),
        soap_request("GetBalance", {"account": "A"}, ""),
        soap_request("GetBalance", {"account": "A"}, "R" * 33),
        soap_request("GetBalance", {"account": "A"}, "R1")[:-20],
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + soap_request("GetBalance", {"account": "&b;"}, "R1"),
    ],
)
def test_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        core_contract().read(body)


def test_other_operations_and_contradicting_actions() -> None:
    contract = core_contract()
    with pytest.raises(UnknownOperationError):
        contract.read(soap_request("GetWeather", {}, "R1"))
    with pytest.raises(UnknownOperationError):
        contract.read(soap_request("GetBalance", {"account": "A"}, "R1").replace(TYPES.encode(), b"urn:other"))
    body = soap_request("GetBalance", {"account": "A"}, "R1")
    assert contract.read(body, f"{SERVICE}/GetBalance").fields == {"account": "A"}
    with pytest.raises(UnreadableError):
        contract.read(body, f"{SERVICE}/Transfer")


def test_codes_in_the_contract_are_the_codes_of_the_host() -> None:
    from tellerline.simulators.core.codes import MESSAGES

    documentation = etree.fromstring(core_contract().published(""))[0].text or ""
    assert set(re.findall(r"\b[0-9]{4}\b", documentation)) == set(MESSAGES)
