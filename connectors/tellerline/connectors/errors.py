"""Host codes in the canonical vocabulary, from the host folder's ``errors.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tellerline.connectors.toml import ManifestError, Table
from tellerline.routing.model.codes import Code


@dataclass(frozen=True, slots=True)
class HostCodes:
    """One host's table of refusals."""

    table: Mapping[str, Code]

    def code(self, host_code: str) -> Code:
        """The canonical code of a definite refusal; ``REJECTED_BY_HOST`` for one that the table does not know."""
        return self.table.get(host_code, Code.REJECTED_BY_HOST)

    @classmethod
    def load(cls, file: Path) -> HostCodes:
        """Read ``errors.toml``; raises ``ManifestError`` naming the file and the host code."""
        try:
            codes = Table(str(file), "codes", tomllib.loads(file.read_text(encoding="utf-8")).get("codes", {}))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ManifestError(str(file), "", str(error)) from None
        known: dict[str, Code] = {}
        for host_code, name in codes.texts().items():
            if name not in Code.__members__:
                raise codes.error(host_code, f"{name} is no canonical code")
            known[host_code] = Code[name]
        return cls(known)
