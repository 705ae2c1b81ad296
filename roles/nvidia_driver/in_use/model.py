"""What of the driver is in use, and by whom, as a box prints it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    """A process that has a device node of the driver open or mapped."""

    pid: int
    user: str
    command: str
    age_s: int
    service: str = ""
    """The driver's own service it belongs to, which may be stopped; empty: it is work."""
    unit: str = ""
    """The systemd unit it runs in, a scope too."""
    container: str = ""
    """The container it runs in: the first 12 digits of its id, or its name."""


@dataclass(frozen=True)
class Module:
    """A loaded module of the driver."""

    name: str
    references: int
    """The kernel's count; modules that stand on it are in it."""
    dependents: tuple[str, ...]


@dataclass(frozen=True)
class GpuUse:
    """What of the driver is in use."""

    version: str = ""
    """Of the loaded module; empty: none is loaded, or it does not say."""
    modules: tuple[Module, ...] = ()
    holders: tuple[Holder, ...] = ()
    stopped: tuple[str, ...] = ()
    """Services that a run which was killed has left stopped."""
    blind: bool = False
    """The box does not let its root see what other users have open, as in a container."""

    @property
    def work(self) -> tuple[Holder, ...]:
        """Who would be hurt by a change of the driver."""
        return tuple(holder for holder in self.holders if not holder.service)


def parse_use(lines: Iterable[str]) -> GpuUse:
    """Read what the fact's command printed."""
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
    # Without ps a process is still one that holds the GPU.
    told = processes.get(int(pid), "? 0 ? ?")
    _, age, user, command = told.split(maxsplit=3)
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
    # The outermost: what lies below a unit is the unit's own business.
    found = re.search(r"/([^/]+\.(?:service|scope))(?:/|$)", group)
    return found[1] if found else ""


def _container(group: str) -> str:
    # docker, podman, containerd and CRI-O name the group by the id; LXC and nspawn by a name.
    found = re.search(r"[0-9a-f]{64}", group)
    if found:
        return found[0][:12]
    named = re.search(r"/(?:lxc\.payload\.|lxc/|machine-)([^/]+?)(?:\.scope)?(?:/|$)", group)
    return named[1] if named else ""
