"""The source of dlbox as tests read it: modules, what they import, what pyinfra runs of them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = {"dlbox": ROOT / "src", "roles": ROOT, "deploys": ROOT}
"""Tree of modules -> the folder that it lies in."""


def _name(path: Path, base: Path) -> str:
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


FILES = {
    _name(path, base): path
    for top, base in SOURCES.items()
    for path in sorted((base / top).rglob("*.py"))
    if "probes" not in path.parts  # scripts for a box: they import what only a box has
}
"""Module -> its file."""


@cache
def tree(module: str) -> ast.Module:
    """Return a module, parsed."""
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


@cache
def imported(module: str) -> frozenset[tuple[str, str]]:
    """Return every (module, name) that a module imports, wherever in its text; no name: all of it."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add((inner, "") if inner in FILES else (str(node.module), alias.name))
    return frozenset(found)


def uses(module: str) -> set[str]:
    """Return the modules that a module imports."""
    return {name for name, _ in imported(module)}


def closure(*modules: str) -> set[str]:
    """Return the modules of ours that these import, at any remove, and these."""
    found: set[str] = set()
    todo = list(modules)
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            todo += uses(module) & set(FILES)
    return found


def is_below(module: str, *packages: str) -> bool:
    """Whether a module is one of these, or lies in one."""
    return any(module == name or module.startswith(f"{name}.") for name in packages)


def under(package: str, stem: str = "") -> list[str]:
    """Return the modules of a package; with a stem, only those of that name."""
    return [
        module
        for module in FILES
        if is_below(module, package) and stem in {"", module.rpartition(".")[2]}
    ]


def broken(modules: list[str], *forbidden: str) -> list[str]:
    """Name each import by ``modules`` of a forbidden module, or of one below it."""
    assert modules
    return [
        f"{module} imports {name}"
        for module in modules
        for name in sorted(uses(module))
        if is_below(name, *forbidden)
    ]


def decorated(module: str, *marks: str) -> list[str]:
    """Return the functions that a module marks so, such as with ``operation``."""
    return [
        node.name
        for node in tree(module).body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(mark).startswith(tuple(marks)) for mark in node.decorator_list)
    ]


@cache
def _fact_classes() -> set[str]:
    """Return every class by which pyinfra asks a box: those below FactBase, at any remove."""
    theirs = {
        name
        for module in FILES
        for source, name in imported(module)
        if is_below(source, "pyinfra.facts")
    }
    bases = {
        node.name: {ast.unparse(base).partition("[")[0] for base in node.bases}
        for module in FILES
        for node in tree(module).body
        if isinstance(node, ast.ClassDef)
    }
    found = {"FactBase", *theirs}
    while more := {name for name, kin in bases.items() if kin & found} - found:
        found |= more
    return found


@cache
def acts() -> frozenset[tuple[str, str]]:
    """Return every fact, operation and deploy, as (module, name): what belongs to deploy time."""
    facts = {
        (module, node.name)
        for module in FILES
        for node in tree(module).body
        if isinstance(node, ast.ClassDef) and node.name in _fact_classes()
    }
    marked = {
        (module, name)
        for module in FILES
        for name in decorated(module, "operation(", "deploy(")
    }
    return frozenset(facts | marked)
