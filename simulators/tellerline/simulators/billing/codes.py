"""The billing host's own codes and the texts that go with them."""

from __future__ import annotations

from tellerline.simulators.hosting.codes import SHARED_MESSAGES

SUBSCRIBER_NOT_FOUND = "3001"
BILL_NOT_FOUND = "3002"
ALREADY_PAID = "3003"
NOT_WHAT_IS_DUE = "3004"
CURRENCY_MISMATCH = "3005"
AGENCY_CLOSED = "3006"

MESSAGES = {
    **SHARED_MESSAGES,
    SUBSCRIBER_NOT_FOUND: "用户号码不存在",
    BILL_NOT_FOUND: "账单不存在",
    ALREADY_PAID: "账单已缴清",
    NOT_WHAT_IS_DUE: "缴费金额与应缴金额不符",
    CURRENCY_MISMATCH: "币种不符",
    AGENCY_CLOSED: "收费单位暂停收费",
}
