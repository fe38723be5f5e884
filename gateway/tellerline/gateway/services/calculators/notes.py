"""How each result was reckoned, in words for people: convention, rounding, published rule."""

from __future__ import annotations

from typing import Final

from tellerline.routing.calculators.bond import BondKind, YieldMethod
from tellerline.routing.calculators.credit import Words
from tellerline.routing.calculators.deposit import DayCount, Reason
from tellerline.routing.calculators.loan import Method

DAYS: Final = Words(
    "计息天数算头不算尾，按实际天数计算，日利率=年利率÷360（银发[2005]129号）。",
    "Actual days, the first counts and the last does not; rate of a day = yearly rate ÷ 360 (银发[2005]129号).",
)
_TERM: Final = Words(
    "整月按年利率÷12计息，对年对月对日（银发[2005]129号逐笔计息法）。",
    "Whole months at yearly rate ÷ 12, up to the same day of the month (银发[2005]129号).",
)
_REASONS: Final = {
    Reason.EARLY: Words(
        "提前支取部分按支取日挂牌活期利率计息（储蓄管理条例）。",
        "Withdrawn before maturity: the demand rate listed on the day of withdrawal (储蓄管理条例).",
    ),
    Reason.OVERDUE: Words(
        "逾期部分按支取日挂牌活期利率计息（储蓄管理条例）。",
        "Beyond maturity: the demand rate listed on the day of withdrawal (储蓄管理条例).",
    ),
    Reason.DEMAND: Words(
        "活期存款按季结息，每季末月20日为结息日，按结息日挂牌利率计息，次日入账（银发[2005]129号）。",
        "Settled on the 20th of each quarter's last month at that day's rate, added the day after (银发[2005]129号).",
    ),
}
TAX: Final = Words(
    "利息税按利息孳生时段分段计算：1999年11月1日起20%，2007年8月15日起5%，2008年10月9日起暂免（财税[2008]132号）。",
    "Interest tax by when the interest accrued: 20 % from 1999-11-01, 5 % from 2007-08-15, exempt from 2008-10-09 "
    "(财税[2008]132号).",
)
CENT: Final = Words("利息和税额逐段四舍五入到分。", "Interest and tax of each stretch are rounded half up to the cent.")
LOAN_CENT: Final = Words(
    "每期本金和利息四舍五入到分，尾差计入最后一期。",
    "Principal and interest of each instalment are rounded half up to the cent; the last one takes the rest.",
)
MONTH: Final = Words("月利率=年利率÷12（银发[2005]129号）。", "Rate of a month = yearly rate ÷ 12 (银发[2005]129号).")
_METHODS: Final = {
    Method.EQUAL_INSTALMENTS: Words(
        "等额本息：每月还款额=P×i×(1+i)^n÷((1+i)^n−1)。",
        "Equal instalments: P × i × (1 + i)^n ÷ ((1 + i)^n − 1) a month.",
    ),
    Method.EQUAL_PRINCIPAL: Words(
        "等额本金：每月本金=P÷n，利息=剩余本金×i。",
        "Equal principal: P ÷ n a month, with interest on what is still owed × i.",
    ),
}
RATE_CHANGE: Final = Words(
    "利率调整自调整日及以后开始的还款月起执行，剩余期次重新计算。",
    "Another rate counts from the first month that begins on its day or later; what is left is reckoned anew.",
)
CONVERSION: Final = Words(
    "客户卖出外币按银行买入价、买入外币按银行卖出价；兑得金额舍去分以下尾数。",
    "The bank buys at its bid and sells at its ask; what the customer gets is rounded down to the minor unit.",
)
TABLE_RATE: Final = Words(
    "外汇主机暂无报价，此为本行公布的参考牌价，实际成交以当时报价为准。",
    "The dealing system gives no quote now: these are the bank's published rates, for orientation.",
)
_YIELDS: Final = {
    YieldMethod.SIMPLE: Words(
        "到期收益率按单利计算：y=(FV−PV)÷PV÷(D÷TY)（银发[2007]200号）。",
        "Yield to maturity, simple: y = (FV − PV) ÷ PV ÷ (D ÷ TY) (银发[2007]200号).",
    ),
    YieldMethod.COMPOUND: Words(
        "到期收益率按复利计算，实际天数/实际天数（银发[2007]200号）。",
        "Yield to maturity, compound, actual days of actual days (银发[2007]200号).",
    ),
}
_ACCRUED: Final = {
    BondKind.COUPON: Words(
        "应计利息=每期利息×已计息天数÷本期实际天数。",
        "Accrued interest = coupon × days passed ÷ days of the coupon period.",
    ),
    BondKind.BULLET: Words(
        "到期一次还本付息：应计利息=已满年数×年利息+年利息×零头天数÷当年实际天数。",
        "Paid back once with interest: whole years × yearly interest, and odd days by the actual days of their year.",
    ),
    BondKind.DISCOUNT: Words(
        "贴现：应计利息=(100−发行价)×已过天数÷总天数。",
        "Discount: accrued interest = (100 − issue price) × days passed ÷ all days.",
    ),
}


def of_deposit(reasons: frozenset[Reason], day_count: DayCount, *, taxed: bool) -> tuple[Words, ...]:
    """By what its stretches were."""
    by_months = Reason.TERM in reasons and day_count is DayCount.MONTHS_AND_DAYS
    notes = [_TERM] if by_months else []
    if not by_months or len(reasons) > 1:
        notes.append(DAYS)
    notes += [words for reason, words in _REASONS.items() if reason in reasons]
    return (*notes, *([TAX] if taxed else ()), CENT)


def of_loan(method: Method, *, changes: bool) -> tuple[Words, ...]:
    return (_METHODS[method], MONTH, LOAN_CENT, *([RATE_CHANGE] if changes else ()))


def of_bond(kind: BondKind, method: YieldMethod) -> tuple[Words, ...]:
    return (_YIELDS[method], _ACCRUED[kind])


def of_credit(multiple: str, most: str, *, refused: bool) -> tuple[Words, ...]:
    if refused:
        return (Words("有规则不予授信，额度为零。", "A rule rules a limit out."),)
    return (
        Words(
            f"额度=月收入×{multiple}，按百元取整，最高{most}。",
            f"Limit = monthly income × {multiple}, cut down to hundreds, {most} at most.",
        ),
    )
