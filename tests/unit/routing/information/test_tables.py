"""Tables as data: the standard ones can be read, every mistake is named with its place, blocks replace each other."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.routing.information.cells import TableError
from tellerline.routing.information.offers import Fees, Products
from tellerline.routing.information.places import PlaceKind, Places, Point, Search
from tellerline.routing.information.rates import DepositKind, DepositRates, LoanKind, LoanRates, TreasuryBonds
from tellerline.routing.information.reading import KINDS, LONGEST, name_of, read_table, standard_table

DEPOSITS: DepositRates = read_table("deposit-rates", standard_table("deposit-rates"))
LOANS: LoanRates = read_table("loan-rates", standard_table("loan-rates"))
PLACES: Places = read_table("branches", standard_table("branches"))


@pytest.mark.parametrize("name", KINDS)
def test_every_standard_table_can_be_read_and_knows_its_name(name: str) -> None:
    held = read_table(name, standard_table(name))
    assert isinstance(held, KINDS[name].holds)
    assert name_of(type(held)) == name


@pytest.mark.parametrize("name", KINDS)
@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_reader(name: str, text: str) -> None:
    for content in (text, standard_table(name)[:200] + text):
        with suppress(TableError):
            read_table(name, content)


MISTAKES = [
    ("deposit-rates", "nonsense", "not TOML"),
    ("deposit-rates", f"x = {'1' * 5000}", "not TOML"),
    ("deposit-rates", "x = 1e99999999999999999999", "not TOML"),
    ("deposit-rates", f"x = {'[' * 5000}", "not TOML"),
    ("deposit-rates", "other = 1", "the file: other: is not known"),
    ("deposit-rates", "[[deposits]]\ncurrency = 'yuan'", "deposits[0]: currency: must be a currency"),
    ("deposit-rates", "[[deposits]]\ncurrency = 'CNY'\neffective = 2026-01-01\ndemand = -1", "demand: must be from 0"),
    ("deposit-rates", "[[deposits]]\ncurrency = 'CNY'\neffective = 2026-01-01\ndemand = nan", "demand: must be from 0"),
    ("deposit-rates", "[[deposits]]\ncurrency = 'CNY'\neffective = 2026-01-01T00:00:00", "effective: must be a day"),
    ("deposit-rates", "[[deposits]]\ncurrency='CNY'\neffective=2026-01-01\nterm={x=1}", "x: must be months"),
    ("loan-rates", "[[loans]]\nkind='GIFT'\neffective=2026-01-01\nup_to_months={12=1}", "'GIFT' is none of CONSUMER"),
    ("exchange-rates", "home='CNY'\neffective=2026-01-01\n[[rates]]\ncurrency='USD'\nbid=8\nask=7\nmid=7", "mid: must"),
    ("treasury-bonds", "[[bonds]]\nkind='COUPON'\ncoupon=1\ncoupons_per_year=3", "must be 1, 2 or 4"),
    ("interest-tax", "[[steps]]\nstart=2000-01-01\npercent=101", "percent: must be from 0 to 100"),
    ("fees", "[[fees]]\ncode='a b'", "code: must be 1 to 64"),
    ("credit-rules", "currency='CNY'\nincome='x'", "grades: must be there"),
]


@pytest.mark.parametrize(("name", "content", "mistake"), MISTAKES)
def test_a_mistake_is_named_with_its_place(name: str, content: str, mistake: str) -> None:
    with pytest.raises(TableError) as wrong:
        read_table(name, content)
    assert mistake in str(wrong.value)


@pytest.mark.parametrize("name", ["fees", "branches", "products", "treasury-bonds"])
def test_nothing_stands_in_a_table_twice(name: str) -> None:
    content = standard_table(name)
    doubled = content + content[content.index("[[") :]
    with pytest.raises(TableError, match="is there twice"):
        read_table(name, doubled)


def test_a_table_has_its_bounds() -> None:
    with pytest.raises(TableError, match="characters"):
        read_table("fees", "#" * (LONGEST + 1))


def test_a_block_of_deposit_rates_holds_until_the_next() -> None:
    eve, day = DEPOSITS.listed("CNY", date(2015, 10, 23)), DEPOSITS.listed("CNY", date(2015, 10, 24))
    assert [rate.percent for rate in eve if rate.months == 12] == [Decimal("1.75")]
    assert [rate.percent for rate in day if rate.months == 12] == [Decimal("1.50")]
    assert DEPOSITS.listed("CNY", date(1999, 6, 9)) == ()
    assert DEPOSITS.listed("XXX", date(2026, 1, 1)) == ()


def test_a_term_that_is_listed_no_more_has_no_rate() -> None:
    assert DEPOSITS.term("CNY", 60, date(2014, 11, 21)) is not None
    assert DEPOSITS.term("CNY", 60, date(2014, 11, 22)) is None
    assert DEPOSITS.demand("CNY").on(date(2008, 11, 26)) == Decimal("0.72")


def test_deposit_rates_come_by_kind_and_term() -> None:
    kinds = [(rate.kind, rate.months) for rate in DEPOSITS.listed("CNY", date(2026, 1, 1))]
    assert kinds[:3] == [(DepositKind.DEMAND, 0), (DepositKind.TERM, 3), (DepositKind.TERM, 6)]
    assert kinds[-1] == (DepositKind.AGREEMENT, 0)


@pytest.mark.parametrize(("months", "percent"), [(1, "3.00"), (60, "3.00"), (61, "3.05"), (360, "3.05"), (361, None)])
def test_a_loans_rate_is_that_of_its_term(months: int, percent: str | None) -> None:
    found = LOANS.rate(LoanKind.HOUSING, months, date(2026, 1, 1))
    assert (None if found is None else str(found.percent)) == percent


def test_matured_bonds_are_not_listed() -> None:
    bonds: TreasuryBonds = read_table("treasury-bonds", standard_table("treasury-bonds"))
    assert "CB2501" in {bond.code for bond in bonds.listed(date(2028, 3, 9))}
    assert "CB2501" not in {bond.code for bond in bonds.listed(date(2028, 3, 10))}


def test_a_fee_is_replaced_on_its_day() -> None:
    fee = "[[fees]]\ncode='a'\ncategory='x'\nname={zh='甲',en='a'}\ncharge={zh='费',en='fee'}\n"
    fees: Fees = read_table("fees", f"{fee}fixed=1\neffective=2026-01-01\n{fee}fixed=2.5\neffective=2026-02-01\n")
    charged = [fees.charged(date(2026, month, 1)) for month in (1, 2)]
    assert [each[0].fixed.minor for each in charged if each[0].fixed] == [100, 250]
    assert fees.charged(date(2025, 12, 31)) == ()
    assert fees.charged(date(2026, 2, 1), "y") == ()


def test_products_are_offered_from_their_first_to_their_last_day() -> None:
    products: Products = read_table("products", standard_table("products"))
    codes = [{each.code for each in products.offered(day)} for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert codes[0] - codes[1] == {"large-deposit-3y"}


def test_distance_on_the_sphere() -> None:
    """A degree of latitude is 111,195 m on a sphere with the Earth's mean radius; the antipode half its girth."""
    assert round(Point(0, 0).meters_to(Point(1, 0))) == 111_195
    assert round(Point(0, 0).meters_to(Point(0, 180)) / 1000) == 20_015
    assert Point(31.2, 121.4).meters_to(Point(31.2, 121.4)) == 0


@settings(deadline=None)
@given(*[st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))] * 3)
def test_distance_is_a_metric(one: Point, two: Point, three: Point) -> None:
    assert one.meters_to(two) == pytest.approx(two.meters_to(one), abs=0.01)
    assert one.meters_to(three) <= one.meters_to(two) + two.meters_to(three) + 0.01


def test_the_nearest_comes_first_and_the_far_is_left_out() -> None:
    bund = Point(31.2362, 121.4905)
    found = PLACES.find(Search(near=bund, radius=2_000))
    assert [each.place.code for each in found] == ["3100", "A3100-1", "3101", "A3101-1"][: len(found)]
    assert all(each.meters <= 2_000 for each in found)
    assert [each.meters for each in found] == sorted(each.meters for each in found)


@pytest.mark.parametrize(
    ("search", "codes"),
    [
        (Search(query="陆家嘴", kind=PlaceKind.BRANCH), ["3101"]),
        (Search(query="LUJIAZUI"), ["3101", "A3101-1"]),
        (Search(district="hongkou"), ["3107"]),
        (Search(district="长宁"), ["3105"]),
        (Search(service="safe-deposit"), ["3100", "3103"]),
        (Search(query="no such place"), []),
    ],
)
def test_places_are_found_by_name_district_and_service(search: Search, codes: list[str]) -> None:
    assert [each.place.code for each in PLACES.find(search)] == codes


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-01-05T08:59+08:00", False),
        ("2026-01-05T09:00+08:00", True),
        ("2026-01-05T16:59+08:00", True),
        ("2026-01-05T17:00+08:00", False),
        ("2026-01-10T12:00+08:00", True),
        ("2026-01-11T12:00+08:00", False),
    ],
)
def test_opening_hours(moment: str, is_open: bool) -> None:
    now = datetime.fromisoformat(moment)
    branch, machine = PLACES.get("3102"), PLACES.get("A3100-1")
    assert branch is not None
    assert branch.is_open(now) is is_open
    assert machine is not None
    assert machine.is_open(now.replace(hour=23, minute=59))


def test_opening_hours_in_words() -> None:
    branch = PLACES.get("3102")
    assert branch is not None
    assert [each.said(english=True) for each in branch.hours] == ["Mon–Fri 09:00–17:00", "Sat 09:30–16:00"]
    assert [each.said(english=False) for each in branch.hours] == ["周一至周五 09:00–17:00", "周六 09:30–16:00"]


@pytest.mark.parametrize("hours", ["mon 9:00-17:00", "mon-xxx 09:00-17:00", "mon 25:00-26:00", "mon 17:00-09:00"])
def test_hours_that_no_branch_has_are_refused(hours: str) -> None:
    content = standard_table("branches").replace('"mon-fri 09:00-17:00"', f'"{hours}"', 1)
    with pytest.raises(TableError, match="hours"):
        read_table("branches", content)
