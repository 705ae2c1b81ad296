"""The apt sources of a box, as far as the driver is concerned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyinfra.facts.apt import AptRepo, AptSources
from typing_extensions import override

COMPONENTS = {
    "debian": ("contrib", "non-free", "non-free-firmware"),
    "ubuntu": ("restricted", "universe", "multiverse"),
}
"""The components that the driver and CUDA come from, beside ``main``."""
OWN = "/etc/apt/sources.list.d/dlbox-nonfree.sources"


@dataclass(frozen=True)
class Archive:
    """One suite of a mirror from which the box already reads ``main``."""

    uri: str
    suite: str
    missing: tuple[str, ...]
    """Components that the box does not read from it yet."""
    options: tuple[tuple[str, str], ...]
    """The box's own options, such as signed-by; apt refuses a suite that is named with
    different ones."""


def archives(sources: Iterable[AptRepo], codename: str, family: str) -> list[Archive]:
    """Return the distribution's own suites among a box's sources: those that contain ``main``."""
    binary = [source for source in sources if source.type == "deb"]
    found: dict[tuple[str, str, tuple[tuple[str, str], ...]], set[str]] = {}
    for source in binary:
        if suite_of(source) in {codename, "stable", "oldstable"} and _is_mirror(source, binary):
            at = (source.url, source.distribution, _options(source))
            found.setdefault(at, set()).update(source.components)
    return [
        Archive(uri, suite, tuple(c for c in COMPONENTS[family] if c not in has), options)
        for (uri, suite, options), has in sorted(found.items())
        if "main" in has and not suite.endswith("-backports") and not uri.startswith("cdrom:")
    ]


def suite_of(source: AptRepo) -> str:
    """Return the release that a suite belongs to: trixie for trixie-updates."""
    return source.distribution.split("-")[0]


def _is_mirror(source: AptRepo, others: Iterable[AptRepo]) -> bool:
    # Third parties also call their suites `stable` or use the codename. A mirror of the
    # distribution is recognised by its path, or because it serves updates too.
    path = source.url.rstrip("/").rpartition("/")[2]
    updates = {f"{suite_of(source)}-updates", f"{suite_of(source)}-security"}
    ppa = "launchpad" in source.url
    return (path in {"debian", "debian-security", "ubuntu"} and not ppa) or any(
        other.url == source.url and other.distribution in updates for other in others
    )


def _options(source: AptRepo) -> tuple[tuple[str, str], ...]:
    pairs = source.options.items()
    return tuple(sorted((k, v if isinstance(v, str) else " ".join(v)) for k, v in pairs))


class Sources(AptSources):
    """The apt sources of the box, without those that dlbox itself has added.

    They are read from apt's own files. `apt-get indextargets` leaves out a component while it
    is empty, or while its list was never downloaded, so its answer differs before and after an
    update.
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
