"""The operations that access is asked about, by the contract: they are the same whichever hosts are connected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tellerline.routing.model.accounts import DescribeAccount
from tellerline.routing.model.corporate import DescribeCompany
from tellerline.routing.model.customers import DescribeCustomer

_CALL_CENTRE = frozenset({"agents", "calls", "queues", "tickets"})
_AREAS = {
    "AccessService": "access",
    "CalendarService": "calendars",
    "ReconciliationService": "reconciliation",
    "RoutingService": "routing",
    "TableService": "tables",
}
"""Services whose area is not their package's."""
_AT_REGISTRATION = (DescribeAccount, DescribeCompany, DescribeCustomer)
"""What hosts are asked on the way, and access before them; no methods of the contract."""


@cache
def known_operations() -> frozenset[str]:
    """``<area>.<Method>`` of every method of the gateway, and of the commands that registration needs."""
    contract = FileDescriptorSet.FromString((files("tellerline.api") / "contract.binpb").read_bytes())
    return frozenset(_methods(contract)) | {command.operation for command in _AT_REGISTRATION}


def unknown_operations(patterns: Iterable[str]) -> tuple[str, ...]:
    """Those names and patterns that fit nothing: slips of the pen, which would open or close no door."""
    return tuple(each for each in patterns if not any(fnmatchcase(known, each) for known in known_operations()))


def _methods(contract: FileDescriptorSet) -> Iterator[str]:
    for file in contract.file:
        area = file.package.split(".")[2]
        if area not in _CALL_CENTRE:
            for service in file.service:
                yield from (f"{_AREAS.get(service.name, area)}.{method.name}" for method in service.method)
