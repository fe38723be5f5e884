"""Every canonical code with its status and texts; a code without an entry fails the tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tellerline.gateway.errors.decisions import DECISIONS
from tellerline.gateway.errors.refusals import REFUSALS
from tellerline.gateway.errors.text import ErrorText
from tellerline.gateway.errors.troubles import TROUBLES
from tellerline.routing.model.codes import Code

CATALOGUE: Mapping[Code, ErrorText] = MappingProxyType({**REFUSALS, **DECISIONS, **TROUBLES})


def describe(code: Code) -> ErrorText:
    """What ``code`` means and says."""
    return CATALOGUE[code]
