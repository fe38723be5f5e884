"""Canonical errors, read as the gateway writes them."""

from __future__ import annotations

import pytest
from google.rpc.status_pb2 import Status

from tellerline.callcenter.gateway_client import Asker
from tellerline.callcenter.gateway_errors import GatewayError, read_status
from tellerline.gateway.errors import refusal_status
from tellerline.gateway.refusal import FieldViolation
from tellerline.routing.model.codes import Code


@pytest.mark.parametrize("code", list(Code))
def test_every_code_of_the_gateway_is_read_back(code: Code) -> None:
    written = refusal_status(code, metadata={"limit": "7"})
    read = read_status(Status.FromString(written.SerializeToString()))
    assert (read.code, read.figures["limit"], bool(read.text)) == (code.value, "7", True)
    assert read.definite == (read.figures["definite"] == "true")


def test_fields_that_are_wrong_are_named() -> None:
    written = refusal_status(Code.INVALID_REQUEST, violations=(FieldViolation("pin_block", "other_call"),))
    assert list(read_status(written).violations) == ["pin_block"]


def test_without_the_gateways_words_nothing_is_definite() -> None:
    assert read_status(Status(code=14, message="proxy")).definite is False
    assert str(GatewayError()) == "no answer (outcome unknown)"
    doubted = GatewayError(code="HOST_BUSY", definite=True, retryable=True).doubted()
    assert (doubted.code, doubted.definite, doubted.retryable) == ("HOST_BUSY", False, False)


def test_a_serial_belongs_to_one_call_and_step() -> None:
    assert Asker(call="c-1", step="4").serial == Asker(call="c-1", step="4", grant="other").serial == "cc:c-1:4"
    odd = [Asker(call="呼叫" * 40, step=step).serial for step in ("4", "5")]
    assert odd[0] != odd[1]
    assert all(len(serial) <= 64 and serial.isascii() for serial in odd)


def test_what_is_secret_is_not_shown() -> None:
    assert "token" not in repr(Asker(call="c-1", step="4", grant="token"))
