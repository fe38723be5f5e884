"""Path templates are found again by the paths that they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.channels.http.transcoding.templates import PathTable, Template, Variable

BALANCE = "/v1/{name=customers/*/accounts/*/balance}"
LOSS = "/v1/{account=customers/*/accounts/*}:reportLoss"
ACCOUNTS = "/v1/{parent=customers/*}/accounts"
TRANSFER = "/v1/{name=transfers/*}"
LOOK_UP = "/v1/transfers:lookUp"


def table() -> PathTable[str]:
    made: PathTable[str] = PathTable()
    for path in (BALANCE, ACCOUNTS, TRANSFER, LOOK_UP):
        made.add("GET", Template.parse(path), path)
    made.add("POST", Template.parse(LOSS), LOSS)
    made.add("POST", Template.parse("/v1/transfers"), "/v1/transfers")
    return made


def test_a_template_says_which_field_stands_where() -> None:
    template = Template.parse(LOSS)
    assert template.segments == ("v1", "customers", "*", "accounts", "*")
    assert template.verb == "reportLoss"
    assert template.variables == (Variable("account", 1, 5),)
    assert template.place_of("customers") == 2
    assert template.place_of("loans") is None
    assert Template.parse("/v1/{limits.name=a/*}").variables == (Variable("limits.name", 1, 3),)


@pytest.mark.parametrize("path", ["/v1/{name=**}", "/v1/{name=a/**}", "/v1/{Name}", "/v1/{name", "/v1/a b"])
def test_templates_that_it_does_not_know_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"template|segment"):
        Template.parse(path)


@pytest.mark.parametrize(
    ("path", "method", "expected", "segments"),
    [
        ("/v1/customers/C1/accounts/2/balance", "GET", BALANCE, ["v1", "customers", "C1", "accounts", "2", "balance"]),
        ("/v1/customers/C1/accounts", "GET", ACCOUNTS, ["v1", "customers", "C1", "accounts"]),
        ("/v1/customers/C1/accounts/2:reportLoss", "POST", LOSS, ["v1", "customers", "C1", "accounts", "2"]),
        ("/v1/transfers:lookUp", "GET", LOOK_UP, ["v1", "transfers"]),
        ("/v1/transfers/a:b", "GET", TRANSFER, ["v1", "transfers", "a:b"]),
        ("/v1/transfers/a%3AlookUp", "GET", TRANSFER, ["v1", "transfers", "a:lookUp"]),
        ("/v1/customers/%E5%BC%A0/accounts", "GET", ACCOUNTS, ["v1", "customers", "张", "accounts"]),
    ],
)
def test_paths_find_their_template(path: str, method: str, expected: str, segments: list[str]) -> None:
    found = table().find(path)
    assert found is not None
    assert (found[0][method], found[1]) == (expected, segments)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/customers//accounts",
        "/v1/customers/C1%2F..%2FC2/accounts",
        "/v1/customers/C%001/accounts",
        "/v1/customers/%FF/accounts",
        "/v1/customers/C1/accounts/",
        "/v1/customers/C1/accounts/2:reportloss",
        "/v1/nothing",
        "/",
        "",
    ],
)
def test_other_paths_find_nothing(path: str) -> None:
    assert table().find(path) is None


def test_a_path_is_taken_once() -> None:
    made = table()
    with pytest.raises(ValueError, match="twice"):
        made.add("GET", Template.parse("/v1/{other=customers/*}/accounts"), "again")


segments = st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=5)
verbs = st.sampled_from(["", "", "do"])


def fitting(templates: list[tuple[list[str], str]], path: list[str], verb: str) -> list[tuple[str, ...]]:
    return [
        tuple(parts)
        for parts, end in templates
        if end == verb
        and len(parts) == len(path)
        and all(part in ("*", given) for part, given in zip(parts, path, strict=True))
    ]


@given(
    st.lists(st.tuples(segments, verbs), max_size=12), st.lists(st.sampled_from("abc"), min_size=1, max_size=5), verbs
)
def test_of_all_templates_that_fit_the_first_literal_decides(
    templates: list[tuple[list[str], str]], path: list[str], verb: str
) -> None:
    made: PathTable[tuple[str, ...]] = PathTable()
    for index, (parts, end) in enumerate(templates):
        made.add(str(index), Template(tuple(parts), end, ()), tuple(parts))
    whole = [*path[:-1], f"{path[-1]}:{verb}"] if verb else path
    asked = path if fitting(templates, path, verb) else whole
    candidates = fitting(templates, path, verb) or fitting(templates, whole, "")
    found = made.find("/" + "/".join(whole))
    if not candidates:
        assert found is None
    else:
        assert found is not None
        expected = min(candidates, key=lambda parts: [part == "*" for part in parts])
        assert (set(found[0].values()), found[1]) == ({expected}, asked)
