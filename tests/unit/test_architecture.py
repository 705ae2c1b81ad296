"""The arrows of the house, read off the source: who may know whom, and where things lie."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROLES = (
    *("base", "nvidia_archive", "nvidia_driver", "gpu_policy", "cuda", "cudnn"),
    *("nccl", "frameworks", "jupyter"),
)
DOUBTFUL_NAMES = {"utils", "helpers", "common", "misc", "shared"}
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("roles", "deploys")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "probes" not in path.parts
}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imported(module: str) -> set[tuple[str, str]]:
    """Every (module, name) that a module imports, wherever in its text; no name: all of it."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add((inner, "") if inner in FILES else (str(node.module), alias.name))
    return found


def uses(module: str) -> set[str]:
    return {name for name, _ in imported(module)}


def under(package: str, *names: str) -> list[str]:
    """Modules of a package; with names, only those of its files."""
    return [
        module
        for module in FILES
        if (module == package or module.startswith(f"{package}."))
        and (not names or module.rpartition(".")[2] in names)
    ]


def broken(modules: list[str], *forbidden: str) -> list[str]:
    """Name each import by ``modules`` of a forbidden module, or of one below it."""
    assert modules
    return [
        f"{module} imports {name}"
        for module in modules
        for name in sorted(uses(module))
        if any(name == bad or name.startswith(f"{bad}.") for bad in forbidden)
    ]


def test_roles_know_neither_verbs_nor_tests() -> None:
    assert broken(under("roles"), "deploys", "tests") == []


def test_only_verbs_carry_roles_out() -> None:
    deploys = under("roles", "deploy")
    assert len(deploys) == len(ROLES) + 1
    assert broken(under("roles"), *deploys) == []
    assert set(deploys) <= uses("dlbox.paths.dlbox")


def test_a_role_knows_no_other_role_but_its_words() -> None:
    words = {"settings", "content", "facts"}
    strange = [
        f"{module} imports {name}"
        for role in ROLES
        for module in under(f"roles.{role}")
        for name in sorted(uses(module))
        for other in ROLES
        if other != role
        and name.startswith(f"roles.{other}.")
        and name.split(".")[2] not in words
    ]
    assert strange == []


def test_boxes_know_of_roles_their_words_alone() -> None:
    known = {
        name
        for module in under("(goes)")
        for name in uses(module)
        for role in ROLES
        if name == f"roles.{role}" or name.startswith(f"roles.{role}.")
    }
    assert known == {
        "roles.base.settings",
        "roles.jupyter.content",
        "roles.jupyter.settings",
        "roles.nvidia_archive.content",
        "roles.nvidia_archive.settings",
        "roles.nvidia_driver.manifest",
        "roles.nvidia_driver.settings",
        "roles.nvidia_driver.secure_boot.decision",
        "dlbox.host.mok",
    }


def fact_classes() -> set[str]:
    """Every class by which pyinfra asks a box, by name: those below FactBase, at any remove."""
    theirs = {
        name
        for module in under("roles")
        for source, name in imported(module)
        if source.startswith("pyinfra.facts")
    }
    bases = {
        node.name: {ast.unparse(base).partition("[")[0] for base in node.bases}
        for module in under("roles")
        for node in tree(module).body
        if isinstance(node, ast.ClassDef)
    }
    found = {"FactBase", *theirs}
    while more := {name for name, kin in bases.items() if kin & found} - found:
        found |= more
    return found


def acts() -> set[tuple[str, str]]:
    """Every fact, operation and deploy of the roles: what belongs to deploy time."""
    facts = fact_classes()
    found: set[tuple[str, str]] = set()
    for module in under("roles"):
        for node in tree(module).body:
            marks = (
                [ast.unparse(mark) for mark in node.decorator_list]
                if isinstance(node, ast.FunctionDef)
                else []
            )
            fact = isinstance(node, ast.ClassDef) and node.name in facts
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and (
                fact or any(mark.startswith(("operation(", "deploy(")) for mark in marks)
            ):
                found.add((module, node.name))
    return found


CHECKS = [
    *under("roles", "verify"),
    *(f"roles.box.{name}" for name in ("checks", "library_checks", "python", "connect")),
]


def test_acts_are_found() -> None:
    assert {
        ("dlbox.host.identity", "BoxIdentity"),
        ("dlbox.host.apt_facts", "Offered"),
        ("dlbox.host.apt_facts", "DpkgFaults"),  # below Lines
        ("dlbox.host.apt_simulation", "WouldInstall"),
        ("dlbox.host.wheels", "venv"),
        ("roles.nvidia_archive.deploy", "source"),
        ("roles.nvidia_driver.install", "LastRun"),
        ("roles.nvidia_driver.in_use.facts", "Holders"),
        ("roles.nvidia_driver.install", "closure"),
        ("roles.nvidia_driver.deploy", "nvidia_driver"),
        ("roles.nvidia_driver.boot_trial.operations", "Returned"),
        ("roles.nvidia_driver.prerequisites", "LackingHeaders"),  # below Lines
        ("roles.nvidia_driver.apt_sources", "Sources"),  # below one of pyinfra's
    } <= acts()
    assert ("dlbox.host.apt_simulation", "simulation") not in acts(), "a parser is no act"


@pytest.mark.parametrize("module", CHECKS)
def test_checks_take_nothing_from_deploy_time(module: str) -> None:
    facts = [name for name in under("roles", "facts") if name != "dlbox.host.identity"]
    acting = [
        "roles.nvidia_driver.in_use.commands",
        "roles.nvidia_driver.in_use.facts",
        "roles.nvidia_driver.install",
        "roles.nvidia_driver.secure_boot.operations",
        "roles.nvidia_driver.simulate",
    ]
    assert set(acting) <= set(FILES)
    assert broken([module], *under("roles", "deploy"), *facts, *acting, "pyinfra.facts") == []
    assert broken([module], "pyinfra.operations", "pyinfra.context") == []
    assert imported(module) & acts() == set()
    assert ("pyinfra", "host") not in imported(module)


def test_every_roles_checks_are_looked_at() -> None:
    assert {f"roles.{role}.verify" for role in ROLES} <= set(CHECKS)


def test_only_verbs_simulate() -> None:
    assert broken(under("roles"), "roles.nvidia_driver.simulate") == []
    assert "roles.nvidia_driver.simulate" in uses("deploys.plan")
    assert "roles.nvidia_driver.simulate" not in uses("dlbox.paths.dlbox")


def test_the_stack_is_pure() -> None:
    stack = under("dlbox.stack")
    known = {name.split(".")[0] for module in stack for name in uses(module)}
    assert known == {
        *("__future__", "collections", "dataclasses", "datetime", "functools", "pathlib", "re"),
        *("typing", "typing_extensions", "packaging", "pydantic", "yaml", "roles"),
    }
    ours = {name for module in stack for name in uses(module) if name.startswith("roles")}
    assert [name for name in ours if not name.startswith("dlbox.stack")] == []


def test_settings_know_settings_and_the_stack_alone() -> None:
    for module in [*under("roles", "settings"), "dlbox.settings.registry", "roles.constraints"]:
        ours = [name for name in uses(module) if name.startswith("roles.")]
        strange = [n for n in ours if not n.endswith("settings") and ".stack." not in n]
        assert strange == [], module
        assert broken([module], "pyinfra", "testinfra") == []


def test_data_flows_in_no_circle() -> None:
    order = TopologicalSorter({module: uses(module) & set(FILES) for module in FILES})
    assert set(order.static_order()) == set(FILES)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_its_folder(role: str) -> None:
    files = [f"roles.{role}{part}" for part in ("", ".settings", ".deploy", ".verify")]
    assert [module for module in files if module not in FILES] == []
    assert all(ast.get_docstring(tree(module)) for module in files)
    deploys = [name for module, name in acts() if module == f"roles.{role}.deploy"]
    marked = [
        node.name
        for node in tree(f"roles.{role}.deploy").body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(mark).startswith("deploy(") for mark in node.decorator_list)
    ]
    assert marked == [role]
    assert role in deploys
    assert len((ast.get_docstring(tree(f"roles.{role}")) or "").splitlines()) == 1


def test_there_is_no_other_role() -> None:
    folders = {path.parent.name for path in (ROOT / "roles").glob("*/deploy.py")}
    assert folders == {*ROLES, "box"}


def test_every_file_can_be_read_in_one_sitting() -> None:
    lines = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for folder in ("roles", "deploys")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name for name, count in lines.items() if count > 120} == set()


def test_no_file_is_called_after_nothing() -> None:
    skipped = {".venv", ".git"}
    names = [
        path
        for folder in ("roles", "deploys", "tests", "inventory", "group_data")
        for path in (ROOT / folder).rglob("*")
        if path.stem in DOUBTFUL_NAMES and not skipped & set(path.parts)
    ]
    assert names == []
