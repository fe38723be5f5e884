"""Who may dispose of an account, and whose cards it has."""

from __future__ import annotations

import pytest
from core_books import CoreBooks

from tellerline.simulators.core.register import AccountKind, CoreAccount, IssuedCard


def _account(**fields: object) -> CoreAccount:
    common = {"number": "C", "kind": AccountKind.ACCOUNT, "product": "x", "currency": "CNY", "opened_on": "2020-01-01"}
    return CoreAccount(**{**common, "owner": "1", "disponents": ("2",), **fields})  # type: ignore[arg-type]


def _card(**fields: str) -> IssuedCard:
    common = {"number": "6229990000000000018", "product": "classic", "account": "C", "issued_on": "2020-02-01"}
    return IssuedCard(**{**common, "holder": "2", **fields})


def test_a_disponent_holds_a_card(core_books: CoreBooks) -> None:
    host = core_books.host
    host.branch.open_account(_account())
    host.branch.issue_card(_card())
    card = host.register.cards.get("6229990000000000018")
    assert card is not None
    assert (card.account, card.holder) == ("C", "2")


def test_a_disponent_is_a_customer(core_books: CoreBooks) -> None:
    with pytest.raises(ValueError, match="disponent"):
        core_books.host.branch.open_account(_account(disponents=("nobody",)))


@pytest.mark.parametrize("fields", [{"holder": "3"}, {"account": "D"}])
def test_a_card_belongs_to_one_who_may_dispose(core_books: CoreBooks, fields: dict[str, str]) -> None:
    core_books.host.branch.open_account(_account())
    with pytest.raises(ValueError, match="may not dispose"):
        core_books.host.branch.issue_card(_card(**fields))


def test_a_card_number_is_issued_once(core_books: CoreBooks) -> None:
    core_books.host.branch.open_account(_account())
    core_books.host.branch.issue_card(_card())
    with pytest.raises(ValueError, match="exists"):
        core_books.host.branch.issue_card(_card(holder="1"))


def test_cards_go_back_with_the_books(core_books: CoreBooks) -> None:
    host = core_books.host
    host.branch.open_account(_account())
    host.snapshot()
    host.branch.issue_card(_card())
    host.reset()
    assert len(host.register.cards) == 0
