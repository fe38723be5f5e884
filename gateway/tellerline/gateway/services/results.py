"""The result that a settled command must have."""

from __future__ import annotations

from typing import TypeVar

from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.outcome import Attested, Done, Result

ResultT = TypeVar("ResultT", bound=Result)


def result_if_done(settled: Settled, kind: type[ResultT]) -> ResultT | None:
    """The host's result; None while the outcome is not known, and where people alone know that it was done.

    Another kind of result is a connector's defect.
    """
    if not isinstance(settled.outcome, Done) or isinstance(settled.outcome.result, Attested):
        return None
    if not isinstance(settled.outcome.result, kind):
        raise TypeError(f"the host's result is not a {kind.__name__}")
    return settled.outcome.result


def result_of(settled: Settled, kind: type[ResultT]) -> ResultT:
    """As ``result_if_done``, for an enquiry: the pipeline has refused one without an answer."""
    result = result_if_done(settled, kind)
    if result is None:
        raise TypeError("an enquiry settled without a result")
    return result
