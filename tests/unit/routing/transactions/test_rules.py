"""Rules of routing: read with every mistake named, judged by account, branch and share, explained as decided."""

from __future__ import annotations

import json

import pytest

from tellerline.routing.transactions.reading import parse_rules
from tellerline.routing.transactions.router import Route, Router
from tellerline.routing.transactions.rules import NO_RULES, Why, place_of
from tellerline.routing.transactions.table import RoutingError, RoutingTable

CORE = frozenset({"accounts.GetBalance", "accounts.ReportLoss", "transfers.CreateTransfer", "host.Inquire"})
DECLARED = {"core": CORE, "core-v2": CORE - {"accounts.ReportLoss"}, "credit": frozenset({"credit.GetLoan"})}
TABLE = RoutingTable.build({"core": CORE, "credit": DECLARED["credit"]})
ENQUIRIES = frozenset({"accounts.GetBalance", "credit.GetLoan"})
CANARY = """
version = "7"

[[rules]]
name = "staff"
operations = ["accounts.*"]
branches = ["0101"]
host = "core-v2"

[[rules]]
name = "canary"
operations = ["accounts.*", "transfers.CreateTransfer"]
accounts = ["6200000000..6200009999", "63*"]
percentage = 10
host = "core-v2"

[[shadows]]
name = "mirror"
operations = ["*"]
volatile = ["*_serial"]
host = "core-v2"
"""


def router(text: str = CANARY) -> Router:
    return Router.build(TABLE, DECLARED, parse_rules(text), ENQUIRIES)


def way(found: Route | None) -> tuple[str, str]:
    assert found is not None
    return found.host, found.rule


def test_without_rules_every_operation_is_fixed() -> None:
    ways = Router.build(TABLE, DECLARED, NO_RULES).ways
    assert {operation: each.fixed for operation, each in ways.items()} == dict(TABLE.hosts)


def test_only_operations_that_rules_name_depend_on_account_and_branch() -> None:
    ways = router().ways
    assert ways["credit.GetLoan"].fixed == "credit"
    assert ways["accounts.ReportLoss"].fixed == "core", "core-v2 does not offer it"
    assert ways["accounts.GetBalance"].fixed == ways["transfers.CreateTransfer"].fixed == ""


def test_a_rule_without_conditions_is_fixed_as_well() -> None:
    text = 'version = "8"\n[[rules]]\nname = "all"\noperations = ["accounts.*"]\nhost = "core-v2"\n'
    assert router(text).ways["accounts.GetBalance"].fixed == "core-v2"


def test_a_share_is_stable_and_grows_around_the_same_accounts() -> None:
    accounts = [f"620000{number:04}" for number in range(10_000)]
    ways = router().ways["transfers.CreateTransfer"]
    taken = {account for account in accounts if ways.host_for(account, "") == "core-v2"}
    again = {account for account in accounts if router().ways["accounts.GetBalance"].host_for(account, "") == "core-v2"}
    greater = router(CANARY.replace("percentage = 10", "percentage = 25")).ways["accounts.GetBalance"]
    assert taken == again
    assert abs(len(taken) / len(accounts) - 0.10) < 0.01
    assert taken < {account for account in accounts if greater.host_for(account, "") == "core-v2"}


def test_two_shares_are_independent_unless_they_share_a_salt() -> None:
    accounts = [f"620000{number:04}" for number in range(5_000)]
    both = sum(place_of(account, "one") < 5_000 and place_of(account, "two") < 5_000 for account in accounts)
    assert abs(both / len(accounts) - 0.25) < 0.03


@pytest.mark.parametrize(
    ("operation", "account", "branch", "expected"),
    [
        ("accounts.GetBalance", "", "0101", ("core-v2", "staff")),
        ("accounts.GetBalance", "", "", ("core", "")),
        ("accounts.GetBalance", "6100000001", "", ("core", "")),
        ("transfers.CreateTransfer", "6300000001", "0101", ("core", "")),
        ("credit.GetLoan", "6200000001", "0101", ("credit", "")),
    ],
)
def test_explained_as_decided(operation: str, account: str, branch: str, expected: tuple[str, str]) -> None:
    routes = router()
    assert way(routes.explain(operation, account, branch)) == expected
    assert routes.ways[operation].host_for(account, branch) == expected[0]


def test_each_rule_says_why_not() -> None:
    routes = router()
    found = routes.explain("accounts.GetBalance", "6100000001", "0202")
    assert found is not None
    assert [judged.why for judged in found.judged] == [Why.OTHER_BRANCH, Why.OTHER_ACCOUNT]
    none = routes.explain("accounts.GetBalance")
    assert none is not None
    assert none.judged[-1].why is Why.NO_ACCOUNT
    report = routes.explain("accounts.ReportLoss", branch="0101")
    assert report is not None
    assert {judged.why for judged in report.judged} == {Why.NOT_OFFERED}
    assert routes.explain("fx.GetQuote") is None


def test_only_enquiries_have_shadows() -> None:
    ways = router().ways
    assert [shadow.name for shadow in ways["accounts.GetBalance"].shadows] == ["mirror"]
    assert ways["transfers.CreateTransfer"].shadows == ()
    assert ways["accounts.GetBalance"].shadows[0].ignores("host_serial")


def test_json_says_the_same() -> None:
    rule = {"name": "r", "operations": ["accounts.*"], "host": "core-v2", "percentage": 0.5}
    rules = parse_rules(json.dumps({"version": "1", "rules": [rule]}), json_format=True)
    assert rules.rules[0].points == 50


def rule_with(**changes: object) -> str:
    rule = {"name": "r", "operations": ["accounts.*"], "host": "core-v2"} | changes
    return json.dumps({"version": "1", "rules": [{key: value for key, value in rule.items() if value is not None}]})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "the file: must be a table"),
        ("{}", "version"),
        ('{"version": "1", "routes": []}', "routes: is not known"),
        (rule_with(name=None), r"rules\[0\]: name"),
        (rule_with(host=""), "'r': host"),
        (rule_with(operations=[]), "name at least one"),
        (rule_with(operations=["accounts.Get Balance"]), "no <area>.<Method>"),
        (rule_with(operations="accounts.*"), "list of texts"),
        (rule_with(accounts=["62..6"]), "same length"),
        (rule_with(accounts=["63..62"]), "ends before"),
        (rule_with(accounts=["6-2"]), "no FIRST..LAST"),
        (rule_with(percentage=101), "from 0 to 100"),
        (rule_with(percentage=True), "from 0 to 100"),
        (rule_with(percentage=0.001), "two decimals"),
        (rule_with(volatile=[]), "volatile: is not known"),
    ],
)
def test_every_mistake_is_named_with_its_place(text: str, words: str) -> None:
    with pytest.raises(RoutingError, match=words):
        parse_rules(text, json_format=True)


def test_names_of_rules_are_unique() -> None:
    with pytest.raises(RoutingError, match="two rules"):
        parse_rules(CANARY.replace('"mirror"', '"canary"'))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "core-v3"}, "'core-v3' is not connected; connected are core, core-v2, credit"),
        ({"operations": ["accounts.ReportLoss"]}, "'core-v2' does not offer accounts.ReportLoss"),
        ({"operations": ["host.Inquire"]}, "host.Inquire is not routed"),
        ({"operations": ["credit.*"]}, "match nothing"),
    ],
)
def test_a_rule_that_could_never_take_anything_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RoutingError, match=words):
        Router.build(TABLE, DECLARED, parse_rules(rule_with(**changes), json_format=True), ENQUIRIES)


def test_what_changes_something_has_no_shadow() -> None:
    shadow = {"name": "s", "operations": ["transfers.CreateTransfer"], "host": "core-v2"}
    rules = parse_rules(json.dumps({"version": "1", "shadows": [shadow]}), json_format=True)
    with pytest.raises(RoutingError, match="never copied"):
        Router.build(TABLE, DECLARED, rules, ENQUIRIES)
