"""Start a host folder from a template: `python tools/new_host.py NAME`, or `NAME mq` for records on a queue.

Writes `connectors/tellerline/connectors/NAME/` and `tests/contract/hosts/test_NAME_host.py`, which passes at once with
one operation; for a host on a queue also its simulator, `simulators/tellerline/simulators/NAME/`, which holds the
copybook. Nothing else needs an edit.
"""

from __future__ import annotations

import re
import shutil
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONTRACT_TESTS = ROOT / "tests/contract/hosts"
TEMPLATES = {"soap": "_template", "mq": "_template_mq"}
_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class Root:
    """Where folders of one sort lie: the directory, and the package that it is."""

    path: Path
    package: str


CONNECTORS = Root(ROOT / "connectors/tellerline/connectors", "tellerline.connectors")
SIMULATORS = Root(ROOT / "simulators/tellerline/simulators", "tellerline.simulators")


def create(
    name: str,
    transport: str = "soap",
    *,
    connectors: Root = CONNECTORS,
    simulators: Root = SIMULATORS,
    tests: Path = CONTRACT_TESTS,
) -> list[Path]:
    """Copy the template of ``transport`` as host ``name``; returns the files written.

    Raises ``ValueError`` for a name that is no lower-case word, and ``FileExistsError`` when it is taken; nothing is
    written then.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: a host is named by one lower-case word of letters and digits")
    template = TEMPLATES[transport]
    folders = [
        (CONNECTORS.path / template, connectors.path / name),
        (SIMULATORS.path / template, simulators.path / name),
    ]
    folders = [(source, target) for source, target in folders if source.is_dir()]
    suite = tests / f"test_{name}_host.py"
    for target in (*(target for _, target in folders), suite):
        if target.exists():
            raise FileExistsError(f"{target} is there already")
    for source, target in folders:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(CONTRACT_TESTS / f"test{template}_host.py", suite)
    files = [*(file for _, target in folders for file in sorted(target.rglob("*")) if file.is_file()), suite]
    words = {
        f"{CONNECTORS.package}.{template}": f"{connectors.package}.{name}",
        f"{SIMULATORS.package}.{template}": f"{simulators.package}.{name}",
        "Test" + "".join(map(str.capitalize, template.split("_"))): f"Test{name.capitalize()}",
        template: name,
    }
    for file in files:
        _reword(file, words)
    return files


def _reword(file: Path, words: dict[str, str]) -> None:
    """In bytes: a captured message need not be UTF-8."""
    content = file.read_bytes()
    for old, new in words.items():
        content = content.replace(old.encode(), new.encode())
    file.write_bytes(content)


def main() -> int:
    parser = ArgumentParser(description="Start a host folder from a template.")
    parser.add_argument("name", help="one lower-case word, such as fx")
    parser.add_argument("transport", nargs="?", choices=TEMPLATES, default="soap", help="soap (the standard) or mq")
    options = parser.parse_args()
    try:
        files = create(options.name, options.transport)
    except (ValueError, FileExistsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file in files:
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
    sys.stdout.write(f"Next: ./tellerline test tests/contract/hosts/test_{options.name}_host.py, then edit host.toml\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
