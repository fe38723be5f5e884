"""The securities host's own codes and the texts that go with them."""

from __future__ import annotations

from tellerline.simulators.hosting.codes import SHARED_MESSAGES

NO_SECURITIES_ACCOUNT = "3001"
ACCOUNT_FROZEN = "3002"
CURRENCY_MISMATCH = "3003"
AMOUNT_NOT_ALLOWED = "3004"
INSUFFICIENT_FUNDS = "3005"
INSUFFICIENT_SHARES = "3006"
UNKNOWN_SECURITY = "3007"
TRADING_HALTED = "3008"
MARKET_CLOSED = "3009"
PRICE_OUT_OF_LIMITS = "3010"
QUANTITY_NOT_ALLOWED = "3011"
UNKNOWN_ORDER = "3012"
NOT_CANCELLABLE = "3013"
PERIOD_NOT_ALLOWED = "3014"

MESSAGES = {
    **SHARED_MESSAGES,
    NO_SECURITIES_ACCOUNT: "该银行账户未绑定证券账户",
    ACCOUNT_FROZEN: "证券账户已冻结",
    CURRENCY_MISMATCH: "币种不符",
    AMOUNT_NOT_ALLOWED: "金额有误",
    INSUFFICIENT_FUNDS: "可用资金不足",
    INSUFFICIENT_SHARES: "可卖数量不足",
    UNKNOWN_SECURITY: "证券代码不存在",
    TRADING_HALTED: "该证券停牌",
    MARKET_CLOSED: "非交易时间",
    PRICE_OUT_OF_LIMITS: "委托价格超出涨跌幅限制",
    QUANTITY_NOT_ALLOWED: "委托数量不符合交易单位",
    UNKNOWN_ORDER: "委托不存在",
    NOT_CANCELLABLE: "该委托不可撤单",
    PERIOD_NOT_ALLOWED: "查询日期有误",
}
