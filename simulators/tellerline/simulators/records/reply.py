"""What a host on a queue answers, free of any record."""

from __future__ import annotations

from dataclasses import dataclass, field

from tellerline.simulators.hosting.codes import OK
from tellerline.simulators.hosting.copybook import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``fields`` is what stands behind the header: by the names of the copybook, empty for a refusal."""

    reference: str
    host_code: str = OK
    accounting_date: str
    host_serial: str = ""
    fields: Row = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.host_code == OK
