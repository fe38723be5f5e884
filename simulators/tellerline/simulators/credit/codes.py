"""The credit host's own codes and the texts that go with them."""

from __future__ import annotations

from tellerline.simulators.hosting.codes import SHARED_MESSAGES

LOAN_NOT_FOUND = "2001"
ACCOUNT_MISMATCH = "2002"
LOAN_REPAID = "2003"
EXCEEDS_DEBT = "2004"
INSUFFICIENT_FUNDS = "2005"
CURRENCY_MISMATCH = "2006"
AMOUNT_NOT_ALLOWED = "2007"
SETTLEMENT_LOST = "2008"
SETTLEMENT_FROZEN = "2009"
SETTLEMENT_CLOSED = "2010"

MESSAGES = {
    **SHARED_MESSAGES,
    LOAN_NOT_FOUND: "贷款不存在",
    ACCOUNT_MISMATCH: "还款账户与贷款不符",
    LOAN_REPAID: "贷款已结清",
    EXCEEDS_DEBT: "还款金额超过欠款",
    INSUFFICIENT_FUNDS: "还款账户余额不足",
    CURRENCY_MISMATCH: "币种不符",
    AMOUNT_NOT_ALLOWED: "金额有误",
    SETTLEMENT_LOST: "还款账户已挂失",
    SETTLEMENT_FROZEN: "还款账户已冻结",
    SETTLEMENT_CLOSED: "还款账户已销户",
}
