"""Start a host folder from the template: `python tools/new_host.py NAME`.

Writes `connectors/tellerline/connectors/NAME/` and `tests/contract/hosts/test_NAME_host.py`, which passes at once with
one operation. Nothing else needs an edit.
"""

from __future__ import annotations

import re
import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "tellerline.connectors"
TEMPLATE = ROOT / "connectors/tellerline/connectors/_template"
CONTRACT_TESTS = ROOT / "tests/contract/hosts"
_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")


def create(name: str, hosts: Path, package: str, tests: Path) -> list[Path]:
    """Copy the template as host ``name`` of ``package``, whose folder is ``hosts``; returns the files written.

    Raises ``ValueError`` for a name that is no lower-case word, and ``FileExistsError`` when it is taken.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: a host is named by one lower-case word of letters and digits")
    test = tests / f"test_{name}_host.py"
    if test.exists():
        raise FileExistsError(test)
    shutil.copytree(TEMPLATE, hosts / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(CONTRACT_TESTS / "test_template_host.py", test)
    files = [*sorted(file for file in (hosts / name).rglob("*") if file.is_file()), test]
    for file in files:
        text = file.read_text(encoding="utf-8")
        text = text.replace(f"{PACKAGE}._template", f"{package}.{name}").replace("_template", name)
        file.write_text(text.replace("TestTemplateHost", f"Test{name.capitalize()}Host"), encoding="utf-8")
    return files


def main() -> int:
    parser = ArgumentParser(description="Start a host folder from the template.")
    parser.add_argument("name", help="one lower-case word, such as fx")
    name = parser.parse_args().name
    try:
        files = create(name, TEMPLATE.parent, PACKAGE, CONTRACT_TESTS)
    except (ValueError, FileExistsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file in files:
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
    sys.stdout.write(f"Next: ./tellerline test tests/contract/hosts/test_{name}_host.py, then edit host.toml\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
