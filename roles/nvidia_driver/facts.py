"""What a box says about its archives and kernels, as far as the driver cares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyinfra.facts.apt import AptRepo, AptSources
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


def archives(sources: Iterable[AptRepo], codename: str) -> list[Archive]:
    """Return the distribution's own suites among a box's sources: those that bring ``main``."""
    names = (codename, "stable", "oldstable")
    found: dict[tuple[str, str, str], set[str]] = {}
    for source in sources:
        if source.type == "deb" and source.distribution.split("-")[0] in names:
            key = source.options.get("signed-by", "")
            signed_by = key if isinstance(key, str) else " ".join(key)
            at = (source.url, source.distribution, signed_by)
            found.setdefault(at, set()).update(source.components)
    return [
        Archive(uri, suite, tuple(c for c in COMPONENTS if c not in has), key)
        for (uri, suite, key), has in sorted(found.items())
        if "main" in has and not suite.endswith("-backports") and not uri.startswith("cdrom:")
    ]


class Sources(AptSources):
    """What the box reads packages from, without what dlbox itself has added.

    Read from apt's own files: `apt-get indextargets` leaves out a component while it is empty, or
    while its list was never fetched, so that it answers differently before and after an update.
    """

    @override
    def command(self) -> str:
        return (
            "for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list "
            "/etc/apt/sources.list.d/*.sources; do "
            f'if [ -e "$f" ] && [ "$f" != {OWN} ]; then '
            'echo "##PYINFRA_FILE $f"; cat "$f"; echo; fi; done'
        )

    @override
    def process(self, output: Iterable[str]) -> list[AptRepo]:
        return list(super().process(output))  # type: ignore[no-untyped-call] # pyinfra left it so


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
