"""The call file as it is: what each row says, its known flaws, and every wrong line named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from call_file import row, write

from tellerline.cli.route.call_file import CallFileError, read_calls
from tellerline.routing.staffing.record import RecordedCall


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _read(path: Path, *rows: str) -> list[RecordedCall]:
    return read_calls(write(path / "calls.tsv", rows))


def _waited(**fields: str) -> str:
    return row(**({"q_start": "7:00:10", "q_exit": "7:00:40", "q_time": "30", "ser_start": "7:00:39"} | fields))


def test_a_call_that_did_not_wait_has_no_known_tier(tmp_path: Path) -> None:
    (call,) = _read(tmp_path, row())
    assert (call.id, call.kind, call.tier, call.agent) == ("AA0101-1", "PS", None, "DORIT")
    assert (call.asked, call.waited, call.queued, call.served) == (_at("1999-02-01 07:00:10"), 0, False, True)
    assert (call.begin, call.service) == (_at("1999-02-01 07:00:10"), 90)


def test_a_call_that_waited_has_its_tier_even_if_it_is_nought(tmp_path: Path) -> None:
    calls = _read(tmp_path, *(_waited(call_id=tier, priority=tier) for tier in "012"))
    assert [call.tier for call in calls] == [0, 1, 2]
    assert {(call.waited, call.queued) for call in calls} == {(30.0, True)}


def test_a_hang_up_ends_in_the_queue_or_before_it(tmp_path: Path) -> None:
    gone = {"outcome": "HANG", "ser_start": "0:00:00", "ser_time": "0", "server": "NO_SERVER"}
    before, at_once, later = _read(
        tmp_path,
        row(call_id="1", **gone),
        _waited(call_id="2", **gone, q_exit="7:00:10", q_time="0"),
        _waited(call_id="3", **gone),
    )
    assert [call.lost_before_queue for call in (before, at_once, later)] == [True, False, False]
    assert (later.served, later.waited, later.service, later.agent) == (False, 30, 0, None)


def test_phantoms_are_no_calls_and_nameless_agents_are_nobody(tmp_path: Path) -> None:
    (call,) = _read(tmp_path, row(outcome="PHANTOM"), row(call_id="2", server="NO_SERVER"))
    assert (call.id, call.served, call.agent) == ("AA0101-2", True, None)


def test_what_follows_on_midnight_is_the_next_day(tmp_path: Path) -> None:
    late = {"vru_entry": "23:59:50", "vru_exit": "0:00:00", "q_start": "0:00:00", "q_exit": "0:00:30"}
    (call,) = _read(tmp_path, _waited(**late, ser_start="0:00:29"))
    assert (call.asked, call.begin) == (_at("1999-02-02 00:00:00"), _at("1999-02-02 00:00:29"))
    assert (call.queued, call.waited) == (True, 30)


def test_a_service_may_begin_seconds_before_the_ivr_lets_go(tmp_path: Path) -> None:
    (call,) = _read(tmp_path, row(vru_entry="0:00:03", vru_time="1", ser_start="0:00:02"))
    assert call.begin == _at("1999-02-01 00:00:02")
    (call,) = _read(tmp_path, _waited(vru_time="-45"))
    assert call.asked == _at("1999-02-01 06:59:15")


def test_calls_come_in_the_order_of_asking(tmp_path: Path) -> None:
    later = row(call_id="1", vru_entry="9:00:00", ser_start="9:00:10")
    assert [call.id for call in _read(tmp_path, later, row(call_id="2"))] == ["AA0101-2", "AA0101-1"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"outcome": "LOST"}, "outcome 'LOST' is none of AGENT, HANG, PHANTOM"),
        ({"date": "991301"}, "date '991301' is no date"),
        ({"vru_entry": "7:61:00"}, "vru_entry '7:61:00' is no time"),
        ({"ser_start": ""}, "ser_start '' is no time"),
        ({"q_time": "1.5"}, "q_time '1.5' is no whole number"),
        ({"ser_time": "-3"}, "ser_time '-3' is no whole number"),
        ({"priority": "gold"}, "priority 'gold' is no whole number"),
        ({"vru_time": "--1"}, "vru_time '-1' is no whole number"),
    ],
)
def test_a_wrong_line_is_named(fields: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(CallFileError) as error:
        _read(tmp_path, row(call_id="7"), row(**fields))
    assert f"calls.tsv:3: {said}" in str(error.value)


def test_wrong_lines_are_counted_after_the_first_ten(tmp_path: Path) -> None:
    with pytest.raises(CallFileError) as error:
        _read(tmp_path, *(["too\tfew"] * 12))
    assert "calls.tsv:11: 2 columns instead of 17\nand 2 more" in str(error.value)


def test_a_call_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallFileError, match="AA0101-1 stands in the file twice"):
        _read(tmp_path, row(), row())
    assert len(_read(tmp_path, row(), row(line="AA0102"))) == 2


def test_what_is_no_call_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.tsv").write_text("a\tb\n")
    (tmp_path / "bytes.tsv").write_bytes(b"\xff\xfe\x00")
    for name, said in (("none.tsv", "No such file"), ("other.tsv", "columns are not"), ("bytes.tsv", "decode")):
        with pytest.raises(CallFileError, match=said):
            read_calls(tmp_path / name)
    with pytest.raises(CallFileError, match="no call in it"):
        _read(tmp_path)
