"""The foreign exchange host's own codes and the texts that go with them."""

from __future__ import annotations

from tellerline.simulators.hosting.codes import SHARED_MESSAGES

CURRENCY_NOT_OFFERED = "2001"
SAME_CURRENCY = "2002"
NO_RATE = "2003"
BELOW_MINIMUM = "2004"
AMOUNT_NOT_ALLOWED = "2005"
QUOTE_NOT_FOUND = "2101"
QUOTE_EXPIRED = "2102"
QUOTE_USED = "2103"
QUOTE_MISMATCH = "2104"
RATE_MOVED = "2105"
OTHER_ACCOUNT = "2106"
ORDER_NOT_FOUND = "2201"
ORDER_NOT_OPEN = "2202"
EXPIRY_NOT_ALLOWED = "2203"
LIMIT_NOT_ALLOWED = "2204"
DEAL_NOT_FOUND = "2301"

MESSAGES = {
    **SHARED_MESSAGES,
    CURRENCY_NOT_OFFERED: "该币种不可交易",
    SAME_CURRENCY: "买卖币种相同",
    NO_RATE: "无牌价",
    BELOW_MINIMUM: "低于最低交易金额",
    AMOUNT_NOT_ALLOWED: "金额有误",
    QUOTE_NOT_FOUND: "报价不存在",
    QUOTE_EXPIRED: "报价已过期",
    QUOTE_USED: "报价已成交",
    QUOTE_MISMATCH: "成交内容与报价不符",
    RATE_MOVED: "汇率已变动",
    OTHER_ACCOUNT: "入账账户与挂单不符",
    ORDER_NOT_FOUND: "挂单不存在",
    ORDER_NOT_OPEN: "挂单已了结",
    EXPIRY_NOT_ALLOWED: "挂单有效期有误",
    LIMIT_NOT_ALLOWED: "挂单价格有误",
    DEAL_NOT_FOUND: "成交不存在",
}
