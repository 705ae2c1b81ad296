"""Read who uses the GPU."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from roles.nvidia_driver.in_use.services import script


@dataclass(frozen=True)
class Holder:
    """A process that has a device node of the driver open or mapped."""

    pid: int
    user: str
    command: str
    age_s: int
    service: str = ""
    """The driver's own service to which it belongs, and which may be stopped; empty: it is
    work."""
    unit: str = ""
    """The systemd unit, or scope, in which it runs."""
    container: str = ""
    """The container in which it runs: the first 12 digits of its id, or its name."""


@dataclass(frozen=True)
class Module:
    """A loaded module of the driver."""

    name: str
    references: int
    """The kernel's count, which includes the modules that depend on it."""
    dependents: tuple[str, ...]


@dataclass(frozen=True)
class GpuUse:
    """The parts of the driver that are in use."""

    version: str = ""
    """The version of the loaded module; empty: none is loaded, or it does not tell."""
    modules: tuple[Module, ...] = ()
    holders: tuple[Holder, ...] = ()
    stopped: tuple[str, ...] = ()
    """Services that a killed run has left stopped."""
    blind: bool = False
    """True if the box does not let its root see what other users have open, as in a
    container."""

    @property
    def work(self) -> tuple[Holder, ...]:
        """Return the holders that a change of the driver would harm."""
        return tuple(holder for holder in self.holders if not holder.service)


def parse_use(lines: Iterable[str]) -> GpuUse:
    """Parse the output of the fact's command."""
    rows: dict[str, list[str]] = {}
    for line in lines:
        kind, _, rest = line.strip().partition(" ")
        rows.setdefault(kind, []).append(rest)
    processes = {int(row.split()[0]): row for row in rows.get("process", [])}
    return GpuUse(
        version=" ".join(rows.get("version", [])),
        modules=tuple(_module(row) for row in rows.get("module", [])),
        holders=tuple(_holder(row, processes) for row in rows.get("holder", [])),
        stopped=tuple(rows.get("stopped", [])),
        blind="blind" in rows,
    )


def _module(row: str) -> Module:
    name, references, *dependents = row.split()
    return Module(name, int(references), tuple(d for d in dependents if d != "*"))


def _holder(row: str, processes: dict[int, str]) -> Holder:
    pid, service, group = row.split(maxsplit=2)
    # Without ps the details are missing, but the process still holds the GPU.
    details = processes.get(int(pid), "? 0 ? ?")
    _, age, user, command = details.split(maxsplit=3)
    return Holder(
        pid=int(pid),
        user=user,
        command=command,
        age_s=int(age),
        service=service.removeprefix("-"),
        unit=_unit(group),
        container=_container(group),
    )


def _unit(group: str) -> str:
    # The outermost unit: what is below a unit is internal to it.
    found = re.search(r"/([^/]+\.(?:service|scope))(?:/|$)", group)
    return found[1] if found else ""


def _container(group: str) -> str:
    # docker, podman, containerd and CRI-O name the group by the id, LXC and nspawn by a name.
    found = re.search(r"[0-9a-f]{64}", group)
    if found:
        return found[0][:12]
    named = re.search(r"/(?:lxc\.payload\.|lxc/|machine-)([^/]+?)(?:\.scope)?(?:/|$)", group)
    return named[1] if named else ""


class GpuHolders(FactBase[GpuUse]):
    """The parts of the driver that are in use, and their users."""

    @staticmethod
    @override
    def default() -> GpuUse:
        return GpuUse()

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return script("users", "list")

    @override
    def process(self, output: Iterable[str]) -> GpuUse:
        lines = list(output)
        try:
            return parse_use(lines)
        except ValueError as error:
            msg = f"cannot make out who holds the GPU: {error} in {lines}"
            raise FactProcessError(msg) from error
