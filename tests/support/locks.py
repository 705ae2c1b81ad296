"""Small whole locks, for tests that care about one field of them."""

from __future__ import annotations

from typing import Any

from dlbox.host.identity import Identity
from dlbox.host.layout import UV_TREE
from dlbox.lockfile.file import seal_lock
from dlbox.lockfile.model import Closure, Lock, LockedPackage, LockedRepository
from dlbox.lockfile.source import UNLOCKED, LockSource
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.stack.constraint import Constraint
from dlbox.stack.gpus import gpu_table
from dlbox.stack.model import Stack
from dlbox.stack.solve import solve
from tests.support.builders import GTX_1080_TI, TODAY, a_box, a_plan, some_settings


def a_stack(
    *constraints: Constraint, card: str = GTX_1080_TI, system: str = "debian-13"
) -> Stack:
    """Return the stack of a box with one card."""
    found = solve([gpu_table()[card]], system, constraints, today=TODAY)
    assert isinstance(found, Stack)
    return found


def stack_content(stack: Stack) -> dict[str, Any]:
    """Return a stack as a lock has it: without its warnings, which count days."""
    return stack.model_dump(mode="json", exclude={"warnings"})


def a_package(name: str, version: str, **more: Any) -> dict[str, Any]:
    """Return a package of a lock."""
    row = {
        "name": name,
        "version": version,
        "architecture": "amd64",
        "size": 1000,
        "sha256": f"of-{name}-{version}",
        "uri": f"http://deb/pool/{name}.deb",
    }
    return {**row, **more}


def a_wheel(name: str, version: str, **more: Any) -> dict[str, Any]:
    """Return a wheel of a lock."""
    file = f"{name}-{version}-py3-none-any.whl"
    row = {"name": name, "version": version, "file": file, "size": 10, "sha256": f"of-{file}"}
    return {**row, **more}


def a_lock(**more: Any) -> Lock:
    """Return the lock of a box with one card, with some fields changed."""
    content: dict[str, Any] = {
        "tool": "0.1.0",
        "catalog": "c0ffee",
        "day": "2026-11-25",
        "system": "debian-13",
        "cards": [GTX_1080_TI],
        "knobs": {},
        "stack": stack_content(a_stack()),
        "kernels": [],
        "compiler": "",
        "modules": {},
        "repositories": [{"uri": "http://deb/", "key": "AA"}],
        "packages": [a_package("cpp", "4:14"), a_package("tmux", "3.5")],
        "wheels": [a_wheel("torch", "2.7.1")],
    }
    return seal_lock({**content, **more})


def a_closure(*packages: dict[str, Any], **more: Any) -> Closure:
    """Return what apt would fetch: these packages, all of one repository."""
    rows = tuple(LockedPackage(**row) for row in packages)
    return Closure(rows, (LockedRepository(uri="http://deb/", key="AA"),), **more)


def a_gpu_box(**changes: Any) -> Identity:
    """Return a machine with the card that such a lock is of, with some fields changed."""
    return a_box(**{"pci_gpus": (GTX_1080_TI,), **changes})


def a_result(box: Identity, closure: Closure, **data: Any) -> Result:
    """Return the result of a box that was looked at for a lock."""
    return Result(plan=a_plan(box, **data), closure=closure)


BARE: dict[str, Any] = {"box_gpus": [], "frameworks_names": []}
"""Settings of a box that gets little."""


def a_bare_plan(source: LockSource = UNLOCKED, **data: Any) -> Plan:
    """Return the plan of a box that gets little."""
    return a_plan(source=source, **{**BARE, **data})


def a_bare_lock(*wheels: dict[str, Any]) -> Lock:
    """Return the lock of such a box: these wheels, and no packages."""
    return a_lock(
        cards=[],
        knobs=some_settings(**BARE).locked(),
        stack=stack_content(a_bare_plan().stack),
        repositories=[],
        packages=[],
        wheels=list(wheels),
    )


def a_way_back(folder: str, digest: str = "") -> LockSource:
    """Return what such a box is given that goes back; its lock has the digest of then."""
    lock = a_bare_lock().model_copy(update={"digest": digest})
    return LockSource(lock, {UV_TREE: folder}, generation=1)
