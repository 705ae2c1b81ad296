"""What a box says about its archives and kernels, as far as the driver cares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyinfra.api import FactBase
from typing_extensions import override

from roles.box.answers import FirstLine, Lines

COMPONENTS = ("contrib", "non-free", "non-free-firmware")
OWN = "/etc/apt/sources.list.d/dlbox-nonfree.sources"


@dataclass(frozen=True)
class Archive:
    """One suite of a mirror the box already reads ``main`` from."""

    uri: str
    suite: str
    missing: tuple[str, ...]
    """Components the box does not read from it yet."""
    signed_by: str


def archives(lines: Iterable[str], codename: str) -> list[Archive]:
    """Read ``uri|suite|component|file|key`` lines; what dlbox itself added does not count."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for line in lines:
        uri, suite, component, file, key = line.split("|")
        key = (
            "" if key == "$(SIGNED_BY)" else key
        )  # apt leaves a field without a value as it is
        if not file.startswith(OWN) and suite.split("-")[0] == codename:
            found.setdefault((uri, suite, key), set()).add(component)
    return [
        Archive(uri, suite, tuple(c for c in COMPONENTS if c not in has), key)
        for (uri, suite, key), has in sorted(found.items())
        if "main" in has and not suite.endswith("-backports")
    ]


class Archives(FactBase[list[Archive]]):
    """The distribution's suites as the box's own apt configuration names them."""

    @override
    def command(self, codename: str) -> str:
        self.codename = codename
        fields = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SOURCESENTRY)|$(SIGNED_BY)"
        return f"apt-get indextargets --format '{fields}' 'Created-By: Packages'"

    @staticmethod
    @override
    def default() -> list[Archive]:
        return []

    @override
    def process(self, output: Iterable[str]) -> list[Archive]:
        return archives(output, self.codename)


class Kernels(Lines):
    """Kernel image packages of the distribution, e.g. linux-image-amd64."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n' 'linux-image-*' 2>/dev/null || true"

    @override
    def process(self, output: Iterable[str]) -> list[str]:
        return kernels(output)


def kernels(lines: Iterable[str]) -> list[str]:
    """Names of the installed ones among ``name status`` lines."""
    rows = [line.split() for line in lines]
    return sorted(row[0] for row in rows if row[-1].endswith("i") and "-dbg" not in row[0])


class ModuleState(FirstLine):
    """Why the driver needs a reboot; empty: it does not.

    A container or a machine without a kernel package of its own has nothing to reboot into.
    """

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return (
            "ls /boot/vmlinuz-* >/dev/null 2>&1 || exit 0; "
            "wanted=$(dpkg-query -W -f '${Version}' libcuda1 2>/dev/null) || exit 0; "
            "loaded=$(cat /sys/module/nvidia/version 2>/dev/null); "
            '[ "$loaded" = "${wanted%-*}" ] || '
            'echo "module ${loaded:-not loaded}, driver ${wanted%-*} installed"'
        )
