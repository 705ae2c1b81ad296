"""Build the lock of a class of boxes from what was observed on them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from dlbox import __version__
from dlbox.catalog import DATA, read
from dlbox.host.layout import LOCKS
from dlbox.lockfile.compatibility import hardware_ids
from dlbox.lockfile.file import seal_lock
from dlbox.lockfile.model import Closure, Lock
from dlbox.locking.groups import Observed
from dlbox.locking.wheels import resolve_wheels
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.catalog_schema import Row
from dlbox.stack.model import Stack
from dlbox.stack.support import numbers


def catalog_digest() -> str:
    """Return the digest of everything that the solver uses: rows of tables, and wheel locks."""
    locks = {path.name: path.read_text(encoding="utf-8") for path in LOCKS.glob("*.txt")}
    tables = {path.stem: read(path.stem) for path in DATA.glob("*.yaml")}
    return digest({"locks": locks, "tables": tables})


def digest(data: Mapping[str, Any]) -> str:
    """Return one digest of data, in any order; comments of a table are no data."""
    text = json.dumps(data, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()


def build_lock(boxes: Sequence[Observed], today: date) -> Lock:
    """Return the lock of observed boxes that can share one. Raises Unreadable."""
    first = boxes[0].plan
    kernels = {kernel for box in boxes for kernel in box.plan.box.kernels}
    merged = merge_closures(box.closure for box in boxes)
    system = catalog().systems[first.stack.system]
    wheels = resolve_wheels(
        first.wheel_locks, first.stack.choices["python"].version, system.glibc
    )
    return seal_lock(
        {
            "tool": __version__,
            "catalog": catalog_digest(),
            "day": today.isoformat(),
            "system": first.box.system,
            "cards": list(hardware_ids(first.box, first.settings)),
            "knobs": first.settings.locked(),
            # Without the warnings, because they count days.
            "stack": first.stack.model_dump(mode="json", exclude={"warnings"}),
            "kernels": sorted(kernels, key=numbers, reverse=True),
            "compiler": merged.compiler,
            "modules": relevant_modules(merged, first.stack, kernels),
            "repositories": _plain(merged.repositories),
            "packages": _plain(merged.packages),
            "wheels": _plain(found.wheel for found in wheels),
        }
    )


def merge_closures(closures: Iterable[Closure]) -> Closure:
    """Return the union of closures: one of two boxes may have had a package before dlbox came."""
    every = list(closures)
    packages = {(p.name, p.architecture): p for one in every for p in one.packages}
    repositories = {(r.uri, r.key): r for one in every for r in one.repositories}
    modules = {what: digest for one in every for what, digest in one.modules.items()}
    return Closure(
        packages=tuple(packages[key] for key in sorted(packages)),
        repositories=tuple(repositories[key] for key in sorted(repositories)),
        compiler=max(one.compiler for one in every),
        modules=dict(sorted(modules.items())),
    )


def relevant_modules(closure: Closure, stack: Stack, kernels: Iterable[str]) -> dict[str, str]:
    """Return the modules of this driver and these kernels; a box also keeps those of older ones."""
    libcuda = stack.driver.libcuda if stack.driver else ""
    versions = [p.version.rpartition("-")[0] for p in closure.packages if p.name == libcuda]
    suffixes = tuple(f"-{number}/{kernel}" for number in versions for kernel in kernels)
    return {what: digest for what, digest in closure.modules.items() if what.endswith(suffixes)}


def _plain(rows: Iterable[Row]) -> list[dict[str, object]]:
    return [row.model_dump(mode="json") for row in rows]
