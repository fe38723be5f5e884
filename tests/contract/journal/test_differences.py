"""Differences with the hosts' days: a case each, once; closed by people for good, by a comparison until found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from journal_rows import NOON as NOW

from tellerline.gateway.journal.difference_records import RECONCILIATION, CaseSearch, CaseState, DifferenceCase
from tellerline.gateway.journal.port import Store


def case(reference: str, kind: str = "AMOUNT", host: str = "core", day: str = "2026-03-02") -> DifferenceCase:
    return DifferenceCase(
        name=f"{host}:{day}:{reference}:{kind}",
        host=host,
        accounting_date=day,
        reference=reference,
        kind=kind,
        opened_at=NOW,
        detail=b'{"amount": 1}',
    )


def names(cases: Sequence[DifferenceCase]) -> list[str]:
    return [each.reference for each in cases]


async def test_a_case_is_opened_once_with_the_newest_detail(store: Store, other: Store) -> None:
    await store.differences.open([case("A"), case("B")])
    await other.differences.open([replace(case("A"), detail=b"{}", opened_at=NOW + timedelta(days=1))])
    assert await store.differences.get(case("A").name) == replace(case("A"), detail=b"{}")
    assert names(await other.differences.search(CaseSearch())) == ["A", "B"]


async def test_what_people_closed_stays_closed(store: Store) -> None:
    await store.differences.open([case("A")])
    closed = await store.differences.close(case("A").name, NOW, "u1", "booked by hand")
    expected = replace(case("A"), state=CaseState.CLOSED, closed_at=NOW, closed_by="u1", reason="booked by hand")
    assert closed == expected
    assert await store.differences.close(case("A").name, NOW, "u2", "again") is None
    await store.differences.open([case("A")])
    assert await store.differences.get(case("A").name) == expected


async def test_what_a_comparison_closed_is_opened_anew(store: Store) -> None:
    await store.differences.open([case("A")])
    await store.differences.close(case("A").name, NOW, RECONCILIATION, "not_found_again")
    await store.differences.open([case("A")])
    assert await store.differences.get(case("A").name) == case("A")


async def test_cases_are_found_page_by_page(store: Store) -> None:
    await store.differences.open([case("A"), case("B"), case("C", host="credit"), case("D", day="2026-03-03")])
    await store.differences.close(case("B").name, NOW, "u1", "fine")
    search = store.differences.search
    assert names(await search(CaseSearch(host="core", limit=2))) == ["A", "B"]
    assert names(await search(CaseSearch(host="core", after=case("B").name))) == ["D"]
    assert names(await search(CaseSearch(state=CaseState.OPEN))) == ["A", "D", "C"]
    assert names(await search(CaseSearch(accounting_date="2026-03-02", state=CaseState.CLOSED))) == ["B"]
    assert names(await search(CaseSearch(reference="D"))) == ["D"]
    assert names(await search(CaseSearch(host="credit", reference="D"))) == []


async def test_no_cases_are_no_work(store: Store) -> None:
    await store.differences.open([])
    assert await store.differences.search(CaseSearch()) == []
