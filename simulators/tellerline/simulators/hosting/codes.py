"""Host codes that every simulated host shares; each host adds its own."""

from __future__ import annotations

OK = "0000"
REFERENCE_REUSED = "1401"
REVERSED_BEFORE_ARRIVAL = "1402"
ALREADY_REVERSED = "1403"
NOT_REVERSIBLE = "1404"
REVERSAL_MISMATCH = "1405"
BUSY = "9001"
MAINTENANCE = "9002"
UNREADABLE = "9003"
UNKNOWN_OPERATION = "9004"
REFUSED = "9999"

RETRYABLE = frozenset({BUSY, MAINTENANCE})

SHARED_MESSAGES = {
    OK: "交易成功",
    REFERENCE_REUSED: "流水号重复且内容不一致",
    REVERSED_BEFORE_ARRIVAL: "原交易已先行冲正",
    ALREADY_REVERSED: "原交易已冲正",
    NOT_REVERSIBLE: "该交易不可冲正",
    REVERSAL_MISMATCH: "冲正内容与原交易不符",
    BUSY: "主机忙",
    MAINTENANCE: "主机维护中",
    UNREADABLE: "报文格式错误",
    UNKNOWN_OPERATION: "交易码不存在",
    REFUSED: "主机拒绝",
}


class RefusedError(Exception):
    """The host refuses a request, and nothing changed; ``code`` is what it answers."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
