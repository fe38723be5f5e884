"""Kinds of import contract that import-linter lacks; ``[tool.importlinter]`` in pyproject.toml names and uses them.

Both discover what they rule over, so that a new package is ruled from its first line.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.imports import Module


class OnlyContract(Contract):
    """Of what lies below ``package``, ``importers`` may import ``allowed`` alone. Only direct imports count."""

    type_name = "only"

    importers = fields.ListField(subfield=fields.ModuleField())
    package = fields.ModuleField()
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        package = _name(self.package)
        importers = tuple(_name(importer) for importer in cast("list[object]", self.importers))
        allowed = tuple(f"{package}.{child}" for child in cast("list[str]", self.allowed))
        broken = [
            (importer, imported)
            for importer in graph.modules
            if _lies_in(importer, importers)
            for imported in graph.find_modules_directly_imported_by(importer)
            if _lies_in(imported, (package,)) and not _lies_in(imported, allowed)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": sorted(broken)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


class StrangersContract(Contract):
    """The packages directly below ``package`` that hold a file ``manifest`` import nothing of each other."""

    type_name = "strangers"

    package = fields.ModuleField()
    manifest = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        strangers = _with_manifest(_name(self.package), str(self.manifest))
        broken = [
            (importer, imported)
            for importer in graph.modules
            if (home := _owner(importer, strangers))
            for imported in graph.find_modules_directly_imported_by(importer)
            if _owner(imported, strangers) not in (None, home)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": sorted(broken)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


def _with_manifest(package: str, manifest: str) -> list[str]:
    spec = find_spec(package)
    folders = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    return sorted(f"{package}.{path.parent.name}" for folder in folders for path in folder.glob(f"*/{manifest}"))


def _lies_in(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _owner(module: str, packages: list[str]) -> str | None:
    return next((package for package in packages if _lies_in(module, (package,))), None)


def _name(module: object) -> str:
    return cast("Module", module).name


def _render(check: ContractCheck) -> None:
    for importer, imported in check.metadata["broken"]:
        output.print_error(f"{importer} may not import {imported}", bold=False)
