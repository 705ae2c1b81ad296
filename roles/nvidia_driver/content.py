"""The texts and package sets of the driver."""

from __future__ import annotations

from collections.abc import Iterable

from roles.nvidia_driver.facts import Archive
from roles.stack.model import Driver
from roles.stack.offers import Flavour

MODULE_PACKAGES: dict[Flavour, str] = {
    "proprietary": "nvidia-kernel-dkms",
    "open": "nvidia-open-kernel-dkms",
}

MODPROBE = """\
# Written by dlbox. nouveau and nova_core would take the cards before nvidia can.
blacklist nouveau
blacklist nova_core
blacklist nova_drm
install nouveau /bin/false
install nova_core /bin/false
options nouveau modeset=0
"""

UNATTENDED = """\
// Written by dlbox. A new user space under a loaded module ends in
// "Driver/library version mismatch" for every new job (Debian bug 889669).
Unattended-Upgrade::Package-Blacklist {
  "^nvidia-";
  "^libnvidia-";
  "^firmware-nvidia-";
  "^xserver-xorg-video-nvidia";
  "^libcu";
  "^libnv";
  "^libnpp";
  "^libaccinj";
};
"""


def wanted_packages(driver: Driver, kernels: Iterable[str], *, desktop: bool) -> dict[str, str]:
    """Package -> what its version begins with; "" for those with numbers of their own."""
    same = (
        MODULE_PACKAGES[driver.flavour],
        "nvidia-smi",
        "libcuda1",
        "libnvidia-ml1",
        "libnvidia-cfg1",
        "libnvidia-ptxjitcompiler1",
        "libnvidia-nvvm4",
        *(("nvidia-driver",) if desktop else ()),
    )
    # DKMS builds for a kernel only where its headers are; a container has no kernel of its own.
    headers = [kernel.replace("linux-image-", "linux-headers-") for kernel in kernels]
    other = ("nvidia-persistenced", "nvidia-modprobe", *headers)
    return {**dict.fromkeys(same, f"{driver.branch}."), **dict.fromkeys(other, "")}


def nonfree(archives: Iterable[Archive]) -> str:
    """Text of the deb822 file that adds what the box's own sources leave out."""
    return "# Written by dlbox: the components the driver and CUDA come from.\n" + "\n".join(
        _stanza(archive) for archive in archives if archive.missing
    )


def _stanza(archive: Archive) -> str:
    # The same key as the box's own entry for this suite: another one is a conflict for apt. A key
    # written out in place goes on over several lines, each after a space, an empty one as a dot.
    lines = [line or "." for line in archive.signed_by.splitlines()]
    signed = "Signed-By: " + "\n ".join(lines) + "\n" if lines else ""
    return (
        f"Types: deb\nURIs: {archive.uri}\nSuites: {archive.suite}\n"
        f"Components: {' '.join(archive.missing)}\n{signed}"
    )
