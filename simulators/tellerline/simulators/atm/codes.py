"""Answer codes of both editions that mean more to a machine than yes or no, and what customers are told of others."""

from __future__ import annotations

UNDECIDED = frozenset({"06", "68", "96", "909", "911"})
"""An answer from which nothing follows: a withdrawal is to be reversed, anything else asked again."""
LATER = UNDECIDED | {"09", "19", "90", "91", "903", "907", "910", "912", "920"}
"""Not now; nothing was done with an advice."""
STRANGER = frozenset({"58", "63", "120", "916", "918"})
"""The acquirer does not know this session any more."""
KEEP_CARD = frozenset({"04", "07", "36", "41", "43", "200", "208", "209"})

_MEANINGS = (
    ("05 100", "refused by the bank", "银行拒绝"),
    ("12 902", "not done at this machine", "本机不支持该交易"),
    ("13 110", "amount not allowed", "金额有误"),
    ("14 111", "unknown card", "无此卡"),
    ("21", "reversed already", "交易已冲正"),
    ("30 904", "message not understood", "报文格式错"),
    ("40 115", "not offered", "不支持该交易"),
    ("41 208", "card reported lost", "挂失卡"),
    ("42 114", "no such account to credit", "转入账户不存在"),
    ("51 116", "not enough money", "余额不足"),
    ("55 117 127", "wrong PIN", "密码错误"),
    ("57 119", "not allowed for this card", "此卡不允许该交易"),
    ("61 121", "above a limit", "超出限额"),
    ("62 104", "account frozen or closed", "账户已冻结或销户"),
    ("63 58 120 122 916 918", "machine not known at the bank", "终端未通过验证"),
    ("65 123", "too many transactions today", "超出次数限制"),
    ("75 106", "PIN locked", "密码已锁定"),
    ("91 907 910 912 920", "the bank cannot be reached", "银行主机暂不可用"),
    ("94 913", "number used before, or date not of today", "流水号重复或日期不符"),
)


def meaning(code: str) -> tuple[str, str]:
    """In English and Chinese; empty for a code that says nothing to a customer."""
    return next(((en, zh) for known, en, zh in _MEANINGS if code in known.split()), ("", ""))
