"""The lock of a class of boxes, from what they said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from pyinfra.api import Host

from deploys._lock.seen import SEEN
from deploys._lock.wheels import resolve
from roles.box.inventory import data
from roles.box.outcome import OUTCOMES
from roles.jupyter.settings import Jupyter
from roles.lock.closure import Closure
from roles.lock.fit import cards
from roles.lock.knobs import locked_knobs
from roles.lock.model import Lock
from roles.lock.text import sealed
from roles.lock.tool import catalog_digest, version
from roles.lock.wheel_locks import wheel_locks
from roles.stack.model import Stack
from roles.stack.obstacles import numbers
from roles.stack.offers import Row
from roles.stack.tables import catalog


def made(hosts: Sequence[Host], today: date) -> Lock:
    """Return the lock of boxes that were looked at and can share one. Raises Unreadable."""
    plans = [plan for host in hosts if (plan := OUTCOMES[host.name].plan)]
    first, knobs = plans[0], data(hosts[0])
    kernels = {kernel for plan in plans for kernel in plan.box.kernels}
    together = united(SEEN[host.name] for host in hosts)
    system = catalog().systems[first.stack.system]
    locks = wheel_locks(first.stack, Jupyter.of(knobs))
    wheels = resolve(locks, first.stack.choices["python"].version, system.glibc)
    return sealed(
        {
            "tool": version(),
            "catalog": catalog_digest(),
            "day": today.isoformat(),
            "system": first.box.system,
            "cards": list(cards(first.box, knobs)),
            "knobs": locked_knobs(knobs),
            # Without the warnings, which count days.
            "stack": first.stack.model_dump(mode="json", exclude={"warnings"}),
            "kernels": sorted(kernels, key=numbers, reverse=True),
            "compiler": together.compiler,
            "modules": compiled(together, first.stack, kernels),
            "repositories": _plain(together.repositories),
            "packages": _plain(together.packages),
            "wheels": _plain(found.wheel for found in wheels),
        }
    )


def united(closures: Iterable[Closure]) -> Closure:
    """Return what any of them has: of two boxes one may have had a package before dlbox came."""
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


def compiled(closure: Closure, stack: Stack, kernels: Iterable[str]) -> dict[str, str]:
    """Return the modules of this driver and these kernels; a box keeps those of older ones too."""
    heart = stack.driver.libcuda if stack.driver else ""
    own = [p.version.rpartition("-")[0] for p in closure.packages if p.name == heart]
    ends = tuple(f"-{number}/{kernel}" for number in own for kernel in kernels)
    return {what: digest for what, digest in closure.modules.items() if what.endswith(ends)}


def _plain(rows: Iterable[Row]) -> list[dict[str, object]]:
    return [row.model_dump(mode="json") for row in rows]
