"""Why a path of a box differs after an ``up``: owned by dlbox, of a package, or made by a package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from tests.rebuild.snapshots import Phase
from tests.rebuild.tree import differing

PLACES = ("/var/lib/dlbox", "/var/cache/dlbox")
"""What dlbox remembers: nobody asks for a file there."""
LINKS = {
    r"/etc/alternatives/[^/]+": "update-alternatives, for a package",
    r"/etc/systemd/system/[^/]+\.wants/[^/]+": "systemctl enable, and deb-systemd-helper",
    r"/etc/rc[0-6S]\.d/[KS]\d\d[^/]+": "update-rc.d",
    r"/etc/ssl/certs/[^/]+": "update-ca-certificates",
}
"""Links that programs of the system make: only where they name what is declared or packaged."""
DERIVED = {
    r"/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?": "accounts, made by useradd",
    r"/etc/apt/apt\.conf\.d/(20auto|50unattended)-upgrades": "unattended-upgrades, by ucf",
    r"/etc/inputrc": "readline-common's postinst",
    r"/etc/ld\.so\.cache|/var/cache/ldconfig/aux-cache": "ldconfig",
    r"/etc/networks": "netbase's postinst",
    r"/etc/python3(/debian_config)?": "python3-minimal's postinst",
    r"/etc/ssl/certs/ca-certificates\.crt": "update-ca-certificates",
    r"/home/jupyter(/\.bash_logout|/\.bashrc|/\.profile)?": "useradd, from /etc/skel",
    r"/home/jupyter/\.(ipython|jupyter|local)(/.+)?": "JupyterLab, which runs there",
    r"/usr/(lib/python3|share/).*/__pycache__(/[^/]+\.pyc)?": "py3compile, for packages' Python",
    r"/usr/local/lib/python3\.\d+(/dist-packages)?": "python3-minimal's postinst",
    r"/var/cache/debconf/[^/]+": "debconf's database",
    r"/var/lib/apt/(extended_states|lists/[^/]+)": "apt's database",
    r"/var/lib/dkms/.+": "dkms, for the driver's package",
    r"/var/lib/dpkg/.+": "dpkg's database",
    r"/var/lib/python(/[^/]+)?": "python3-minimal's postinst",
    r"/var/lib/systemd/deb-systemd-helper-enabled/.+": "deb-systemd-helper's database",
    r"/var/lib/ucf/.+": "ucf's database",
    r"/var/log/.+": "logs",
}
"""What the packages' own scripts make, and no package names: regular expression -> who it is."""


def matching(path: str, table: Iterable[str]) -> list[str]:
    """Return the expressions that a path matches as a whole."""
    return [expression for expression in table if re.fullmatch(expression, path)]


def target(state: str) -> str | None:
    """Return where a path points, from what the tree says of it; None: it is no link."""
    kind, *rest = state.split(" ", 3)
    return rest[-1] if kind == "l" else None


def resolved(tree: dict[str, str], path: str) -> str:
    """Return a path of a box without the links on its way; at most 40, as the kernel has it."""
    done, rest, links = "", path.split("/"), 0
    while rest:
        step = rest.pop(0)
        there = {"": done, ".": done, "..": done.rpartition("/")[0]}.get(step, f"{done}/{step}")
        to = target(tree.get(there, ""))
        if to is None or links == 40:
            done = there
        else:
            done, rest, links = (
                "" if to.startswith("/") else done,
                to.split("/") + rest,
                links + 1,
            )
    return done


@dataclass(frozen=True)
class Change:
    """What differs between a box at one time and later."""

    before: Phase
    after: Phase

    @cached_property
    def paths(self) -> set[str]:
        """Return the paths that came, went or changed."""
        return differing(self.before.tree, self.after.tree)

    @cached_property
    def declared(self) -> set[str]:
        """Return the paths that either record declares."""
        items = self.before.declared | self.after.declared
        return {name for kind, name in items if kind in ("file", "folder", "link", "tree")}

    @cached_property
    def _ways(self) -> set[str]:
        return {str(way) for path in self.declared for way in PurePosixPath(path).parents}

    @cached_property
    def _brought(self) -> frozenset[str]:
        return self.before.brought | self.after.brought

    @cached_property
    def _below(self) -> tuple[str, ...]:
        return tuple(f"{path}/" for path in {*self.before.real, *self.after.real, *PLACES})

    def owners(self, path: str) -> list[str]:
        """Return who owns a path: dlbox, by its record, or a package of its order."""
        whole = f"{path}/".startswith(self._below)
        # A folder on the way to what is declared is made with it, and goes with it.
        way = path in self._ways and not (path in self.before.tree and path in self.after.tree)
        dlbox = ["dlbox"] if whole or way or path in self.declared else []
        return dlbox + (["a package"] if path in self._brought else [])

    def reasons(self, path: str) -> list[str]:
        """Return why a path differs: its owners, else what made it."""
        return self.owners(path) or matching(path, DERIVED) or self._links(path)

    def _links(self, path: str) -> list[str]:
        phase = self.after if path in self.after.tree else self.before
        to = target(phase.tree.get(path, ""))
        by = matching(path, LINKS)
        by += ["update-alternatives"] if to and to.startswith("/etc/alternatives/") else []
        end = resolved(phase.tree, path)
        return by if to and (end in self.declared or end in self._brought) else []

    def unexplained(self) -> set[str]:
        """Return the paths that differ and that nobody owns or makes."""
        return {path for path in self.paths if not self.reasons(path)}
