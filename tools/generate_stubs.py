"""Generate the Python stubs of the contract into stubs/: `python tools/generate_stubs.py [--check]`.

The same protos and compiler give the same bytes. `--check` changes nothing and fails, naming the files, when what is
committed is not what would be generated.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from contract_image import ROOT, compile_image, run_protoc
from google.protobuf.descriptor_pb2 import FileDescriptorSet

STUBS = ROOT / "stubs" / "tellerline" / "api"
_HEADER = '"""Generated from proto/ by tools/generate_stubs.py; do not edit."""\n'


def generate(target: Path) -> dict[str, bytes]:
    """Generate into the empty folder ``target``; returns each file's content by its path below ``tellerline/api``."""
    plugin = Path(sys.executable).parent
    run_protoc(
        [
            f"--plugin=protoc-gen-mypy={plugin / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={plugin / 'protoc-gen-mypy_grpc'}",
            f"--python_out={target}",
            f"--mypy_out=quiet:{target}",
            f"--grpc_python_out={target}",
            f"--mypy_grpc_out=quiet:{target}",
        ]
    )
    root = target / "tellerline" / "api"
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").write_text(_HEADER)
    (root / "py.typed").touch()
    _write_documented(root / "contract.binpb")
    return _contents(root)


def _write_documented(target: Path) -> None:
    """Our own files with their comments, so that clients can describe the contract in its own words."""
    image = compile_image(target, comments=True)
    own = [file for file in image.file if file.package.startswith("tellerline.")]
    target.write_bytes(FileDescriptorSet(file=own).SerializeToString(deterministic=True))


def _contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _differences(generated: dict[str, bytes], committed: dict[str, bytes]) -> list[str]:
    return sorted(name for name in generated | committed if generated.get(name) != committed.get(name))


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 on a difference")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        generated = generate(Path(scratch))
        stale = _differences(generated, _contents(STUBS))
        if stale and not check:
            shutil.rmtree(STUBS, ignore_errors=True)
            shutil.copytree(Path(scratch) / "tellerline" / "api", STUBS)
    if stale and check:
        sys.stderr.write("stubs are not what proto/ gives; run tools/generate_stubs.py:\n")
        sys.stderr.writelines(f"  {name}\n" for name in stale)
        return 1
    sys.stdout.write(f"stubs: {len(generated)} files, {0 if check else len(stale)} written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
