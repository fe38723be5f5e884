"""Limits that hold before any handler runs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from front_probe import Probe
from google.protobuf.wrappers_pb2 import StringValue

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.channels.grpc.rules import CallRules, methods_by_path, parsed
from tellerline.gateway.channels.grpc.status import StatusWriter
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code


@pytest.fixture
def rules() -> CallRules:
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    statuses = StatusWriter(SeededRandomness(1), make_log(clock, LogWriter(2)))
    return CallRules(clock=clock, settings=FrontSettings(), statuses=statuses, admission=Admission(1))


def test_metadata_is_counted_as_grpc_counts_it(rules: CallRules) -> None:
    fits = 8192 - 32 - len("x-a")
    rules.context({"x-a": "y" * fits}, None, peer="", address="")
    with pytest.raises(RefusalError) as caught:
        rules.context({"x-a": "y" * (fits + 1)}, None, peer="", address="")
    assert caught.value.code is Code.REQUEST_TOO_LARGE


def test_the_deadline_is_a_reading_of_the_clock(rules: CallRules) -> None:
    assert rules.context({}, 3.0, peer="atm", address="").deadline == rules.clock.monotonic() + 3.0
    assert rules.context({}, None, peer="", address="").deadline == rules.clock.monotonic() + 10.0


def test_admission_counts_until_the_handler_ends(rules: CallRules) -> None:
    with rules.admission:
        with pytest.raises(RefusalError) as caught, rules.admission:
            pass
        assert caught.value.code is Code.OVERLOADED
    with rules.admission:
        assert rules.admission.running == 1
    assert rules.admission.running == 0


def test_bytes_that_are_no_message_are_refused() -> None:
    with pytest.raises(RefusalError) as caught:
        parsed(StringValue, b"\xff")
    assert caught.value.code is Code.INVALID_REQUEST


def test_a_path_is_served_once_and_by_one_handler() -> None:
    service = Probe().service()
    assert "/tellerline.probe.v1.ProbeService/Echo" in methods_by_path((service,))
    with pytest.raises(ValueError, match="twice"):
        methods_by_path((service, service))
    nobody = Method(name="Nobody", request=StringValue, response=StringValue)
    with pytest.raises(ValueError, match="handler"):
        methods_by_path((Service(full_name="a.B", methods=(nobody,)),))
