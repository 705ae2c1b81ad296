"""What belongs to deploy time and what does not, read off the source."""

import ast
from collections.abc import Collection, Iterator

import pytest

from roles import ROLES
from tests.support.source import (
    FILES,
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

CHECKS = [*under("roles", "verify"), *under("dlbox.verify")]
DEPLOY_TIME = {
    *(m for m in under("roles") if any(is_below(name, "pyinfra") for name in uses(m))),
    *(module for module, _ in acts() if is_below(module, "roles")),
}
"""Modules of roles that speak to a box through pyinfra."""


def test_acts_are_found() -> None:
    assert {
        ("dlbox.host.identity", "BoxIdentity"),
        ("dlbox.host.apt_facts", "AptCandidates"),
        ("dlbox.host.apt_facts", "DpkgFaults"),  # below LinesFact
        ("dlbox.host.apt_facts", "WouldInstall"),
        ("dlbox.host.wheels", "venv"),
        ("roles.nvidia_archive.deploy", "source"),
        ("roles.nvidia_driver.install", "LastRun"),
        ("roles.nvidia_driver.in_use.facts", "GpuHolders"),
        ("roles.nvidia_driver.install", "install_driver"),
        ("roles.nvidia_driver.deploy", "nvidia_driver"),
        ("roles.nvidia_driver.boot_trial.operations", "LastFallback"),
        ("roles.nvidia_driver.prerequisites", "LackingHeaders"),  # below LinesFact
        ("roles.nvidia_driver.apt_sources", "Sources"),  # below one of pyinfra's
    } <= acts()
    assert ("dlbox.host.apt_facts", "parse_simulation") not in acts(), "a parser is no act"


def test_deploy_time_is_found() -> None:
    assert {
        "roles.nvidia_driver.in_use.commands",
        "roles.nvidia_driver.in_use.facts",
        "roles.nvidia_driver.install",
        "roles.nvidia_driver.secure_boot.operations",
        "roles.nvidia_driver.simulate",
        *under("roles", "deploy"),
        *under("roles", "facts"),
    } <= DEPLOY_TIME


@pytest.mark.parametrize("module", CHECKS)
def test_checks_take_nothing_from_deploy_time(module: str) -> None:
    of_roles = {name for name in closure(module) if is_below(name, "roles")}
    assert of_roles & DEPLOY_TIME == set()
    assert broken([module], "pyinfra.facts", "pyinfra.operations", "pyinfra.context") == []
    assert imported(module) & acts() == set()
    assert ("pyinfra", "host") not in imported(module)


def test_every_roles_checks_are_looked_at() -> None:
    assert {f"roles.{role.name}.verify" for role in ROLES.roles} <= set(CHECKS)
    assert set(under("roles", "verify")) <= set(CHECKS)


def test_deploys_take_nothing_from_checks() -> None:
    carried = closure(*under("deploys"))
    assert sorted(set(CHECKS) & carried) == []


def test_what_says_what_a_role_owns_asks_no_box() -> None:
    assert broken(under("roles", "manifest"), "pyinfra", "testinfra") == []


def test_the_current_host_is_for_what_yields_commands() -> None:
    holders = [module for module in FILES if ("pyinfra", "host") in imported(module)]
    assert [
        module
        for module in holders
        if not is_below(module, "deploys")
        and not decorated(module, "operation(", "deploy(")
        and not any(isinstance(node, ast.Yield) for node in ast.walk(tree(module)))
    ] == []


def host_data(module: str) -> Iterator[str]:
    """Yield what a module does with the data of a host."""
    parent = {
        child: node for node in ast.walk(tree(module)) for child in ast.iter_child_nodes(node)
    }
    for node in ast.walk(tree(module)):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "data"
            and ast.unparse(node.value).rpartition(".")[2] in {"host", "target"}
        ):
            whole = parent[node]
            outer = parent[whole]
            yield ast.unparse(outer if isinstance(outer, ast.Call) else whole)


def test_settings_are_read_in_one_place_and_handed_down() -> None:
    read = {module: sorted(host_data(module)) for module in FILES}
    assert {module: found for module, found in read.items() if found} == {
        "dlbox.settings.inventory": ["host.data.dict()"],
        # pyinfra's own arguments, which it takes from there.
        "dlbox.host.identity": [
            *("host.data._env", "host.data._sudo"),
            *("host.data.get('_env')", "host.data.get('_sudo_password')"),
        ],
    }


MUTABLE = {"dict", "list", "set", "defaultdict", "Counter", "deque", "OrderedDict"}
LITERALS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
CHANGING = {
    *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem"),
    *("remove", "setdefault", "update"),
}


def mutable_globals(source: ast.Module) -> dict[str, bool]:
    """Return the names to which a module gives a dict, list or set -> whether that is empty."""
    found: dict[str, bool] = {}
    for node in source.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        value = node.value
        if isinstance(value, ast.Call):
            mutable = ast.unparse(value.func).rpartition(".")[2] in MUTABLE
            empty = not value.args and not value.keywords
        else:
            mutable = isinstance(value, LITERALS)
            empty = ast.unparse(value) in {"{}", "[]"}
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        found |= {name.id: empty for name in targets if mutable and isinstance(name, ast.Name)}
    return found


def changed_globals(source: ast.Module, known: Collection[str]) -> set[str]:
    """Return those of the known names that functions of a module change, and what they call global."""
    found: set[str] = set()
    functions = [n for n in ast.walk(source) if isinstance(n, ast.FunctionDef | ast.Lambda)]
    for node in (inner for function in functions for inner in ast.walk(function)):
        if isinstance(node, ast.Global):
            found |= set(node.names)
        target: ast.expr | None = None
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            target = node.value
        if isinstance(node, ast.Attribute) and node.attr in CHANGING:
            target = node.value
        if isinstance(target, ast.Name) and target.id in known:
            found.add(target.id)
    return found


def collected(modules: Collection[str]) -> list[str]:
    """Return the globals of modules that can only be there, or are used, to collect something."""
    own = {module: mutable_globals(tree(module)) for module in FILES}
    found = []
    for module in sorted(modules):
        taken = {name for source, name in imported(module) if name in own.get(source, {})}
        empty = {name for name, nothing in own[module].items() if nothing}
        changed = changed_globals(tree(module), {*own[module], *taken})
        found += [f"{module}.{name}" for name in sorted(empty | changed)]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "OUTCOMES = {}",
        "OUTCOMES: dict[str, int] = {}",
        "OUTCOMES = []",
        "OUTCOMES = set()",
        "OUTCOMES = collections.defaultdict()",
        "OUTCOMES = {'a': 1}\ndef f(): OUTCOMES['b'] = 2",
        "OUTCOMES = {'a': 1}\ndef f(): del OUTCOMES['a']",
        "OUTCOMES = [1]\ndef f(): OUTCOMES.append(2)",
        "OUTCOMES = 0\ndef f():\n global OUTCOMES\n OUTCOMES += 1",
    ],
)
def test_what_collects_is_found(text: str) -> None:
    source = ast.parse(text)
    names = mutable_globals(source)
    empty = {name for name, nothing in names.items() if nothing}
    assert empty | changed_globals(source, names) == {"OUTCOMES"}


def test_what_is_only_looked_up_collects_nothing() -> None:
    source = ast.parse("UNITS = {'s': 1}\ndef f(unit):\n  own = []\n  own.append(UNITS[unit])")
    assert mutable_globals(source) == {"UNITS": False}
    assert changed_globals(source, {"UNITS"}) == set()


def test_no_run_collects_in_a_global() -> None:
    assert collected(closure(*under("deploys"), *under("dlbox.cli"))) == []


def test_no_module_collects_in_a_global() -> None:
    assert collected(FILES) == []
