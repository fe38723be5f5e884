"""The core host's own codes and the texts that go with them."""

from __future__ import annotations

from tellerline.simulators.hosting.codes import SHARED_MESSAGES

ACCOUNT_NOT_FOUND = "1001"
ACCOUNT_CLOSED = "1002"
ACCOUNT_FROZEN = "1003"
ACCOUNT_REPORTED_LOST = "1004"
INSUFFICIENT_FUNDS = "1005"
CURRENCY_MISMATCH = "1006"
PAYEE_NOT_FOUND = "1007"
PAYEE_NAME_MISMATCH = "1008"
AMOUNT_NOT_ALLOWED = "1009"
SAME_ACCOUNT = "1010"
BANK_NOT_FOUND = "1011"
CASH_AT_ONCE = "1012"
CASH_IN_A_DAY = "1013"
NO_WITHDRAWAL = "1014"
LOSS_ALREADY_REPORTED = "1101"
NO_LOSS_REPORT = "1102"
KIND_MISMATCH = "1103"
PIN_WRONG = "1201"
PIN_LOCKED = "1202"
PIN_UNUSABLE = "1203"
PIN_NOT_ALLOWED = "1204"
CUSTOMER_NOT_FOUND = "1301"

MESSAGES = {
    **SHARED_MESSAGES,
    ACCOUNT_NOT_FOUND: "账户不存在",
    ACCOUNT_CLOSED: "账户已销户",
    ACCOUNT_FROZEN: "账户已冻结",
    ACCOUNT_REPORTED_LOST: "账户已挂失",
    INSUFFICIENT_FUNDS: "余额不足",
    CURRENCY_MISMATCH: "币种不符",
    PAYEE_NOT_FOUND: "收款账户不存在",
    PAYEE_NAME_MISMATCH: "收款户名不符",
    AMOUNT_NOT_ALLOWED: "金额有误",
    SAME_ACCOUNT: "收付款账户相同",
    BANK_NOT_FOUND: "汇入行不存在",
    CASH_AT_ONCE: "超过单笔取现限额",
    CASH_IN_A_DAY: "超过当日取现限额",
    NO_WITHDRAWAL: "原取现交易不存在",
    LOSS_ALREADY_REPORTED: "已挂失，不能重复挂失",
    NO_LOSS_REPORT: "无挂失记录",
    KIND_MISMATCH: "挂失介质与账户不符",
    PIN_WRONG: "密码错误",
    PIN_LOCKED: "密码已锁定",
    PIN_UNUSABLE: "密码不足六位，不能办理",
    PIN_NOT_ALLOWED: "新密码不符合要求",
    CUSTOMER_NOT_FOUND: "客户不存在",
}
