"""From rounds to figures, from figures to ratios, from ratios to verdicts."""

from __future__ import annotations

from tellerline.bench.measure import Figure, Round, figure
from tellerline.bench.report import TARGETS, ratios, verdicts


def measured(cpu_us: float) -> Figure:
    return figure([Round(requests=100, failed=0, cpu_us=cpu_us, seconds=0.1)])


FLOORS = {"grpc_echo": measured(150.0), "aiohttp_post": measured(50.0), "pika_round_trip": measured(30.0)}


def test_a_figure_is_the_median_of_its_rounds_with_their_spread() -> None:
    rounds = [Round(requests=100, failed=0, cpu_us=cost, seconds=0.5) for cost in (300.0, 100.0, 110.0)]
    found = figure(rounds)
    assert (found.cpu_us, found.cpu_us_low, found.cpu_us_high) == (110.0, 100.0, 300.0)
    assert (found.per_second, found.rounds, found.failed) == (200.0, 3, 0)


def test_soap_stands_against_echo_and_post_and_mq_against_echo_and_round_trip() -> None:
    costs = {"connect_balance_soap": 300.0, "connect_loan_mq": 270.0, "connect_transfer_sqlite": 400.0}
    found = ratios(FLOORS | {name: measured(cost) for name, cost in costs.items()}, ["connect"])
    assert found["connect"] == {
        "balance_soap": 1.5,
        "loan_mq": 1.5,
        "transfer_sqlite": 2.0,
        "transfer_postgresql": None,
    }


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
