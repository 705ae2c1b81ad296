"""The prerequisites of the driver: apt components, dkms and the headers of the box's kernels."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from io import StringIO
from typing import Any

from pyinfra import host
from pyinfra.api import StringCommand, operation
from pyinfra.operations import files
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.host import apt
from roles.nvidia_driver import manifest
from roles.nvidia_driver.apt_sources import OWN, Sources, archives


class LackingHeaders(LinesFact):
    """Header packages of the box's kernels that are not installed and that apt can install, and dkms.

    DKMS builds for a kernel only if its headers are installed; the headers of the metapackage
    bring those of the next kernel. No headers are available for a kernel that the archive has
    dropped or that belongs to no package; a container has no kernel of its own.
    """

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return (
            "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n' 'linux-image-*' 2>/dev/null | "
            "while read -r image status; do case $status in *i) "
            'headers="linux-headers-${image#linux-image-}"; '
            'dpkg-query -W "$headers" >/dev/null 2>&1 || '
            'if apt-cache show "$headers" >/dev/null 2>&1; then echo "$headers"; fi ;; '
            "esac; done; "
            "if ls /boot/vmlinuz-* >/dev/null 2>&1 && ! command -v dkms >/dev/null; then "
            "echo dkms; fi"
        )


@operation()
def enable_components(codename: str, family: str) -> Generator[Any, None, None]:
    """Enable contrib, non-free and the like, on the mirror that the box already uses."""
    text = manifest.components_source(archives(host.get_fact(Sources), codename, family))
    yield from files.put._inner(src=StringIO(text), dest=OWN, mode="644")  # noqa: SLF001


@operation()
def install_headers(versions: Mapping[str, str]) -> Generator[StringCommand, None, None]:
    """Install dkms and the headers of the box's kernels, as far as they are available.

    ``versions`` are those of the box's lock; empty: the newest.
    """
    lacking = host.get_fact(LackingHeaders)
    if lacking:
        yield from apt.install._inner(wanted={name: versions.get(name, "") for name in lacking})  # noqa: SLF001
    else:
        host.noop("every kernel has its headers, or can have none")
