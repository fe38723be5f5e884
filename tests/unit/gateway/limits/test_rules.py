"""The bank's day, ceilings and currencies."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tellerline.gateway.journal.records import LimitChange
from tellerline.gateway.limits.rules import STANDARD_LIMITS, LimitRules
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money

RULES = LimitRules(zone=ZoneInfo("Asia/Shanghai"), base_currency="CNY")


def test_the_day_is_the_banks_not_the_machines() -> None:
    assert RULES.day(datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)) == "2026-03-02"
    assert RULES.day(datetime(2026, 3, 2, 16, 0, 0, tzinfo=UTC)) == "2026-03-03"


def test_limits_up_to_the_ceiling_are_the_customers_choice() -> None:
    RULES.check_update(LimitChange(single=0, daily=0, count=0))
    most = STANDARD_LIMITS
    RULES.check_update(LimitChange(single=most.single, daily=most.daily, count=most.count))
    RULES.check_update(LimitChange())


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (LimitChange(single=2_000_001), Code.LIMIT_ABOVE_CEILING),
        (LimitChange(daily=5_000_001), Code.LIMIT_ABOVE_CEILING),
        (LimitChange(single=1, daily=1, count=4), Code.LIMIT_ABOVE_CEILING),
        (LimitChange(single=-1, daily=1, count=1), Code.INVALID_REQUEST),
    ],
)
def test_nothing_goes_above_it(wanted: LimitChange, code: Code) -> None:
    with pytest.raises(RefusalError) as refused:
        RULES.check_update(wanted)
    assert refused.value.code is code


def test_amounts() -> None:
    RULES.check_amount(Money(1, "CNY"), foreign_offered=False)
    RULES.check_amount(Money(1, "USD"), foreign_offered=True)
    with pytest.raises(RefusalError) as refused:
        RULES.check_amount(Money(1, "USD"), foreign_offered=False)
    assert refused.value.code is Code.FOREIGN_CURRENCY_NOT_OFFERED
    with pytest.raises(RefusalError) as refused:
        RULES.check_amount(Money(-1, "CNY"), foreign_offered=True)
    assert refused.value.code is Code.INVALID_AMOUNT
