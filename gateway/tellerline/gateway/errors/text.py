"""What is said about one canonical code."""

from __future__ import annotations

from dataclasses import dataclass

from grpc import StatusCode


@dataclass(frozen=True, slots=True)
class ErrorText:
    """``zh`` and ``en`` are whole sentences for a customer, fit to be spoken; they name no host, table or program.

    ``definite``: nothing was done and nothing will be. Not definite: what became of the request is not known, and only
    the same channel serial may be used to ask. ``retryable``: the same wish may succeed later without being changed.
    """

    grpc_status: StatusCode
    zh: str
    en: str
    definite: bool = True
    retryable: bool = False
