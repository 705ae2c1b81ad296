"""Who may know whom, and where things lie, read off the source."""

import ast
import re
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from roles import ROLES
from tests.support.source import (
    FILES,
    ROOT,
    acts,
    broken,
    closure,
    decorated,
    imported,
    is_below,
    tree,
    under,
    uses,
)

LIBRARY = ROOT / "src/dlbox"
TOP = "top-level modules of dlbox"
ONE_WAY = (
    *("cli", "deploys", "roles", "verify", "bundle", "locking", "upstream", "sandbox", "apply"),
    *("plan", "lockfile", "host", "state", "settings", "stack", "catalog", TOP),
)
"""No package imports one to its left."""
NAMES = [role.name for role in ROLES.roles]
ROLE_FILES = ("__init__", "settings", "manifest", "deploy", "verify")
DOUBTFUL_NAMES = {"utils", "helpers", "common", "misc", "shared"}
MOST_LINES = 250


def package(module: str) -> str:
    """Return the package of a module, as ONE_WAY names it."""
    top, *rest = module.split(".")
    if top != "dlbox":
        return top
    return rest[0] if rest and (LIBRARY / rest[0]).is_dir() else TOP


def folders(path: Path) -> set[str]:
    """Return the folders in a folder."""
    return {
        each.name for each in path.iterdir() if each.is_dir() and each.name != "__pycache__"
    }


def test_every_package_has_its_place() -> None:
    assert {*folders(LIBRARY), "deploys", "roles", TOP} == set(ONE_WAY)
    assert {package(module) for module in FILES} == set(ONE_WAY)


def test_imports_go_one_way() -> None:
    place = {name: number for number, name in enumerate(ONE_WAY)}
    assert [
        f"{module} imports {name}"
        for module in FILES
        for name in sorted(uses(module) & set(FILES))
        if place[package(name)] < place[package(module)]
    ] == []


def test_no_two_packages_import_each_other() -> None:
    pairs = {
        (package(module), package(name))
        for module in FILES
        for name in uses(module) & set(FILES)
        if package(name) != package(module)
    }
    assert sorted(pair for pair in pairs if pair[::-1] in pairs) == []


def test_data_flows_in_no_circle() -> None:
    order = TopologicalSorter({module: uses(module) & set(FILES) for module in FILES})
    assert set(order.static_order()) == set(FILES)


def test_the_product_does_not_know_its_tests() -> None:
    assert broken(list(FILES), "tests") == []


def test_no_file_of_the_library_names_a_role() -> None:
    name = re.compile(rf"\broles[./]({'|'.join(NAMES)})\b")
    files = [file for kind in ("*.py", "*.sh") for file in LIBRARY.rglob(kind)]
    assert [str(file) for file in files if name.search(file.read_text(encoding="utf-8"))] == []
    known = {
        (package(module), source, what)
        for module in under("dlbox")
        for source, what in imported(module)
        if is_below(source, "roles")
    }
    assert known == {("cli", "roles", "ROLES")}


def test_little_comes_along_with_apt() -> None:
    ours = sorted(closure("dlbox.host.apt"))
    assert len(ours) <= 15, f"{len(ours)}: {ours}"


def test_the_sandbox_is_for_verbs_and_tests() -> None:
    outside = [module for module in FILES if package(module) not in {"cli", "sandbox"}]
    assert broken(outside, "dlbox.sandbox") == []


def test_the_stack_is_pure() -> None:
    stack = under("dlbox.stack")
    known = {name.split(".")[0] for module in stack for name in uses(module)}
    assert known == {
        *("__future__", "collections", "dataclasses", "datetime", "functools", "re"),
        *("typing", "typing_extensions", "packaging", "pydantic", "dlbox"),
    }
    ours = {name for module in stack for name in uses(module) if is_below(name, "dlbox")}
    assert [name for name in ours if not is_below(name, "dlbox.stack", "dlbox.catalog")] == []
    clocks = [
        f"{module}: {ast.unparse(node)}"
        for module in stack
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
        and re.search(r"[.](utc)?(now|today)$", ast.unparse(node.func))
    ]
    assert clocks == []


@pytest.mark.parametrize("role", NAMES)
def test_settings_know_settings_and_the_stack_alone(role: str) -> None:
    own = f"roles.{role}"
    known = closure(f"{own}.settings") | closure("dlbox.settings.schema")
    allowed = (own, "dlbox.settings", "dlbox.stack", "dlbox.catalog")
    assert [module for module in known if not is_below(module, *allowed)] == []
    assert broken(sorted(known), "pyinfra", "testinfra") == []


def test_the_roles_are_the_registrys_the_calls_and_the_folders() -> None:
    entry = tree("deploys.dlbox")
    of_role = {
        name: source.split(".")[1]
        for source, name in imported("deploys.dlbox")
        if re.fullmatch(r"roles\.\w+\.deploy", source)
    }
    calls = [
        (node.lineno, of_role[node.func.id])
        for node in ast.walk(entry)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in of_role
    ]
    assert [role for _, role in sorted(calls)] == NAMES
    assert folders(ROOT / "roles") == set(NAMES)
    files = {file.name for file in (ROOT / "roles").iterdir() if file.is_file()}
    assert files == {"__init__.py", "conftest.py"}


def test_each_row_of_the_registry_is_of_its_role() -> None:
    for role in ROLES.roles:
        assert role.settings.role == role.name
        assert role.settings.__module__ == f"roles.{role.name}.settings"
        assert role.manifest.__module__ == f"roles.{role.name}.manifest"
        hooks = {value.__module__ for value in vars(role).values() if callable(value)}
        assert {hook for hook in hooks if not is_below(hook, f"roles.{role.name}")} <= {
            "dlbox.plan.role"
        }


@pytest.mark.parametrize("role", NAMES)
def test_a_role_is_its_folder(role: str) -> None:
    files = [f"roles.{role}.{part}".removesuffix(".__init__") for part in ROLE_FILES]
    assert [module for module in files if module not in FILES] == []
    assert all(ast.get_docstring(tree(module)) for module in files)
    assert decorated(f"roles.{role}.deploy", "deploy(") == [role]
    assert len(tree(f"roles.{role}").body) == 1
    [sentence] = (ast.get_docstring(tree(f"roles.{role}")) or "").splitlines()
    assert sentence.endswith(".")
    assert ". " not in sentence


def test_a_role_knows_no_other_role_but_its_words() -> None:
    words = {"settings", "manifest"}
    strange = [
        f"{module} imports {name}"
        for role in NAMES
        for module in under(f"roles.{role}")
        for name in sorted(uses(module))
        if is_below(name, "roles")
        and not is_below(name, f"roles.{role}")
        and (len(name.split(".")) != 3 or name.split(".")[2] not in words)
    ]
    assert strange == []


def test_only_deploys_carry_roles_out() -> None:
    carried = under("roles", "deploy")
    assert len(carried) == len(NAMES)
    assert broken([*under("roles"), *under("dlbox")], *carried) == []
    deploys = {act for act in acts() if act[1] in decorated(act[0], "deploy(")}
    assert deploys <= imported("deploys.dlbox")
    elsewhere = [module for module in under("deploys") if module != "deploys.dlbox"]
    assert broken(elsewhere, *carried) == []


def test_only_deploys_simulate() -> None:
    assert broken([*under("roles"), *under("dlbox")], "roles.nvidia_driver.simulate") == []
    assert "roles.nvidia_driver.simulate" in uses("deploys.plan")
    assert "roles.nvidia_driver.simulate" not in uses("deploys.dlbox")


def test_deploys_holds_what_pyinfra_runs() -> None:
    there = [path.name for path in (ROOT / "deploys").iterdir() if path.name != "__pycache__"]
    assert [name for name in there if not re.fullmatch(r"[a-z]\w*\.py", name)] == []
    assert broken(list(FILES), "deploys") == []
    for module in under("deploys"):
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        assert not [node for node in ast.walk(tree(module)) if isinstance(node, kinds)], module
        assert ("pyinfra", "host") in imported(module) or acts() & imported(module), module


def test_a_name_says_which_module_of_a_package_is_meant() -> None:
    # A part of a role has files as a role has them; a package says which of two subjects is meant.
    by_convention = {*ROLE_FILES, "facts", "operations", "programs", "decision"}
    homes = Counter(
        (".".join(module.split(".")[:2]), FILES[module].stem)
        for module in FILES
        if package(module) != TOP
    )
    twice = {home for home, count in homes.items() if count > 1}
    assert {
        home
        for home in twice
        if home[1] not in (by_convention if is_below(home[0], "roles") else {"__init__"})
    } == set()


def test_no_file_is_called_after_nothing() -> None:
    folder_names = ("src", "roles", "deploys", "tests", "inventory", "group_data")
    paths = [path for name in folder_names for path in (ROOT / name).rglob("*")]
    assert [path for path in paths if path.stem in DOUBTFUL_NAMES] == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    lines = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for name in ("src", "roles", "deploys", "inventory", "group_data")
        for path in (ROOT / name).rglob("*.py")
    }
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
