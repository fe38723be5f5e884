"""What the services and tiers of the recorded bank, and the rules of a replay, are called."""

from __future__ import annotations

from tellerline.routing.calls.model import Title

ALL = "all"
RECORDED = "recorded"

RULES = {
    RECORDED: Title(zh="实际记录", en="recorded"),
    "bank": Title(zh="银行现行规则", en="bank's rule"),
    "fifo": Title(zh="先来先服务", en="plain FIFO"),
    "default": Title(zh="默认策略", en="our default"),
}
KINDS = {
    ALL: Title(zh="全部", en="all"),
    "PS": Title(zh="PS 普通", en="PS regular"),
    "PE": Title(zh="PE 英语", en="PE English"),
    "IN": Title(zh="IN 网银", en="IN internet"),
    "NE": Title(zh="NE 证券", en="NE stock exchange"),
    "NW": Title(zh="NW 潜在客户", en="NW prospects"),
    "TT": Title(zh="TT 回呼", en="TT callbacks"),
}
TIERS = {
    "0": Title(zh="未识别客户", en="not identified"),
    "1": Title(zh="普通客户", en="regular"),
    "2": Title(zh="优先客户", en="priority"),
}


def title(names: dict[str, Title], key: str) -> Title:
    """The key itself where it has no name: other banks have other services."""
    return names.get(key, Title(zh=key, en=key))
