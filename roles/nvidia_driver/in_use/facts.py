"""Find who uses the GPU, and say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from roles.nvidia_driver.in_use.commands import MODULES, script


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


MOST = 3
WIDTH = 40


def blocker(use: GpuUse) -> str:
    """Return why the loaded driver cannot be changed without harming work; empty: it can be."""
    if use.work:
        return f"the GPU is in use by {format_users(use.work)}"
    if use.blind:
        return "who holds the GPU can be seen by a full root alone"
    for module in use.modules:
        strange = [name for name in module.dependents if name not in MODULES]
        if strange:
            return f"module {strange[0]} is not part of the driver and depends on {module.name}"
        if not use.holders and module.references > len(module.dependents):
            return f"module {module.name} is in use, but no process holds it (a text console?)"
    return ""


def format_users(holders: Sequence[Holder]) -> str:
    """Return the holders for a person, the oldest first: workers are younger than their parents."""
    oldest = sorted(holders, key=lambda holder: (-holder.age_s, holder.pid))
    more = f" and {len(oldest) - MOST} more" if len(oldest) > MOST else ""
    return ", ".join(_one(holder) for holder in oldest[:MOST]) + more


def _one(holder: Holder) -> str:
    inside = f"container {holder.container} " if holder.container else ""
    return (
        f"{inside}pid {holder.pid} {holder.user} {_short(holder.command)} ({age(holder.age_s)})"
    )


def _short(command: str) -> str:
    program, space, words = command.partition(" ")
    text = program.rpartition("/")[2] + space + words
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= WIDTH else f"{plain[: WIDTH - 1]}…"


def age(seconds: int) -> str:
    """Return an age in its largest unit, e.g. 3 h."""
    for size, unit in ((48 * 3600, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // min(size, 86400)} {unit}"
    return f"{seconds} s"
