"""What self-service can ask of the bank: by name, with its fields and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``results`` are values that the caller's call has after it was done; ``figures`` those after it was refused.

    ``secret`` says that it takes sealed digits.
    """

    fields: tuple[str, ...]
    results: tuple[str, ...]
    optional: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    secret: bool = False


OPERATIONS: Mapping[str, Operation] = {
    "verify_pin": Operation(fields=("customer",), optional=("account",), results=("customer", "verified"), secret=True),
    "list_accounts": Operation(fields=(), results=("accounts", "account", "masked", "account_kind")),
    "find_account": Operation(fields=("account",), results=("account", "masked", "account_kind")),
    "find_own_account": Operation(fields=("own_account",), results=("own_account", "own_masked")),
    "get_balance": Operation(fields=("account",), results=("available", "ledger", "last_known", "read_time")),
    "report_loss": Operation(fields=("account",), results=("masked", "report_number", "lapse_date", "report_state")),
    "report_loss_unsigned": Operation(
        fields=("account_number", "kind"),
        results=("masked", "report_number", "lapse_date", "report_state"),
        secret=True,
    ),
    "create_transfer": Operation(
        fields=("account", "amount"),
        optional=("own_account", "payee_number"),
        results=("balance_after",),
        figures=("limit_single", "limit_daily", "limit_count"),
    ),
}
"""``account`` and ``own_account`` are sequence numbers; whose they are the operation knows from ``customer`` of the
call's values. ``amount`` is in yuan, ``CNY 1234.50``: other currencies are not transferred by telephone.
``account_kind`` is ``CARD``, ``PASSBOOK`` or ``ACCOUNT``; ``report_state`` ``IN_FORCE``, or ``QUEUED`` while the
host is closed. ``last_known`` is ``yes`` or ``no``."""
