"""The bank's rules about limits, apart from the sums that the journal keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tellerline.gateway.journal.records import LimitChange, Limits
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money

STANDARD_LIMITS = Limits(single=2_000_000, daily=5_000_000, count=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRules:
    """``standard`` is what a newly registered account gets, ``ceiling`` what no request may exceed; minor units."""

    zone: ZoneInfo
    base_currency: str
    standard: Limits = STANDARD_LIMITS
    ceiling: Limits = STANDARD_LIMITS

    def day(self, accepted_at: datetime) -> str:
        """The ``limit_day`` (ISO 8601) of an instant: the date on the bank's wall, whatever the machine's zone."""
        return accepted_at.astimezone(self.zone).date().isoformat()

    def check_update(self, wanted: LimitChange) -> None:
        """Raise unless each figure that ``wanted`` names is sensible and at or below the ceiling."""
        for name in ("single", "daily", "count"):
            asked, ceiling = getattr(wanted, name), getattr(self.ceiling, name)
            if asked is None:
                continue
            if asked < 0:
                raise RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(f"limits.{name}", "negative"),))
            if asked > ceiling:
                raise RefusalError(
                    Code.LIMIT_ABOVE_CEILING, metadata={"limit": name, "asked": str(asked), "ceiling": str(ceiling)}
                )

    def check_amount(self, amount: Money, *, foreign_offered: bool) -> None:
        """Raise for an amount that is not positive, or in a currency that the channel does not transfer."""
        if amount.minor <= 0:
            raise RefusalError(Code.INVALID_AMOUNT, violations=(FieldViolation("amount", "not_positive"),))
        if amount.currency != self.base_currency and not foreign_offered:
            raise RefusalError(Code.FOREIGN_CURRENCY_NOT_OFFERED, metadata={"currency": amount.currency})
