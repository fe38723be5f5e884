"""Lint the contract and compare it with the last accepted one: `python tools/check_breaking.py [--accept]`.

`proto/baseline.binpb` is the contract that users have. Anything in proto/ that would break their wire format, JSON or
source fails. `--accept` makes the present contract the baseline (at a release). `--image FILE` only writes the compiled
contract, for `buf generate FILE` and other tools.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from contract_image import PROTO, ROOT, compile_image

BASELINE = PROTO / "baseline.binpb"


def _buf(*arguments: str) -> int:
    """Run buf from the virtual environment with the repository's rules; it asks no network for an image."""
    program = Path(sys.executable).parent / "buf"
    return subprocess.run([program, *arguments, "--config", str(ROOT / "buf.yaml")], check=False).returncode  # noqa: S603


def check(baseline: Path = BASELINE) -> int:
    """0 when the contract is well formed and compatible with ``baseline``; buf has said why on stdout when not."""
    with tempfile.TemporaryDirectory() as scratch:
        image = Path(scratch) / "contract.binpb"
        compile_image(image, comments=True)
        lint = _buf("lint", str(image))
        return lint or _buf("breaking", str(image), "--against", str(baseline))


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="make the present contract the baseline")
    parser.add_argument("--image", type=Path, help="write the compiled contract to this file and stop")
    parser.add_argument("--against", type=Path, default=BASELINE, help="another baseline")
    options = parser.parse_args()
    if options.image:
        compile_image(options.image, comments=True)
        return 0
    if options.accept:
        compile_image(BASELINE, comments=False)
    return check(options.against)


if __name__ == "__main__":
    raise SystemExit(main())
