"""Find raw time and chance in the product: `python tools/clock_ban.py [FILE ...]` (without files: all source roots).

Time and chance are injected (``tellerline.adapters.clock``), so that a whole system runs on a virtual clock and a seed.
A line that must ask the machine says why: ``# clock-ban: <reason>``.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOTS = ("adapters", "callcenter", "cli", "connectors", "gateway", "routing", "simulators")
SEAM = Path("adapters", "tellerline", "adapters", "clock")

_BANNED = frozenset(
    {f"time.{name}{unit}" for name in ("time", "monotonic", "perf_counter") for unit in ("", "_ns")}
    | {"time.sleep", "os.urandom", "uuid.uuid1", "uuid.uuid4"}
    | {f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")}
    | {"datetime.date.today"}
)
_BANNED_MODULES = ("random", "secrets")
_ALLOWED = frozenset({"secrets.compare_digest"})
_REASON = re.compile(r"#.*clock-ban: \S")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One use of raw time or chance, by line (from 1) and by the full name of what is used."""

    line: int
    name: str


def findings(source: str) -> list[Finding]:
    """Every use in ``source`` that gives no reason, in order of lines; an alias or a bare reference counts as use."""
    tree = ast.parse(source)
    lines = source.splitlines()
    names = _imported_names(tree)
    found = {
        Finding(line=node.lineno, name=name)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Attribute, ast.Name))
        and (name := _full_name(node, names))
        and _banned(name)
        and not _REASON.search(lines[node.lineno - 1])
    }
    return sorted(found, key=lambda finding: (finding.line, finding.name))


def product_files() -> list[Path]:
    """The files that the ban covers, relative to the repository's root."""
    return sorted(path.relative_to(ROOT) for root in ROOTS for path in (ROOT / root).rglob("*.py"))


def covered(path: Path) -> bool:
    """Whether the ban covers ``path``, given from the repository's root."""
    return path.suffix == ".py" and path.parts[0] in ROOTS and not path.is_relative_to(SEAM)


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """What each imported name of the module stands for, in full."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _full_name(node: ast.expr, names: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        holder = _full_name(node.value, names)
        return f"{holder}.{node.attr}" if holder else None
    return None


def _banned(name: str) -> bool:
    in_module = any(name.startswith(f"{module}.") for module in _BANNED_MODULES)
    return (name in _BANNED or in_module) and name not in _ALLOWED


def main(arguments: list[str]) -> int:
    given = [Path(argument).resolve().relative_to(ROOT) for argument in arguments]
    count = 0
    for path in filter(covered, given or product_files()):
        for finding in findings((ROOT / path).read_text(encoding="utf-8")):
            sys.stdout.write(f"{path}:{finding.line}: {finding.name}: take a Clock or a Randomness instead\n")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
