"""From rounds to figures, from figures to ratios, from ratios to verdicts."""

from __future__ import annotations

from tellerline.bench.enquiries import ENQUIRIES
from tellerline.bench.measure import Figure, Round, figure
from tellerline.bench.report import TARGETS, of_target, ranges, ratios, verdicts


def measured(cpu_us: float) -> Figure:
    return figure([Round(requests=100, failed=0, cpu_us=cpu_us, seconds=0.1)])


ECHO = {"grpc_echo": measured(150.0)}
FLOORS = ECHO | {"floor_balance_soap": measured(50.0), "floor_loan_mq": measured(30.0)}


def test_a_figure_is_the_median_of_its_rounds_with_their_spread() -> None:
    rounds = [Round(requests=100, failed=0, cpu_us=cost, seconds=0.5) for cost in (300.0, 100.0, 110.0)]
    found = figure(rounds)
    assert (found.cpu_us, found.cpu_us_low, found.cpu_us_high) == (110.0, 100.0, 300.0)
    assert (found.per_second, found.rounds, found.failed) == (200.0, 3, 0)


def test_every_enquiry_stands_against_echo_and_a_floor_of_its_own_host() -> None:
    costs = {f"connect_{enquiry.name}": 300.0 for enquiry in ENQUIRIES}
    floors = {enquiry.floor: 50.0 + 10.0 * number for number, enquiry in enumerate(ENQUIRIES)}
    found = ratios(ECHO | {name: measured(cost) for name, cost in (costs | floors).items()}, ["connect"])
    expected = {enquiry.name: round(300.0 / (200.0 + 10.0 * number), 2) for number, enquiry in enumerate(ENQUIRIES)}
    assert found["connect"] == expected | {"transfer_sqlite": None, "transfer_postgresql": None}


def test_a_transfer_stands_against_echo_and_a_post_to_the_core_host() -> None:
    found = ratios(FLOORS | {"connect_transfer_sqlite": measured(400.0)}, ["connect"])["connect"]
    assert found["transfer_sqlite"] == 2.0
    assert found["transfer_postgresql"] is None
    assert found["balance_soap"] is None


def test_zeep_and_the_peer_are_told_as_how_many_times_cheaper_we_are() -> None:
    costs = {
        "statement_decode": 100.0,
        "statement_decode_zeep": 950.0,
        "connect_balance_soap": 300.0,
        "peer_balance_soap": 2_400.0,
        "connect_loan_mq": 200.0,
        "peer_loan_mq": 700.0,
    }
    found = ratios(FLOORS | {name: measured(cost) for name, cost in costs.items()}, ["connect"])
    assert found["statement_decode_vs_zeep"] == 9.5
    assert found["peer_balance_soap"] == 8.0
    assert found["peer_loan_mq"] == 3.5


def test_a_ratio_has_the_range_that_its_rounds_allow() -> None:
    def rounds(costs: list[float]) -> Figure:
        return figure([Round(requests=100, failed=0, cpu_us=cost, seconds=0.1) for cost in costs])

    few = {"atm_balance": rounds([90.0, 300.0, 110.0]), "connect_balance_soap": rounds([100.0, 100.0, 100.0])}
    assert of_target(ranges(few, ["connect"]), "atm_balance") == [0.9, 3.0]
    many = {"atm_balance": rounds([*range(1, 26)]), "connect_balance_soap": rounds([10.0] * 25)}
    assert of_target(ratios(many, ["connect"]), "atm_balance") == 1.3
    assert of_target(ranges(many, ["connect"]), "atm_balance") == [0.8, 1.8]
    assert of_target(ranges(many, ["connect"]), "http_balance") is None


def test_each_target_is_judged_and_what_was_not_measured_is_not() -> None:
    found = {"connect": {"balance_soap": 1.8, "loan_mq": 1.81}, "statement_decode_vs_zeep": 8.0, "peer_loan_mq": 2.9}
    reached = {name: verdict for name, _, _, verdict in verdicts(found)}
    assert set(reached) == set(TARGETS)
    assert reached["balance_soap"] is True
    assert reached["loan_mq"] is False
    assert reached["statement_decode_vs_zeep"] is True
    assert reached["peer_loan_mq"] is False
    assert reached["transfer_sqlite"] is None
    assert reached["peer_balance_soap"] is None
